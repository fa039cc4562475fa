import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { BundleError } from '../errors.ts';
import { type KeyFile, readKeyFile, readOrCreateKeyFile, unlockKeyFile } from '../host/key-files.ts';
import { readBounded } from '../host/read-bounded.ts';
import { type CommandInput, listOption, textOption } from './command.ts';
import type { OptionSpec } from './option.ts';

/** Asks on the terminal without showing what is typed; undefined without a terminal. */
export async function askUnseen(question: string): Promise<string | undefined> {
  if (!process.stdin.isTTY) return undefined;
  process.stderr.write(question);
  const unseen = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: process.stdin, output: unseen, terminal: true });
  try {
    return await lines.question('');
  } finally {
    lines.close();
    process.stderr.write('\n');
  }
}

// Keys that are named on the command line, with their passphrases: from a file, or typed unseen.

/** `--passphrase-file FILE`, for commands that sign without a person at the keyboard. */
export const passphraseOption: OptionSpec = {
  value: 'FILE',
  path: 'input',
  multiple: true,
  help: 'a file whose first line is the passphrase of a key; else it is asked for',
};

const maxPassphraseBytes = 1024;
const attempts = 3;

const passphraseIn = (path: string): string =>
  Buffer.from(readBounded(path, maxPassphraseBytes)).toString('utf8').split(/\r?\n/, 1)[0] ?? '';

/** The passphrases that the command line names. */
export const givenPassphrases = (input: CommandInput): ReadonlyArray<string> =>
  listOption(input, 'passphrase-file').map(passphraseIn);

const unlock = async (file: KeyFile, given: ReadonlyArray<string>): Promise<KeyFile> => {
  for (const passphrase of given) {
    const open = unlockKeyFile(file, passphrase);
    if (open !== undefined) return open;
  }
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const passphrase = await askUnseen(`Passphrase of ${file.path}: `);
    if (passphrase === undefined) break;
    const open = unlockKeyFile(file, passphrase);
    if (open !== undefined) return open;
  }
  throw new BundleError('USAGE', `${file.path} is under a passphrase, and none that fits was given`);
};

const readAll = async (
  input: CommandInput,
  option: string,
  read: (path: string) => KeyFile,
): Promise<ReadonlyArray<KeyFile>> => {
  const given = givenPassphrases(input);
  const files: KeyFile[] = [];
  // One after the other: a person types them.
  for (const path of listOption(input, option)) {
    const file = read(path);
    files.push(file.sealed === undefined ? file : await unlock(file, given));
  }
  return files;
};

/** The keys of an option, opened. */
export const readKeys = (input: CommandInput, option: string): Promise<ReadonlyArray<KeyFile>> =>
  readAll(input, option, readKeyFile);

/**
 * The keys of an option, opened. A file that is not there is made, unless the change is carried to other people: then
 * every key has its holder already, and a path that does not exist is a mistake.
 */
export const readOrMakeKeys = (input: CommandInput, option: string): Promise<ReadonlyArray<KeyFile>> =>
  readAll(input, option, textOption(input, 'carry') === undefined ? readOrCreateKeyFile : readKeyFile);
