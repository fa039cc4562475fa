import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { until } from '../until.ts';

/** Ends the capture once the file holds these packets' bytes, as often as they are here. */
type StopCapture = (sent: readonly Buffer[]) => Promise<void>;

const occurrences = (bytes: Buffer, part: Buffer): number => {
  let count = 0;
  for (let at = bytes.indexOf(part); at !== -1; at = bytes.indexOf(part, at + part.length)) count += 1;
  return count;
};

/** Writes down what goes over the loopback interface, by dumpcap. */
export async function startCapture(file: string): Promise<StopCapture> {
  const dumpcap = spawn('dumpcap', ['-q', '-p', '-i', 'lo', '-w', file], { stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise<void>((resolve) => dumpcap.once('exit', () => resolve()));
  await new Promise<void>((resolve, reject) => {
    let said = '';
    dumpcap.stderr.on('data', (bytes: Buffer) => {
      said += bytes.toString('utf8');
      if (said.includes('File:')) resolve();
    });
    dumpcap.once('exit', (code) => reject(new Error(`dumpcap ended with ${code}: ${said}`)));
  });
  return async (sent) => {
    // It writes in blocks.
    await until(() => {
      const written = readFileSync(file);
      return sent.every((part) => occurrences(written, part) >= sent.filter((one) => one.equals(part)).length);
    });
    dumpcap.kill('SIGINT');
    await ended;
  };
}
