import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { askUnseen } from '@sallyport/bundle-tools/cli/key-options';
import {
  type FallbackKey,
  fallbackDer,
  fallbackPathOf,
  openFallbackKey,
} from '@sallyport/bundle-tools/host/fallback-key';
import { readKeyFile, unlockKeyFile } from '@sallyport/bundle-tools/host/key-files';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { publicPem, releaseDer, releaseFingerprint } from '@sallyport/bundle-tools/release/public-key';
import { type ReleaseManifest, writeReleaseFile } from '@sallyport/bundle-tools/release/release-file';
import { cryptoReady, fingerprintOf, type SigningKey, signBytes } from '@sallyport/bundle-tools/trust/keys';

// SHA256SUMS over the folder of artefacts, and its signatures, which openssl checks alone:
//   openssl pkeyutl -verify -pubin -inkey release.pem -rawin -in SHA256SUMS -sigfile SHA256SUMS.sig
// and where it is older than 3, which reads no such signature of a file:
//   openssl dgst -sha256 -verify release-p256.pem -signature SHA256SUMS.p256.sig SHA256SUMS

/** The keys of a release; one that was made by an older version has no fallback key beside it. */
type ReleaseKeys = { readonly signing: SigningKey; readonly fallback: FallbackKey | undefined };

/** The fingerprints that a person compares: SHA-256 of the public halves in DER. */
type Fingerprints = { readonly release: string; readonly fallback: string | undefined };

async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** The release key in a file and the fallback key beside it, opened by their passphrase where they have one. */
export async function releaseKeysIn(path: string): Promise<ReleaseKeys> {
  await cryptoReady();
  const file = readKeyFile(path);
  const passphrase =
    file.sealed === undefined ? undefined : ((await askUnseen(`Passphrase of ${basename(path)}: `)) ?? '');
  const open = passphrase === undefined ? file : unlockKeyFile(file, passphrase);
  if (open?.signing === undefined) throw new Error(`${path} does not sign: only a public half, or not the passphrase`);
  const beside = fallbackPathOf(path);
  return { signing: open.signing, fallback: existsSync(beside) ? openFallbackKey(beside, passphrase) : undefined };
}

/** A signature that is the same for the same file and key (RFC 6979), which openssl makes since 3.2. */
function signP256(path: string, { privateKey }: FallbackKey): Buffer {
  // A pipe of the shell's, which openssl can open by its name; the key is never a file.
  const sign = 'cat | openssl pkeyutl -sign -rawin -digest sha256 -pkeyopt nonce-type:1 -inkey /dev/stdin -in "$1"';
  return execFileSync('sh', ['-c', sign, 'sh', path], { input: privateKey.export({ type: 'pkcs8', format: 'pem' }) });
}

/**
 * Writes SHA256SUMS of what lies in `folder`; with keys (`sallyport-bundle trust key create --for release`) also their public halves,
 * which it lists, and the signatures SHA256SUMS.sig and SHA256SUMS.p256.sig. Returns the fingerprints to compare.
 */
export async function writeSums(folder: string, keys: ReleaseKeys | undefined): Promise<Fingerprints | undefined> {
  if (keys !== undefined) writeFileSync(join(folder, 'release.pem'), publicPem(releaseDer(keys.signing.publicKey)));
  if (keys?.fallback !== undefined)
    writeFileSync(join(folder, 'release-p256.pem'), publicPem(fallbackDer(keys.fallback)));
  const lines: string[] = [];
  for (const name of readdirSync(folder).sort()) lines.push(`${await sha256Of(join(folder, name))}  ${name}\n`);
  const sums = Buffer.from(lines.join(''));
  writeFileSync(join(folder, 'SHA256SUMS'), sums);
  if (keys === undefined) return undefined;
  writeFileSync(join(folder, 'SHA256SUMS.sig'), signBytes(sums, keys.signing));
  const release = releaseFingerprint(keys.signing.publicKey);
  if (keys.fallback === undefined) return { release, fallback: undefined };
  writeFileSync(join(folder, 'SHA256SUMS.p256.sig'), signP256(join(folder, 'SHA256SUMS'), keys.fallback));
  return { release, fallback: fingerprintOf(fallbackDer(keys.fallback)) };
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
