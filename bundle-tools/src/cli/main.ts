import { join } from 'node:path';
import { isOfService, startForPerson } from '../person/start.ts';
import { env } from '../platform/ambient.ts';
import { readRelease, versionLine } from '../platform/release.ts';
import { commands } from './commands.ts';
import { type Io, streamIo } from './io.ts';
import { failed, type Outcome, readLine, runProgram } from './run.ts';

/** Runs a command line of `sallyport-bundle`; never throws. */
export const runLine = (argv: ReadonlyArray<string>, io: Io): Promise<Outcome> =>
  runProgram('sallyport-bundle', commands, argv, io);

/** The state of the host's own user, which the nightly run works on. */
const standardState = '/var/lib/sallyport-host';

/** Where root runs a command on that state, its user does; the exit code where another process did. */
const startedElsewhere = (argv: ReadonlyArray<string>): Promise<number | undefined> =>
  startForPerson(
    async () => {
      const line = await readLine(commands, argv);
      if (line === undefined) return undefined;
      return { ...line, folder: String(line.values['state'] ?? env('SALLYPORT_STATE') ?? standardState) };
    },
    ({ folder }, service) => isOfService(folder, standardState, service),
  );

/** The entry of `sallyport-bundle`; sets the exit code and never throws. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  if (argv[0] === '--version') {
    process.stdout.write(`${versionLine('sallyport-bundle', readRelease(join(import.meta.dirname, '..')))}\n`);
    return;
  }
  let outcome: Outcome;
  try {
    const ended = await startedElsewhere(argv);
    if (ended !== undefined) {
      process.exitCode = ended;
      return;
    }
    outcome = await runLine(argv, streamIo(process.stderr));
  } catch (error) {
    outcome = failed('sallyport-bundle', [], argv.includes('--json'), error);
  }
  if (outcome.stderr !== '') process.stderr.write(`${outcome.stderr}\n`);
  if (outcome.stdout !== '') process.stdout.write(`${outcome.stdout}\n`);
  process.exitCode = outcome.exit;
};
