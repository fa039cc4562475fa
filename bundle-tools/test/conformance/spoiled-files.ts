import type { Exchange, Fields, Part } from './exchange.ts';
import { createSigner } from './signers.ts';

/** One way to change an exchange; `differ` says why python3-tuf accepts what we refuse. */
export type Case = { name: string; change: (exchange: Exchange) => void; differ?: string };

// What can be wrong with any one file, whatever its role.

const stranger = createSigner();

const text = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8');

const finished = (change: (file: string) => string) => (part: Part) => {
  part.finish = (bytes) => Buffer.from(change(text(bytes)));
};

const file = (change: (file: Record<string, unknown> & { signatures: Fields[] }) => unknown) =>
  finished((whole) => JSON.stringify(change(JSON.parse(whole))));

const field = (name: string, value: unknown) => (part: Part) => {
  if (value === undefined) delete part.signed[name];
  else part.signed[name] = value;
};

/** Puts a number into the text that no canonical JSON can hold. */
const rawVersion = (value: string) => finished((whole) => whole.replace(/"version": [0-9]+/, `"version": ${value}`));

type Spoil = [name: string, change: (part: Part) => void, differ?: string];

const good: Spoil[] = [
  ['unchanged', () => undefined],
  ['a field that nobody knows', field('remark', { a: [1, 'two', null, true] })],
  ['a field beside the signed part', file((whole) => ({ ...whole, remark: 'anything' }))],
  ['laid out in one line', file((whole) => whole)],
  ['spaces at the end', finished((whole) => `${whole} \n\t`)],
  ['one more signature, of a stranger', (part) => part.signers.push(stranger)],
  ['expires in a second', field('expires', '2026-05-01T00:00:01Z')],
  ['specification 1.0.0', field('spec_version', '1.0.0')],
  ['specification 1.9', field('spec_version', '1.9')],
  ['text beyond ASCII', field('remark', 'ключ 🔑 \\ " \u0007')],
];

const bad: Spoil[] = [
  ['no signature', (part) => part.signers.splice(0)],
  ['signed by a stranger', (part) => part.signers.splice(0, 9, stranger)],
  [
    'signed by a stranger under the right id',
    (part) => {
      part.signers = part.signers.map(({ keyid, key }) => ({ keyid, key, sign: stranger.sign }));
    },
  ],
  ['altered after signing', finished((whole) => whole.replace('"spec_version": "1.0.31"', '"spec_version": "1.0.30"'))],
  ['a field added after signing', finished((whole) => whole.replace('"spec_version"', '"added": 1, "spec_version"'))],
  [
    'signatures cut',
    file((whole) => ({ ...whole, signatures: whole.signatures.map((one) => ({ ...one, sig: 'ab' })) })),
  ],
  [
    'signatures empty',
    file((whole) => ({ ...whole, signatures: whole.signatures.map((one) => ({ ...one, sig: '' })) })),
  ],
  [
    'signatures without an id',
    file((whole) => ({ ...whole, signatures: whole.signatures.map(({ sig }) => ({ sig })) })),
  ],
  ['one signature twice', file((whole) => ({ ...whole, signatures: [...whole.signatures, ...whole.signatures] }))],
  ['signatures are no list', file((whole) => ({ ...whole, signatures: {} }))],
  ['signatures are absent', file(({ signed }) => ({ signed }))],
  ['the signed part is absent', file(({ signatures }) => ({ signatures }))],
  ['the signed part is a list', file((whole) => ({ ...whole, signed: [] }))],
  ['a list', file((whole) => [whole])],
  ['null', finished(() => 'null')],
  ['empty', finished(() => '')],
  ['cut in the middle', finished((whole) => whole.slice(0, whole.length >> 1))],
  ['cut at the last brace', finished((whole) => whole.slice(0, -1))],
  ['a brace too many', finished((whole) => `${whole}}`)],
  ['two documents', finished((whole) => whole + whole)],
  ['a mark in front', finished((whole) => `\ufeff${whole}`)],
  [
    'no UTF-8',
    (part) => {
      part.finish = (bytes) => Buffer.concat([bytes, Buffer.from([0xff])]);
    },
  ],
  ['a comma before the end', finished((whole) => whole.replace(/\}$/, ',}'))],
  ['of another type', field('_type', 'mirrors')],
  ['of no type', field('_type', undefined)],
  ['version 0', field('version', 0)],
  ['version -1', field('version', -1)],
  ['version "3"', field('version', '3')],
  ['version null', field('version', null)],
  ['no version', field('version', undefined)],
  ['version 1.5', rawVersion('1.5')],
  ['version 3.0', rawVersion('3.0')],
  ['version 3e0', rawVersion('3e0')],
  ['version 03', rawVersion('03')],
  ['version NaN', rawVersion('NaN')],
  ['expired in this second', field('expires', '2026-05-01T00:00:00Z')],
  ['expired long ago', field('expires', '1999-01-01T00:00:00Z')],
  ['expires never', field('expires', 'never')],
  ['expires in no month', field('expires', '2027-13-01T00:00:00Z')],
  ['expires on February 30', field('expires', '2027-02-30T00:00:00Z')],
  ['expires with a fraction', field('expires', '2027-01-01T00:00:00.5Z')],
  ['expires in a zone', field('expires', '2027-01-01T00:00:00+05:00')],
  ['expires on a day', field('expires', '2027-01-01')],
  ['expires in a number', field('expires', 1798761600)],
  ['no expiry', field('expires', undefined)],
  ['specification 2.0.0', field('spec_version', '2.0.0')],
  ['specification one', field('spec_version', 'one')],
  ['no specification', field('spec_version', undefined)],
];

const stricter: Spoil[] = [
  [
    'a key twice, the second value signed',
    finished((whole) => whole.replace('"spec_version"', '"spec_version": "1.0.0", "spec_version"')),
    'Python keeps the last of two equal keys; we read no document that two readers may read differently',
  ],
  [
    'a signature in capitals',
    file((whole) => ({
      ...whole,
      signatures: whole.signatures.map((one) => ({ ...one, sig: String(one['sig']).toUpperCase() })),
    })),
    'hex has one spelling in the exchange',
  ],
  [
    'a stranger signs with something else than 64 bytes',
    file((whole) => ({ ...whole, signatures: [...whole.signatures, { keyid: stranger.keyid, sig: 'ab' }] })),
    'every signature in the exchange is one of Ed25519',
  ],
];

const roles = ['root', 'timestamp', 'snapshot', 'targets'] as const;

const partOf = (exchange: Exchange, role: (typeof roles)[number]): Part => {
  const part = role === 'root' ? exchange.roots.get(2) : exchange[role];
  if (part === undefined) throw new Error('an exchange has root 2');
  return part;
};

/** Each role's file, good and spoiled in each way. */
export const fileCases: Case[] = roles.flatMap((role) =>
  [...good, ...bad, ...stricter].map(([name, spoil, differ]) => ({
    name: `${role}: ${name}`,
    change: (exchange) => spoil(partOf(exchange, role)),
    ...(differ === undefined ? {} : { differ }),
  })),
);
