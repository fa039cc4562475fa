import { gzipSync } from 'node:zlib';

// Deflate, no name, no time, no flags: inflation does not notice a change in these ten bytes, so they have one value.
export const gzipHead: Uint8Array = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3);

/** Packs with the one head that the importer takes, whatever the platform writes. */
export const packGzip = (bytes: Uint8Array): Uint8Array => {
  const packed = gzipSync(bytes, { level: 6 });
  packed.set(gzipHead);
  return packed;
};
