import { element, integer } from '../../../platform/ber.ts';
import { type Request, requestOf } from '../exchange.ts';
import type { Piece } from '../packet-parts.ts';
import { unlessCut } from '../unless-cut.ts';
import { plainPdu, secureMessage } from './answers.ts';
import { elementOf, openInteger } from './element-pieces.ts';
import { type Engine, type Keys, secured } from './usm.ts';

// What may be sent over SNMP: GET, of the objects below, and the empty GET by which an engine says who it is. Nothing is set,
// no tree is walked.

const get = 0xa0;
const null_ = Buffer.of(0x05, 0);

/** `system`: sysDescr, sysObjectID, sysName. */
const systemObjects = ['2b06010201010100', '2b06010201010200', '2b06010201010500'] as const;

/** Columns of entPhysicalTable that may be read, with the field that they give. */
export const entityColumns = {
  2: 'description',
  7: 'name',
  8: 'hwVersion',
  9: 'firmwareObserved',
  // Where a device has no revision of its firmware, that of its software stands for it.
  10: 'firmwareObserved',
  11: 'serial',
  12: 'vendorRaw',
  13: 'model',
} as const;
export const maxEntities = 16;

/** The name of a column of an entity, as hex. */
export const entityObject = (column: number, index: number): string =>
  Buffer.from([0x2b, 6, 1, 2, 1, 47, 1, 1, 1, 1, column, index & 0x7f]).toString('hex');

/** What is asked. */
export type Question = 'discovery' | 'system' | { entity: number };

const namesOf = (question: Question): readonly string[] => {
  if (question === 'discovery') return [];
  if (question === 'system') return systemObjects;
  return Object.keys(entityColumns).map((column) => entityObject(Number(column), question.entity));
};

const pduOf = (id: number, question: Question): Piece[] =>
  elementOf(
    get,
    ...openInteger('id', 'count', id),
    integer(0),
    integer(0),
    element(0x30, ...namesOf(question).map((name) => element(0x30, element(0x06, Buffer.from(name, 'hex')), null_))),
  );

const meaningOf = (question: Question, version: 2 | 3): Request['meaning'] => {
  if (question === 'discovery') return { key: 'snmp.discovery', params: {} };
  return question === 'system'
    ? { key: 'snmp.system', params: { version } }
    : { key: 'snmp.entity', params: { version, entity: question.entity } };
};

const givesOf = (question: Question): readonly string[] => (question === 'system' ? ['description', 'name'] : []);

/** A question under version 2c, with the community that a person set. */
export const plainGet = (id: number, question: Exclude<Question, 'discovery'>, community: string): Request => {
  const secret: Piece = {
    open: 'community',
    source: 'secret',
    bytes: Buffer.from(community, 'utf8'),
    form: 'rest',
    upTo: 512,
  };
  return requestOf(elementOf(0x30, integer(1), ...elementOf(0x04, secret), ...pduOf(id, question)), {
    meaning: meaningOf(question, 2),
    answers: (message) => unlessCut(() => plainPdu(message))?.requestId === id,
    gives: givesOf(question),
  });
};

/** A question under version 3; the one for the engine knows none. */
export const secureGet = (
  id: number,
  question: Question,
  user: string,
  engine: Engine | undefined,
  keys: Keys,
  salt: Buffer,
): Request => ({
  ...secured(id, pduOf(id, question), user, engine, keys, salt),
  meaning: meaningOf(question, 3),
  answers: (message) => unlessCut(() => secureMessage(message))?.id === id,
  gives: givesOf(question),
});
