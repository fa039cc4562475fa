import { commands } from './commands.ts';
import { streamIo } from './io.ts';
import { runProgram } from './run.ts';

/** The entry of `sallyport-bundle`; sets the exit code and never throws. */
export const main = async (argv: ReadonlyArray<string>): Promise<void> => {
  const outcome = await runProgram('sallyport-bundle', commands, argv, streamIo(process.stderr));
  if (outcome.stderr !== '') process.stderr.write(`${outcome.stderr}\n`);
  if (outcome.stdout !== '') process.stdout.write(`${outcome.stdout}\n`);
  process.exitCode = outcome.exit;
};
