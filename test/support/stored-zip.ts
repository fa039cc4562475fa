import { crc32, deflateRawSync } from 'node:zlib';

type ZipOptions = {
  /** Deflates the entries; else they lie as they are. */
  deflate?: boolean;
  /** Spoils what the directory says of an entry. */
  lie?: { name?: string | Uint8Array; uncompressedSize?: number; flags?: number };
};

/** A zip by hand, so that tests can make wrong ones. */
export const storedZip = (
  entries: readonly (readonly [name: string, content: string | Uint8Array])[],
  { deflate = false, lie = {} }: ZipOptions = {},
): Buffer => {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [given, content] of entries) {
    const plain = Buffer.from(content);
    const packed = deflate ? deflateRawSync(plain, { level: 9 }) : plain;
    const name = Buffer.from(lie.name ?? given);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(lie.flags ?? 0, 2);
    common.writeUInt16LE(deflate ? 8 : 0, 4);
    // 2026-05-01, midnight.
    common.writeUInt16LE(0, 6);
    common.writeUInt16LE(((2026 - 1980) << 9) | (5 << 5) | 1, 8);
    common.writeUInt32LE(crc32(plain), 10);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(lie.uncompressedSize ?? plain.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), common, name, packed]);
    const tail = Buffer.alloc(14);
    tail.writeUInt32LE(offset, 10);
    directory.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), common, tail, name]));
    files.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(directory);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(central.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...files, central, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
};
