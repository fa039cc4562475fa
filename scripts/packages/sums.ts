import { createHash } from 'node:crypto';
import { createReadStream, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { askUnseen } from '@sallyport/bundle-tools/cli/key-options';
import { readKeyFile, unlockKeyFile } from '@sallyport/bundle-tools/host/key-files';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type ReleaseManifest, writeReleaseFile } from '@sallyport/bundle-tools/release/release-file';
import { cryptoReady, type SigningKey, signBytes } from '@sallyport/bundle-tools/trust/keys';

// SHA256SUMS over the folder of artefacts, and its signature, which openssl checks alone:
//   openssl pkeyutl -verify -pubin -inkey release.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig

const spkiOfEd25519 = Buffer.from('302a300506032b6570032100', 'hex');

const pemOf = (publicKey: Uint8Array): string =>
  `-----BEGIN PUBLIC KEY-----\n${Buffer.concat([spkiOfEd25519, publicKey]).toString('base64')}\n-----END PUBLIC KEY-----\n`;

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The release key in a file, opened by its passphrase where it has one. */
export async function signingKeyIn(path: string): Promise<SigningKey> {
  await cryptoReady();
  const file = readKeyFile(path);
  const open =
    file.sealed === undefined
      ? file
      : unlockKeyFile(file, (await askUnseen(`Passphrase of ${basename(path)}: `)) ?? '');
  if (open?.signing === undefined) throw new Error(`${path} does not sign: only a public half, or not the passphrase`);
  return open.signing;
}

/**
 * Writes SHA256SUMS of what lies in `folder`; with a key (`sallyport-bundle trust key create --for release`) also
 * SHA256SUMS.sig and release.pem, its public half. Returns the fingerprint to compare: SHA-256 of the public half in DER.
 */
export async function writeSums(folder: string, key: SigningKey | undefined): Promise<string | undefined> {
  const lines: string[] = [];
  for (const name of readdirSync(folder).sort()) lines.push(`${await sha256Of(join(folder, name))}  ${name}\n`);
  const sums = Buffer.from(lines.join(''));
  writeFileSync(join(folder, 'SHA256SUMS'), sums);
  if (key === undefined) return undefined;
  writeFileSync(join(folder, 'SHA256SUMS.sig'), signBytes(sums, key));
  writeFileSync(join(folder, 'release.pem'), pemOf(key.publicKey));
  return createHash('sha256')
    .update(Buffer.concat([spkiOfEd25519, key.publicKey]))
    .digest('hex');
}

/** Writes `sallyport-V.release.tar` of everything that lies in `folder`, the sums and their signature with it. */
export async function writeReleaseOf(
  folder: string,
  { version, epoch, key }: { version: string; epoch: number; key: SigningKey },
): Promise<string> {
  const files: ReleaseManifest['files'] = [];
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    files.push({ name, size: statSync(path).size, sha256: await sha256Of(path) });
  }
  const manifest: ReleaseManifest = {
    format: 'sallyport-release/1',
    version,
    released_at: toTime(epoch * 1000),
    files,
  };
  return writeReleaseFile({ out: folder, manifest, folder, key });
}
