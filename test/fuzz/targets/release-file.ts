import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { payloadTypeOf } from '@sallyport/bundle-tools/documents/envelope';
import { readReleaseFile } from '@sallyport/bundle-tools/release/release-file';
import { sha256Hex } from '@sallyport/bundle-tools/trust/hash';
import { generateSigningKey } from '@sallyport/bundle-tools/trust/keys';
import { joinTar } from '../../../bundle-tools/test/forge.ts';
import { signedAs } from '../signed-document.ts';
import { demand, type FuzzTarget } from '../target.ts';

// What a thief of the release key could write: any list, well signed, before the files of a release.

const key = generateSigningKey();
const folder = mkdtempSync(join(tmpdir(), 'sallyport-fuzz-release-'));
const path = join(folder, 'x.release.tar');
const file = { name: 'sallyport_1.0.0_amd64.deb', body: Buffer.from('a package') };
const list = {
  format: 'sallyport-release/1',
  version: '1.0.0',
  released_at: '2026-05-01T12:00:00Z',
  files: [{ name: file.name, size: file.body.length, sha256: sha256Hex(file.body) }],
};

export const target: FuzzTarget = {
  name: 'release-file',
  maxBytes: 8_192,
  stretch: false,
  run: async (data) => {
    const body = signedAs(payloadTypeOf('release'), data, [key]);
    writeFileSync(path, joinTar([{ name: 'release.dsse.json', body }, file]));
    await readReleaseFile(path, [key.publicKey], (name) => {
      demand(!/[/\\]|^\./.test(name), 'a name of a release leads nowhere');
      return undefined;
    });
  },
  seeds: () => [JSON.stringify(list)],
  words: ['"files":[{"name":"', '"size":', '"sha256":"', '"released_at":"', '../', '1.0.0-rc.1'],
};
