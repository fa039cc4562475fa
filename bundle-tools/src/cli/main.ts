import { join } from 'node:path';
import { readRelease, versionLine } from '../platform/release.ts';
import { commands } from './commands.ts';
import { streamIo } from './io.ts';
import { runProgram } from './run.ts';

/** The entry of `sallyport-bundle`; sets the exit code and never throws. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  if (argv[0] === '--version') {
    process.stdout.write(`${versionLine('sallyport-bundle', readRelease(join(import.meta.dirname, '..')))}\n`);
    return;
  }
  const outcome = await runProgram('sallyport-bundle', commands, argv, streamIo(process.stderr));
  if (outcome.stderr !== '') process.stderr.write(`${outcome.stderr}\n`);
  if (outcome.stdout !== '') process.stdout.write(`${outcome.stdout}\n`);
  process.exitCode = outcome.exit;
};
