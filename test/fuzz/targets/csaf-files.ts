import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { readNamedFiles } from '@sallyport/bundle-tools/advisories/sources/csaf';
import { storedZip } from '../../support/stored-zip.ts';
import { scratchFolder } from '../scratch.ts';
import type { FuzzTarget } from '../target.ts';

const path = join(scratchFolder(), 'input');
const limits = {
  maxDocumentBytes: 64 * 1024,
  maxTotalBytes: 1 << 20,
  maxDocuments: 1_000,
  maxDownloadBytes: 1,
};

/** A tar of one file, by hand. */
const tarOf = (name: string, body: string): Buffer => {
  const head = Buffer.alloc(512);
  head.write(name, 0);
  head.write('0000644\0', 100);
  head.write(`${body.length.toString(8).padStart(11, '0')}\0`, 124);
  head.write('00000000000\0', 136);
  head.write('        ', 148);
  head.write('0', 156);
  head.write('ustar\u000000', 257);
  const sum = head.reduce((all, byte) => all + byte, 0);
  head.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  const padded = Buffer.alloc(Math.ceil(body.length / 512) * 512);
  padded.write(body);
  return Buffer.concat([head, padded, Buffer.alloc(1_024)]);
};

export const target: FuzzTarget = {
  name: 'csaf-files',
  stretch: false,
  maxBytes: 16_384,
  run: async (data) => {
    writeFileSync(path, data);
    for await (const _file of readNamedFiles(path, () => true, limits));
  },
  seeds: () => [
    '{"document":{}}',
    gzipSync('{"document":{}}'),
    storedZip([['a.json', '{"document":{}}']]),
    tarOf('2024/a.json', '{"document":{}}'),
    gzipSync(tarOf('a.json', '{}')),
  ],
  words: ['ustar', 'PK\u0003\u0004', 'PK\u0001\u0002', '.json', '.sha512'],
};
