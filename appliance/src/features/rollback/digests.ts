import type { Body, Kind } from '../../engine/objects/types.ts';
import type { DigestsDelta, KindDigests } from './types.ts';

// What the witness remembers of each living object: for each field that something is taken away by, a keyed digest of its
// value. A row has 8 bytes of a digest of the object's id, one bit for each field, and 6 bytes for each field that is set;
// with one of ten fields set an object costs 16 bytes, and 22 of them as they stand in the file. Digests of so few bytes
// cannot be aimed at by who does not have the site's key.

const idBytes = 8;
const valueBytes = 6;

/** More digests than these are not kept: kinds with the most objects are left out, and a return then says so. */
export const maxDigestBytes = 6 * 1024 * 1024;

export type Keyed = (text: string) => Buffer;

/** Digests of the fields that are set, by their names. */
export type FieldDigests = ReadonlyMap<string, string>;

/** What an object is called in the witness. */
export function idDigest(keyed: Keyed, kind: string, id: string): string {
  return keyed(`witness\0${kind}\0${id}`).subarray(0, idBytes).toString('hex');
}

/** A field without a value, with its default, or with an empty list says the same as one that is not there. */
const isSet = (value: unknown, standard: unknown): boolean =>
  value !== undefined &&
  value !== null &&
  value !== '' &&
  JSON.stringify(value) !== '[]' &&
  JSON.stringify(value) !== JSON.stringify(standard);

/** Digests of some fields of a body, with its secrets. */
export function digestsOf(keyed: Keyed, kind: Kind, id: string, body: Body, fields: readonly string[]): FieldDigests {
  const digests = new Map<string, string>();
  for (const name of fields) {
    const value = body[name];
    if (!isSet(value, kind.fields[name]?.default)) continue;
    const digest = keyed(`witness\0${kind.name}\0${id}\0${name}\0${JSON.stringify(value)}`);
    digests.set(name, digest.subarray(0, valueBytes).toString('hex'));
  }
  return digests;
}

/** Rows as they stand in the file, base64. */
export function packRows(fields: readonly string[], rows: ReadonlyMap<string, FieldDigests>): string {
  const parts: Buffer[] = [];
  for (const [id, digests] of rows) {
    const bits = Buffer.alloc(Math.ceil(fields.length / 8));
    const values = fields.flatMap((name, at) => {
      const digest = digests.get(name);
      if (digest === undefined) return [];
      bits[at >> 3] = (bits[at >> 3] ?? 0) | (1 << (at & 7));
      return [Buffer.from(digest, 'hex')];
    });
    parts.push(Buffer.from(id, 'hex'), bits, ...values);
  }
  return Buffer.concat(parts).toString('base64');
}

/** The rows of a kind by the digests of their ids. */
export function unpackRows({ fields, rows }: { fields: readonly string[]; rows: string }): Map<string, FieldDigests> {
  const bytes = Buffer.from(rows, 'base64');
  const found = new Map<string, FieldDigests>();
  const bitBytes = Math.ceil(fields.length / 8);
  for (let at = 0; at < bytes.length; ) {
    const id = bytes.toString('hex', at, at + idBytes);
    const bits = bytes.subarray(at + idBytes, at + idBytes + bitBytes);
    at += idBytes + bitBytes;
    const digests = new Map<string, string>();
    for (const [place, name] of fields.entries()) {
      if (((bits[place >> 3] ?? 0) & (1 << (place & 7))) === 0) continue;
      digests.set(name, bytes.toString('hex', at, at + valueBytes));
      at += valueBytes;
    }
    found.set(id, digests);
  }
  return found;
}

const changedRows = (
  fields: readonly string[],
  rows: Map<string, FieldDigests>,
  { rows: written, gone }: DigestsDelta['changed'][string],
): Map<string, FieldDigests> => {
  for (const [id, row] of unpackRows({ fields, rows: written })) rows.set(id, row);
  for (const id of gone) rows.delete(id);
  return rows;
};

/** Digests with what differs after some more entries, up to this one. */
export function digestsAfter(
  base: Readonly<Record<string, KindDigests>>,
  { others, changed }: DigestsDelta,
  upTo: number,
): Record<string, KindDigests> {
  const after = ([name, section]: [string, KindDigests]): [string, KindDigests] => {
    const entry = others.includes(name) ? section.entry : upTo;
    const change = changed[name];
    if (change === undefined) return [name, { ...section, entry }];
    const rows = packRows(section.fields, changedRows(section.fields, unpackRows(section), change));
    return [name, { ...section, entry, rows }];
  };
  return Object.fromEntries(Object.entries(base).map(after));
}

/** One delta that says what two do, the second after the first. */
export function bothDeltas(
  first: DigestsDelta,
  second: DigestsDelta,
  fieldsOf: (kind: string) => readonly string[],
): DigestsDelta {
  const changed = { ...first.changed };
  for (const [name, change] of Object.entries(second.changed)) {
    const before = changed[name] ?? { rows: '', gone: [] };
    const fields = fieldsOf(name);
    const written = unpackRows({ fields, rows: change.rows });
    const rows = changedRows(fields, unpackRows({ fields, rows: before.rows }), change);
    const gone = [...new Set([...before.gone, ...change.gone])].filter((id) => !written.has(id));
    changed[name] = { rows: packRows(fields, rows), gone };
  }
  return { others: second.others, changed };
}
