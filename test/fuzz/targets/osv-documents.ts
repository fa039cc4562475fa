import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readDocuments } from '@sallyport/bundle-tools/advisories/sources/documents';
import { scratchFolder } from '../scratch.ts';
import type { FuzzTarget } from '../target.ts';

const folder = scratchFolder();
const path = join(folder, 'input');
const limits = {
  maxDocumentBytes: 64 * 1024,
  maxTotalBytes: 1 << 20,
  maxDocuments: 1_000,
  maxDownloadBytes: 1,
};

/** A zip of one stored file, as small as one can be. */
const zip = (name: string, body: Buffer): Buffer => {
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt32LE(body.length, 18);
  local.writeUInt32LE(body.length, 22);
  local.writeUInt16LE(name.length, 26);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt32LE(body.length, 20);
  central.writeUInt32LE(body.length, 24);
  central.writeUInt16LE(name.length, 28);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(1, 8);
  end.writeUInt16LE(1, 10);
  end.writeUInt32LE(central.length + name.length, 12);
  end.writeUInt32LE(local.length + name.length + body.length, 16);
  return Buffer.concat([local, Buffer.from(name), body, central, Buffer.from(name), end]);
};

export const target: FuzzTarget = {
  name: 'osv-documents',
  stretch: false,
  run: async (data) => {
    writeFileSync(path, data);
    for await (const _document of readDocuments(path, limits));
  },
  seeds: () => [
    '{"id":"A"}\n{"id":"B"}\n',
    gzipSync('{"id":"A"}'),
    '[{"id":"A"}]',
    zip('a.json', Buffer.from('{"id":"A"}')),
  ],
  words: ['PK\u0001\u0002', 'PK\u0003\u0004', 'PK\u0005\u0006'],
};
