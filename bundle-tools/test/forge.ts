import { decodeHeader, encodeHeader, endBytes, entrySize, isZeroBlock, paddingOf } from '../src/archive/header.ts';
import { claimedManifest, type Manifest, signManifest } from '../src/documents/manifest.ts';
import type { SigningKey } from '../src/trust/keys.ts';

// Takes volumes apart and puts them together again, with or without what makes them honest.

export type RawEntry = { name: string; body: Uint8Array; header?: Uint8Array };

export const entriesOf = (bytes: Uint8Array): RawEntry[] => {
  const entries: RawEntry[] = [];
  for (let at = 0; !isZeroBlock(bytes.subarray(at, at + 512)); ) {
    const { name, size } = decodeHeader(bytes.subarray(at, at + 512));
    entries.push({ name, body: bytes.subarray(at + 512, at + 512 + size) });
    at += entrySize(size);
  }
  return entries;
};

export const joinTar = (entries: readonly RawEntry[], end = endBytes): Buffer =>
  Buffer.concat([
    ...entries.flatMap(({ name, body, header }) => [
      header ?? encodeHeader(name, body.length),
      body,
      Buffer.alloc(paddingOf(body.length)),
    ]),
    Buffer.alloc(end),
  ]);

/** Replaces, by name, the bodies of entries. */
export const replace = (entries: readonly RawEntry[], bodies: Record<string, Uint8Array>): RawEntry[] =>
  entries.map((entry) => ({ ...entry, body: bodies[entry.name] ?? entry.body }));

/** A manifest changed and signed anew, with the volume's size kept honest: what a thief of the fulfil key could do. */
export const resign = (
  entries: readonly RawEntry[],
  keys: readonly SigningKey[],
  change: (manifest: Manifest) => Manifest = (manifest) => manifest,
): Buffer => {
  const head = entries[0]?.body ?? new Uint8Array(0);
  let bytes = 0;
  for (;;) {
    const changed = change(claimedManifest(head));
    const volumes = changed.volumes.map((volume) => ({ ...volume, bytes }));
    const body = signManifest({ ...changed, volumes }, keys);
    const tar = joinTar([{ name: 'bundle.dsse.json', body }, ...entries.slice(1)]);
    if (tar.length === bytes) return tar;
    bytes = tar.length;
  }
};

/** A foreign header: the canonical one with some bytes set and the sum made right again. */
export const headerWith = (name: string, size: number, set: Record<number, string>): Uint8Array => {
  const block = Buffer.from(encodeHeader(name, size));
  for (const [at, text] of Object.entries(set)) block.write(text, Number(at), 'latin1');
  block.write('        ', 148, 'latin1');
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')} \0`, 148, 'latin1');
  return block;
};
