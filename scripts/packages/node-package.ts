import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Lock, locked } from './locked.ts';

// The runtime of another system is no part of this computer's node_modules: npm fetches its archive, which has to have the
// digest of package-lock.json.

/** A system that there is a runtime for. */
export type RuntimeSystem = 'linux-x64' | 'linux-arm64' | 'win-x64';

/** The folder of the unpacked runtime for a system; fetched into `cache` where it is not installed. */
export function nodePackage(root: string, lock: Lock, system: RuntimeSystem, cache: string): string {
  const { path, name, version, integrity } = locked(lock, `node_modules/node-${system}`);
  if (existsSync(join(root, path, 'bin/node'))) return join(root, path);
  const folder = join(cache, `${name}-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const archive = join(cache, `${name}-${version}.tgz`);
  execFileSync('npm', ['pack', '--silent', '--pack-destination', cache, `${name}@${version}`], { stdio: 'pipe' });
  const digest = `sha512-${createHash('sha512').update(readFileSync(archive)).digest('base64')}`;
  if (digest !== integrity) throw new Error(`${archive} has the digest ${digest}, package-lock.json says ${integrity}`);
  const partial = `${folder}.partial`;
  rmSync(partial, { recursive: true, force: true });
  mkdirSync(partial);
  execFileSync('tar', ['-xzf', archive, '-C', partial, '--strip-components=1', '--no-same-owner']);
  renameSync(partial, folder);
  rmSync(archive);
  return folder;
}
