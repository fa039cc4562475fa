import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { element, elementAt, integer, octets, wholeAt } from '../../../platform/ber.ts';
import { defined } from '../../../platform/defined.ts';
import { bytesOf, type Piece } from '../packet-parts.ts';
import type { Cover, SnmpUser } from '../types.ts';
import { getResponse, type Pdu, report, type SecureMessage, scopedPdu } from './answers.ts';
import { elementOf, openInteger } from './element-pieces.ts';

// The user-based security of SNMP version 3 (RFC 3414, 3826, 7860): SHA-1 or SHA-256 proves, AES-128 hides.

const digestBytes = { sha1: 12, sha256: 24 } as const;
const keyedBytes = 1_048_576;
const blockBytes = 64;

/** The key that a password gives for one engine: a hash of a megabyte of it, then bound to the engine. */
export const localKey = (by: 'sha1' | 'sha256', password: string, engine: Uint8Array): Buffer => {
  const bytes = Buffer.from(password, 'utf8');
  const hash = createHash(by);
  // Blocks of the endless repetition; the same few thousand bytes serve all of it.
  const turn = Buffer.alloc(blockBytes * Math.max(1, bytes.length), bytes);
  for (let left = keyedBytes; left > 0; left -= turn.length) hash.update(turn.subarray(0, Math.min(left, turn.length)));
  const key = hash.digest();
  return createHash(by).update(key).update(engine).update(key).digest();
};

/** What is known of the engine: who it is and its clock. */
export type Engine = { id: Buffer; boots: number; time: number };

export type Keys = { auth?: { by: 'sha1' | 'sha256'; key: Buffer }; privacy?: Buffer };

/** The user's keys for one engine. */
export const keysFor = ({ auth, privacy }: SnmpUser, engine: Uint8Array): Keys => {
  if (auth === undefined) return {};
  const key = localKey(auth.by, auth.password, engine);
  const hidden = privacy === undefined ? undefined : localKey(auth.by, privacy.password, engine).subarray(0, 16);
  return { auth: { by: auth.by, key }, ...defined({ privacy: hidden }) };
};

const ivOf = (boots: number, time: number, salt: Uint8Array): Buffer => {
  const clock = Buffer.alloc(8);
  clock.writeUInt32BE(boots, 0);
  clock.writeUInt32BE(time, 4);
  return Buffer.concat([clock, salt]);
};

const reportable = 4;

/** Hides and proves a message that is neither yet. */
const sealed = (plain: Buffer, { boots, time }: Engine, { auth, privacy }: Keys, salt: Buffer): Buffer => {
  if (auth === undefined) return plain;
  const { body } = elementAt(plain, 0);
  const contentsAt = elementAt(body, elementAt(body, elementAt(body, 0).next).next).next;
  let contents = body.subarray(contentsAt);
  if (privacy !== undefined) {
    const cipher = createCipheriv('aes-128-cfb', privacy, ivOf(boots, time, salt));
    contents = octets(Buffer.concat([cipher.update(contents), cipher.final()]));
  }
  const message = element(0x30, body.subarray(0, contentsAt), contents);
  const saltBytes = octets(privacy === undefined ? '' : salt).length;
  const digest = digestBytes[auth.by];
  const proof = createHmac(auth.by, auth.key).update(message).digest();
  proof.copy(message, message.length - contents.length - saltBytes - digest, 0, digest);
  return message;
};

type Secured = { bytes: Buffer; pieces: Piece[]; cover?: Cover };

/** A message around a PDU, as proven and as hidden as the keys allow. The question for the engine says nothing of it. */
export const secured = (
  id: number,
  pdu: readonly Piece[],
  user: string,
  engine: Engine | undefined,
  keys: Keys,
  salt: Buffer,
): Secured => {
  const { auth, privacy } = keys;
  const who: Piece[] = elementOf(
    0x04,
    ...(engine === undefined
      ? []
      : ([{ open: 'engine', source: 'answer', bytes: engine.id, form: 'rest', upTo: 32 }] as const)),
  );
  const clock = (value: number | undefined): Piece[] =>
    value === undefined ? [integer(0)] : openInteger('clock', 'answer', value);
  const digest: Piece[] =
    auth === undefined ? [] : [{ open: 'digest', source: 'proof', bytes: Buffer.alloc(digestBytes[auth.by]) }];
  const hidden: Piece[] = privacy === undefined ? [] : [{ open: 'salt', source: 'chance', bytes: salt }];
  const flags = reportable | (auth === undefined ? 0 : 1) | (privacy === undefined ? 0 : 2);
  const security = elementOf(
    0x30,
    ...who,
    ...clock(engine?.boots),
    ...clock(engine?.time),
    octets(user),
    ...elementOf(0x04, ...digest),
    ...elementOf(0x04, ...hidden),
  );
  const number = openInteger('id', 'count', id);
  const header = elementOf(0x30, ...number, integer(65_507), octets(Buffer.of(flags)), integer(3));
  const contents = elementOf(0x30, ...who, octets(''), ...pdu);
  const pieces = elementOf(0x30, integer(3), ...header, ...elementOf(0x04, ...security), ...contents);
  const plain = bytesOf(pieces);
  if (auth === undefined || engine === undefined) return { bytes: plain, pieces };
  const seal = (bytes: Uint8Array): Buffer => sealed(Buffer.from(bytes), engine, keys, salt);
  return { bytes: seal(plain), pieces, cover: { plain, seal } };
};

/** Whether a message proves that it comes from the engine that shares the key. */
export const isProven = (data: Buffer, { digest, digestAt }: SecureMessage, auth: Required<Keys>['auth']): boolean => {
  const length = digestBytes[auth.by];
  if (digest.length !== length) return false;
  const blank = Buffer.from(data);
  blank.fill(0, digestAt, digestAt + length);
  const proof = createHmac(auth.by, auth.key).update(blank).digest().subarray(0, length);
  return timingSafeEqual(proof, digest);
};

type Opened = { pdu: Pdu } | { fault: string };

const open = (message: SecureMessage, keys: Keys): Pdu => {
  if (message.contents.tag === 0x30) return scopedPdu(message.contents.body);
  if (keys.privacy === undefined || message.contents.tag !== 0x04 || message.salt.length !== 8)
    throw new RangeError('contents that cannot be opened');
  const decipher = createDecipheriv('aes-128-cfb', keys.privacy, ivOf(message.boots, message.time, message.salt));
  const plain = Buffer.concat([decipher.update(message.contents.body), decipher.final()]);
  return scopedPdu(wholeAt(plain, 0, 0x30).body);
};

/** Opens an answer. An answer must be as well proven and hidden as the question was; only reports may say less. */
export const opened = (data: Buffer, message: SecureMessage, keys: Keys): Opened => {
  try {
    const isSigned = (message.flags & 1) !== 0;
    if (isSigned && (keys.auth === undefined || !isProven(data, message, keys.auth))) return { fault: 'snmp-digest' };
    const pdu = open(message, keys);
    if (pdu.tag === report) return { pdu };
    if (pdu.tag !== getResponse) return { fault: 'snmp-pdu' };
    if (keys.auth !== undefined && !isSigned) return { fault: 'snmp-unsigned' };
    return keys.privacy !== undefined && message.contents.tag !== 0x04 ? { fault: 'snmp-unhidden' } : { pdu };
  } catch (error) {
    if (error instanceof RangeError) return { fault: 'snmp-contents' };
    throw error;
  }
};
