import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readBackup } from '@sallyport/appliance/features/backups/container';
import { sealer } from '@sallyport/appliance/platform/sealed-stream';
import { cryptoReady, generateSealKey } from '@sallyport/bundle-tools/trust/keys';
import { scratchFolder } from '../scratch.ts';
import type { FuzzTarget } from '../target.ts';

await cryptoReady();
const key = generateSealKey();
const path = join(scratchFolder(), 'backup');
const sink = { begin: () => undefined, write: () => undefined, end: () => undefined };

const sealed = (bytes: Uint8Array): Buffer => {
  const seal = sealer(key.publicKey);
  return Buffer.concat([seal.head, ...seal.push(bytes), seal.end()]);
};
const header = (value: object): Buffer => {
  const json = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
};

// An even first byte: the rest is sealed first, as anybody could who knows the public key. Odd: it is the file.
export const target: FuzzTarget = {
  name: 'backup',
  stretch: false,
  run: (data) => {
    const rest = data.subarray(1);
    writeFileSync(path, (data[0] ?? 0) % 2 === 0 ? sealed(rest) : rest);
    readBackup(path, key, sink);
  },
  seeds: () => {
    const plain = Buffer.concat([
      header({ path: 'config.json', size: 3 }),
      Buffer.from('abc'),
      header({ end: true, files: 1 }),
    ]);
    return [Buffer.concat([Buffer.of(2), plain]), Buffer.concat([Buffer.of(1), sealed(plain)])];
  },
  words: ['SPBACK01', '{"path":"keys/a","size":0}', '{"end":true,"files":2}'],
};
