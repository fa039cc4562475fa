import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { join } from 'node:path';

/** The repository's root folder. */
export const root = join(import.meta.dirname, '..');

const commands = {
  sallyport: 'appliance/bin/sallyport.js',
  'sallyport-bundle': 'bundle-tools/bin/sallyport-bundle.js',
  'sallyport-agent': 'agent/bin/sallyport-agent.js',
} as const;

type Command = keyof typeof commands;

const maxOutputBytes = 64 * 1024 * 1024;

/**
 * Runs one of the project's own commands with `--json` and returns what it printed, parsed; what this process serves
 * meanwhile goes on. Throws with the command's own words when it does not end with 0.
 */
export const run = <T = Record<string, unknown>>(command: Command, ...args: string[]): Promise<T> =>
  new Promise((resolve, reject) => {
    const line = [join(root, commands[command]), ...args, '--json'];
    execFile(process.execPath, line, { encoding: 'utf8', maxBuffer: maxOutputBytes }, (error, stdout, stderr) => {
      if (error === null) resolve(JSON.parse(stdout || 'null') as T);
      else
        reject(new Error(`${command} ${args.join(' ')} ended with ${error.code ?? error.signal}:\n${stderr}${stdout}`));
    });
  });

/** Starts one of the commands and leaves it running; its standard error is passed on to `onLine`, line by line. */
export const start = (command: Command, args: string[], onLine: (line: string) => void): ChildProcess => {
  const child = spawn(process.execPath, [join(root, commands[command]), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8');
    stream.on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) onLine(line);
    });
  }
  return child;
};

/** Ends a child that this process started and waits until it is gone. */
export const stop = async (child: ChildProcess, graceMs = 5_000): Promise<void> => {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs);
  await gone;
  clearTimeout(timer);
};

/** Prints a numbered step with its figures and the time that it took. */
export const steps = (print: (line: string) => void) => {
  let number = 0;
  return async <T>(title: string, work: () => T | Promise<T>, figures: (result: T) => string): Promise<T> => {
    number += 1;
    const began = performance.now();
    const result = await work();
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    print(`${String(number).padStart(2)}  ${title}: ${figures(result)}  (${seconds} s)`);
    return result;
  };
};
