import { spawn } from 'node:child_process';
import { readFileSync, realpathSync, statSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { isAbsent } from '../archive/medium-errors.ts';
import { BundleError } from '../errors.ts';
import { deniedText } from './source-failure.ts';
import { isAdvisorySource, type Source } from './sources.ts';
import type { HostState } from './state.ts';

// Whether the nightly run will be able to read what a person names. Who adds a source may have more rights than the unit.

/** The state that `sallyport-host-sync.service` works on. */
const unitState = '/var/lib/sallyport-host';
/** What that unit does not see, and by which of its lines. */
const hiddenFromUnit: Readonly<Record<string, string>> = {
  '/home': 'ProtectHome',
  '/root': 'ProtectHome',
  '/run/user': 'ProtectHome',
  '/tmp': 'PrivateTmp',
  '/var/tmp': 'PrivateTmp',
  '/dev': 'PrivateDevices',
};

/** The line of the unit by which it does not see a real path; undefined where it does. */
export function hidingLine(realPath: string): string | undefined {
  const [, line] =
    Object.entries(hiddenFromUnit).find(([top]) => realPath === top || realPath.startsWith(`${top}${sep}`)) ?? [];
  return line;
}

const isUrl = (place: string): boolean => /^https?:\/\//.test(place);

/** The files and folders of this computer that a source is read from. */
const localPlaces = (source: Source): ReadonlyArray<string> => {
  const keyrings = 'keyrings' in source ? (source.keyrings ?? []) : [];
  const place = isAdvisorySource(source) ? source.location : 'folder' in source ? source.folder : undefined;
  return [...(place === undefined || isUrl(place) ? [] : [place]), ...keyrings];
};

/** As deep as sources are read. */
const maxDepth = 9;
const patienceMs = 120_000;

const hasCapabilities = (): boolean => {
  try {
    const [, effective = '0'] = /^CapEff:\s*([0-9a-f]+)$/m.exec(readFileSync('/proc/self/status', 'latin1')) ?? [];
    return BigInt(`0x${effective}`) !== 0n;
  } catch (error) {
    // Systems without /proc have no capabilities either.
    if (isAbsent(error)) return false;
    throw error;
  }
};

/** Runs a program as the owner of the state and without a right over other people's files. */
const asOwner = ({ uid, gid }: { uid: number; gid: number }, line: readonly string[]): readonly string[] => {
  if (uid === 0 || !hasCapabilities()) return line;
  const user = process.geteuid?.() === uid ? [] : [`--reuid=${uid}`, `--regid=${gid}`, '--clear-groups'];
  return ['setpriv', ...user, '--inh-caps=-all', '--ambient-caps=-all', '--no-new-privs', ...line];
};

/** The first thing at or below a place that is not readable there; `found` is empty where all is. */
const firstUnreadable = (
  owner: { uid: number; gid: number },
  place: string,
): Promise<{ found: string; message: string; status: number | null }> => {
  const folders = ['-type', 'd', '(', '!', '-readable', '-o', '!', '-executable', ')'];
  const files = ['-type', 'f', '!', '-readable'];
  const wanted = ['(', ...folders, '-o', ...files, ')', '-print', '-quit'];
  // A link at the place itself is followed, as when the source is read.
  const line = ['find', '-H', resolve(place), '-maxdepth', `${maxDepth}`, ...wanted];
  const [file = '', ...args] = asOwner(owner, line);
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, {
      // find goes back to where it began, which this user may not enter: root's own folder.
      cwd: '/',
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C' },
      timeout: patienceMs,
    });
    let found = '';
    let message = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      found += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      message = (message + text).slice(0, 4_000);
    });
    child.once('error', reject);
    child.once('close', (status) => resolve({ found: found.trimEnd(), message: message.trim(), status }));
  });
};

const assertSeen = (state: HostState, place: string): void => {
  if (realpathSync(state.dir) !== unitState) return;
  const real = realpathSync(place);
  const line = hidingLine(real);
  if (line !== undefined)
    throw new BundleError('SOURCE_DENIED', `${real}: sallyport-host-sync.service does not see it (${line})`);
};

/**
 * Tries what a source is read from as the nightly run will: as the owner of the state, without further rights, and outside of what
 * the unit hides. NOT_FOUND for what is not there, SOURCE_DENIED for what may not be read.
 */
export async function assertReadable(state: HostState, source: Source): Promise<void> {
  const owner = statSync(state.dir);
  for (const place of localPlaces(source)) {
    const { found, message, status } = await firstUnreadable(owner, place);
    if (found !== '') throw new BundleError('SOURCE_DENIED', deniedText(found, owner.uid));
    if (status !== 0) {
      if (/No such file or directory$/m.test(message))
        throw new BundleError('NOT_FOUND', `no such file or folder: ${place}`);
      if (/Permission denied$/m.test(message)) throw new BundleError('SOURCE_DENIED', deniedText(place, owner.uid));
      throw new BundleError('SOURCE_INVALID', `${place} cannot be tried: ${message || `find ended with ${status}`}`);
    }
    assertSeen(state, place);
  }
}
