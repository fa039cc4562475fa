import { join } from 'node:path';
import { readRelease, versionLine } from '../platform/release.ts';
import { commands } from './commands.ts';
import { type Io, streamIo } from './io.ts';
import { type Outcome, runProgram } from './run.ts';

/** Runs a command line of `sallyport-bundle`; never throws. */
export const runLine = (argv: ReadonlyArray<string>, io: Io): Promise<Outcome> =>
  runProgram('sallyport-bundle', commands, argv, io);

/** The entry of `sallyport-bundle`; sets the exit code and never throws. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  if (argv[0] === '--version') {
    process.stdout.write(`${versionLine('sallyport-bundle', readRelease(join(import.meta.dirname, '..')))}\n`);
    return;
  }
  const outcome = await runLine(argv, streamIo(process.stderr));
  if (outcome.stderr !== '') process.stderr.write(`${outcome.stderr}\n`);
  if (outcome.stdout !== '') process.stdout.write(`${outcome.stdout}\n`);
  process.exitCode = outcome.exit;
};
