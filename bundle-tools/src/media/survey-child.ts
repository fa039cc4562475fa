import * as z from 'zod';
import { surveyMedium } from './survey.ts';

// The process that looks at a foreign medium: it may read the medium and its own code, and write nowhere. A path comes
// in on standard input, what was found goes out on standard output.

const jobSchema = z.strictObject({ path: z.string() });
const maxJobBytes = 64 * 1024;

const readJob = async (): Promise<z.infer<typeof jobSchema>> => {
  let text = '';
  for await (const piece of process.stdin.setEncoding('utf8') as AsyncIterable<string>) {
    text += piece;
    if (text.length > maxJobBytes) throw new Error('the job is too large');
  }
  return jobSchema.parse(JSON.parse(text));
};

const { path } = await readJob();
process.stdout.write(JSON.stringify(surveyMedium(path)));
