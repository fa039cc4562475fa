import * as z from 'zod';
import { BundleError } from '../errors.ts';
import { openCandidates } from './candidates.ts';
import { importContextSchema } from './context.ts';
import { type ImportProgress, ImportRefusal } from './verdict.ts';
import { verifyBundle } from './verify-bundle.ts';

// The process that meets the medium. It has the medium and staging and nothing else (see run-import.ts): what it says is
// checked by its parent, and what it cannot reach it cannot give away.

const jobSchema = z.strictObject({ path: z.string(), stagingDir: z.string(), context: importContextSchema });
const maxJobBytes = 64 * 1024 * 1024;
const reportEveryBytes = 16 * 1024 * 1024;

const readJob = async (): Promise<z.infer<typeof jobSchema>> => {
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of process.stdin as AsyncIterable<Uint8Array>) {
    size += piece.length;
    if (size > maxJobBytes) throw new BundleError('LIMIT', 'the job is too large');
    pieces.push(piece);
  }
  return jobSchema.parse(JSON.parse(Buffer.concat(pieces).toString('utf8')));
};

const say = (line: object): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(`${JSON.stringify(line)}\n`, (error) => (error ? reject(error) : resolve()));
  });

// Few lines suffice: at a change of state, and every 16 MiB.
const createReporter = (): ((progress: ImportProgress) => void) => {
  let state = '';
  let reportedBytes = 0;
  return (progress) => {
    if (progress.state === state && progress.doneBytes - reportedBytes < reportEveryBytes) return;
    state = progress.state;
    reportedBytes = progress.doneBytes;
    process.stdout.write(`${JSON.stringify({ progress })}\n`);
  };
};

const refusedLine = (error: unknown): object => {
  const refusal =
    error instanceof ImportRefusal
      ? error
      : error instanceof BundleError
        ? new ImportRefusal(error.code, error.message)
        : new ImportRefusal('INTERNAL', error instanceof Error ? error.message : String(error));
  const { code, message, newRoots, missing } = refusal;
  return { refused: { code, message: message.slice(0, 2000), newRoots, missing } };
};

try {
  const { path, stagingDir, context } = await readJob();
  const paths = await openCandidates(path);
  const onObject = ({ sha256, size }: { sha256: string; size: number }): void => {
    process.stdout.write(`${JSON.stringify({ object: { sha256, size } })}\n`);
  };
  // Each of several volumes is read by a process of its own.
  if (paths.length > 1) await say({ paths });
  else
    await say({ verdict: await verifyBundle({ path, stagingDir, context, onObject, onProgress: createReporter() }) });
} catch (error) {
  await say(refusedLine(error));
}
