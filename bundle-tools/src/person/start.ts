import { type ChildProcess, spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import type { Duplex } from 'node:stream';
import type { OptionSpec } from '../cli/option.ts';
import { BundleError } from '../errors.ts';
import { env, environment } from '../platform/ambient.ts';
import { dropRights, type ServiceUser } from '../platform/drop-rights.ts';
import { isRootsAlone, rootsPath } from '../platform/roots-path.ts';
import { channelVariable, secondChannel } from './channel.ts';
import { frame, headBytes, maxPieceBytes, questionSchema } from './frames.ts';
import { type PathUse, type Place, placeOf } from './kinds.ts';
import { type PersonServer, personServer } from './server.ts';

// How root's commands start (docs/decisions/087-what-a-person-names.md). The wrapper of the package starts this program as the person and
// says whose the data are. A command that names no file becomes that user at once. For another, this process stays the person and
// answers a second one, which became that user before it loaded anything.

/** `UID:GID` of the service's user; the wrapper says it to root's commands. */
const runAsVariable = 'SALLYPORT_RUN_AS';

/** A command line whose declarations were read. */
export type Line = {
  readonly options: Readonly<Record<string, OptionSpec>>;
  readonly values: Readonly<Record<string, string | boolean | ReadonlyArray<string | boolean> | undefined>>;
  readonly positionals: readonly string[];
  readonly paths: ReadonlyArray<PathUse | undefined>;
};

/** The places that a command line names. */
function placesOf({ options, values, positionals, paths }: Line): Place[] {
  const named = Object.entries(options).flatMap(([name, { path: use }]) =>
    use === undefined
      ? []
      : [values[name]].flat().flatMap((value) => (typeof value === 'string' ? [{ typed: value, use }] : [])),
  );
  const given = positionals.map((typed, at) => ({ typed, use: paths[Math.min(at, paths.length - 1)] }));
  return [...named, ...given].flatMap(({ typed, use }) =>
    use === undefined || typed === '' ? [] : (placeOf(typed, use) ?? []),
  );
}

/**
 * Whether the service's user runs a command on a folder of data: on its own, and on the standard one. On a folder of root's own, and on
 * one that is not there yet, root runs it, if only root says what is there. USAGE for any other, since another user could have laid
 * links in it or on the way to it.
 */
export function isOfService(folder: string, standard: string, service: { readonly uid: number }): boolean {
  if (resolve(folder) === resolve(standard)) return true;
  const uid = statSync(folder, { throwIfNoEntry: false })?.uid;
  if (uid === service.uid) return true;
  if (uid !== undefined && uid !== process.getuid?.())
    throw new BundleError(
      'USAGE',
      `${folder} is neither yours nor the service's: run the command as its owner (user ${uid})`,
    );
  const real = rootsPath(resolve(folder));
  if (real === undefined || !isRootsAlone(real))
    throw new BundleError(
      'USAGE',
      `others than root say what ${folder} is: run the command as that user, or name a folder that root alone changes, as below /root`,
    );
  return false;
}

/** Questions are short; a list of places is not sent. */
const maxQuestionBytes = 64 * 1024;

const errorOf = (error: unknown): object => {
  if (error instanceof BundleError) return { code: error.code, message: error.message, isOurs: true };
  const { message, code, path } = error as NodeJS.ErrnoException;
  return {
    code: code ?? 'EIO',
    message: message.replaceAll(/\/proc\/self\/fd\/\d+\//g, ''),
    ...(path === undefined ? {} : { path }),
  };
};

const answerOn = (channel: Duplex, server: PersonServer): void => {
  let held: Buffer = Buffer.alloc(0);
  channel.on('error', () => channel.destroy());
  channel.on('data', (chunk: Buffer) => {
    held = held.length === 0 ? chunk : Buffer.concat([held, chunk]);
    while (held.length >= headBytes) {
      const [text, bytes] = [held.readUInt32LE(0), held.readUInt32LE(4)];
      if (text > maxQuestionBytes || bytes > maxPieceBytes) return void channel.destroy();
      const end = headBytes + text + bytes;
      if (held.length < end) return undefined;
      try {
        const question = questionSchema.parse(JSON.parse(held.toString('utf8', headBytes, headBytes + text)));
        const { answer, bytes: body } = server.answer(question, held.subarray(headBytes + text, end));
        channel.write(frame({ answer }, body));
      } catch (error) {
        channel.write(frame({ error: errorOf(error) }));
      }
      held = held.subarray(end);
    }
    return undefined;
  });
};

/** One for the command, one for the process that reads a medium (importer/run-child.ts). */
const channels = [3, secondChannel] as const;

const endOf = (child: ChildProcess): Promise<number> =>
  new Promise((done, reject) => {
    child.once('error', reject);
    child.once('exit', (status, signal) => done(status ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });

/** Stays the person: starts the command once more with its channels, and answers until it ends. */
async function stayPerson(places: readonly Place[], replace: boolean, runAs: string | undefined): Promise<number> {
  const server = personServer(places, replace);
  // What a command says stays apart from a file that it writes to its output.
  const isOutput = places.some(
    ({ kind, path, isStream }) => isStream && kind === 'output' && /(?:\/-|stdout|\/1)$/.test(path),
  );
  const child = spawn(process.execPath, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', isOutput ? 2 : 'inherit', 'inherit', 'pipe', 'pipe'],
    env: {
      ...environment(),
      [runAsVariable]: runAs,
      [channelVariable]: JSON.stringify({ fd: channels[0], places }),
    },
  });
  for (const number of channels) answerOn(child.stdio[number] as Duplex, server);
  // The terminal says these to both; the command decides.
  for (const signal of ['SIGINT', 'SIGQUIT'] as const) process.on(signal, () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP'] as const) process.on(signal, () => child.kill(signal));
  try {
    return await endOf(child);
  } finally {
    server.close();
  }
}

/** Whether a path lies in a folder, as both are written. */
const isIn = (folder: string, path: string): boolean => path === folder || path.startsWith(`${folder}/`);

/**
 * Decides who runs this command line. The exit code where another process ran it; undefined where this one goes on, with the rights
 * that it is to have.
 *
 * @param read the line with its declarations, and the folder of data that it works on; undefined where it is wrong use or asks for help
 * @param isService whether the service's user runs it
 */
export async function startForPerson<L extends Line & { readonly folder: string }>(
  read: () => Promise<L | undefined>,
  isService: (line: L, service: ServiceUser) => boolean | Promise<boolean>,
): Promise<number | undefined> {
  if (env(channelVariable) !== undefined) return undefined;
  const runAs = env(runAsVariable);
  const [uid = 0, gid = 0] = runAs?.split(':').map(Number) ?? [];
  const line = await read();
  const byService = runAs !== undefined && (line === undefined || (await isService(line, { uid, gid })));
  // In its own folder the service's user opens files itself, so that all of them are its own.
  const own = resolve(line?.folder ?? '/');
  const places = line === undefined ? [] : placesOf(line).filter(({ path }) => !byService || !isIn(own, path));
  if (places.length > 0 && (byService || places.some(({ isStream }) => isStream)))
    return stayPerson(places, line?.values['replace'] === true, byService ? runAs : undefined);
  if (byService) dropRights(runAs);
  return undefined;
}
