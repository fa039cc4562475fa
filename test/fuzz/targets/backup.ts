import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packed, readSealedFiles, readStatement } from '@sallyport/appliance/features/backups/container';
import { sealer } from '@sallyport/appliance/platform/sealed-stream';
import { cryptoReady, generateSealKey, generateSigningKey, signBytes } from '@sallyport/bundle-tools/trust/keys';
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
const packedBytes = (bytes: Uint8Array): Buffer => Buffer.concat([...packed([bytes])]);

const site = generateSigningKey();
/** A whole file, as a site writes it. */
const whole = (plain: Uint8Array): Buffer => {
  const body = sealed(packedBytes(plain));
  const statement = Buffer.from(
    JSON.stringify({
      format: 'sallyport-backup/1',
      site: 'test-1',
      begun: 1,
      release: '0.2.0',
      schema: 47,
      sealed: { bytes: body.length, sha256: '0'.repeat(64) },
      objects: [],
    }),
  );
  const length = Buffer.alloc(4);
  length.writeUInt32BE(statement.length);
  return Buffer.concat([body, statement, signBytes(statement, site), site.publicKey, length, Buffer.from('SPBKFOOT')]);
};
const header = (value: object): Buffer => {
  const json = Buffer.from(JSON.stringify(value));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(json.length);
  return Buffer.concat([length, json]);
};

// An even first byte: the rest is sealed first, as anybody could who knows the public key; as it is, or packed where the byte is a
// multiple of four. Odd: it is the file, of which the statement is read.
export const target: FuzzTarget = {
  name: 'backup',
  stretch: false,
  run: (data) => {
    const rest = data.subarray(1);
    const how = (data[0] ?? 0) % 4;
    writeFileSync(path, how === 0 ? sealed(packedBytes(rest)) : how === 2 ? sealed(rest) : rest);
    if ((data[0] ?? 0) % 2 === 0) readSealedFiles(path, key, sink);
    else readStatement(path);
  },
  seeds: () => {
    const plain = Buffer.concat([
      header({ path: 'config.json', size: 3 }),
      Buffer.from('abc'),
      header({ end: true, files: 1 }),
    ]);
    return [
      Buffer.concat([Buffer.of(0), plain]),
      Buffer.concat([Buffer.of(2), packedBytes(plain)]),
      Buffer.concat([Buffer.of(1), whole(plain)]),
    ];
  },
  words: ['SPBACK01', 'SPBKFOOT', '{"path":"keys/a","size":0}', '{"end":true,"files":2}'],
};
