import { once } from 'node:events';
import { closeSync, fsyncSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import { AppError } from '../../platform/errors.ts';
import { newRecoveryKey, type PreparedKey, publicHalfOf, typedGroups } from './recovery-key-file.ts';

// The recovery key goes to a person before anything is sealed to it: shown at the terminal and typed back, or into a file that is made
// for it. A setup that ends early leaves no backup that a key opens which no person has.

export type HandedKey = {
  /** What the appliance is told; undefined: it has this key already. */
  prepared: PreparedKey | undefined;
  /** Where the key lies; undefined: a person typed its groups back. */
  file: string | undefined;
  /** Takes the file back, where the appliance was not made after all. */
  undo: () => void;
};

const most = 100;

/** Where the file of a site's key is, unless another one is named. */
const usualFile = (prefix: string, site: string): string =>
  join(prefix === '' ? homedir() : join(prefix, 'root'), `sallyport-recovery-key-${site}.txt`);

const keyIn = (path: string): string =>
  typedGroups(/^[0-9a-f]{4}(?:-[0-9a-f]{4}){15}$/m.exec(readFileSync(path, 'utf8'))?.[0] ?? '');

/** Never over a file that is there. EXISTS, NOT_FOUND. */
function writeNew(path: string, text: string): void {
  let fd: number;
  try {
    fd = openSync(path, 'wx', 0o600);
  } catch (error) {
    const { code } = error as { code?: string };
    if (code === 'EEXIST') throw new AppError('EXISTS', `${path} is there already: name another --recovery-key-file`);
    if (code === 'ENOENT' || code === 'ENOTDIR')
      throw new AppError('NOT_FOUND', `there is no folder for ${path}: name another --recovery-key-file`);
    throw error;
  }
  try {
    writeSync(fd, text);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** The first of the usual names that is free. */
const freeName = (path: string): string => {
  for (let n = 2, name = path; n < most; n += 1) {
    if (!isThere(name)) return name;
    name = path.replace(/\.txt$/, `-${n}.txt`);
  }
  throw new AppError('EXISTS', `${path} and ${most} more are there already: name another with --recovery-key-file`);
};

/**
 * The key into a file that is made for it. A file that has the key of the appliance already (`publicKey`) stays as it is. EXISTS,
 * NOT_FOUND.
 */
export async function handOverInFile(where: {
  prefix: string;
  site: string;
  file: string | undefined;
  /** The half that the appliance has; undefined before it is made. */
  publicKey: string | undefined;
}): Promise<HandedKey> {
  await cryptoReady();
  const { prefix, site, publicKey } = where;
  const named = where.file === undefined ? undefined : resolve(where.file);
  const path = named ?? usualFile(prefix, site);
  if (publicKey !== undefined && isThere(path) && publicHalfOf(keyIn(path)) === publicKey)
    return { prepared: undefined, file: path, undo: () => undefined };
  const { recoveryKey, prepared } = newRecoveryKey();
  const file = named ?? freeName(path);
  writeNew(
    file,
    `Recovery key of the Sallyport site ${site}. It alone opens backups. Keep it away from the appliance.\n\n${recoveryKey}\n`,
  );
  return { prepared, file, undo: () => rmSync(file, { force: true }) };
}

/** Shows the key at the terminal until four of its groups were typed back. USAGE when the terminal ends before. */
export async function handOverAtTerminal(): Promise<HandedKey> {
  await cryptoReady();
  const { recoveryKey, prepared } = newRecoveryKey();
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  const ended = once(terminal, 'close').then(() => {
    throw new AppError('USAGE', 'the recovery key was not confirmed: run sallyport setup again, it makes another one');
  });
  const ask = (question: string): Promise<string> => Promise.race([terminal.question(question), ended]);
  try {
    for (;;) {
      process.stderr.write(
        `\nThe recovery key of this site. It alone opens backups. Write it down and keep it away from this computer:\n\n  ${recoveryKey}\n\n`,
      );
      const typed = await ask(`To show that you have it, type its groups ${prepared.positions.join(', ')}: `);
      if (typedGroups(typed) === prepared.groups) break;
      process.stderr.write('These are not the groups. Compare with what you wrote down.\n');
    }
  } finally {
    ended.catch(() => undefined);
    terminal.close();
  }
  return { prepared: { ...prepared, confirmed: true }, file: undefined, undo: () => undefined };
}
