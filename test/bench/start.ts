import { spawn } from 'node:child_process';
import { binOf, type Command } from '../support/commands.ts';
import type { Figure, Result } from './report.ts';
import { makeSite } from './support/site.ts';

// What it costs to start a command: processor time and files of code that are loaded.

const rounds = 10;

const probe = (code: string): string => `data:text/javascript,${encodeURIComponent(code)}`;

const cpuProbe = probe(`
  import { writeSync } from 'node:fs';
  process.on('exit', () => {
    const { user, system } = process.cpuUsage();
    writeSync(3, String((user + system) / 1000));
  });`);

const filesProbe = probe(`
  import { writeSync } from 'node:fs';
  import { registerHooks } from 'node:module';
  const files = new Set();
  registerHooks({
    load(url, context, next) {
      if (url.startsWith('file:')) files.add(url);
      return next(url, context);
    },
  });
  process.on('exit', () => writeSync(3, String(files.size)));`);

/** What the probe says at the end of a process. */
const measured = (imported: string, args: readonly string[]): Promise<number> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ['--import', imported, ...args], {
      stdio: ['ignore', 'ignore', 'inherit', 'pipe'],
    });
    let said = '';
    child.stdio[3]?.on('data', (piece: Buffer) => {
      said += piece.toString();
    });
    child.once('error', reject);
    child.once('close', (code) => {
      if (code === 0) resolve(Number(said));
      else reject(new Error(`node ${args.join(' ')}: exit ${String(code)}`));
    });
  });

const medianCpuMs = async (args: readonly string[]): Promise<number> => {
  const values: number[] = [];
  await measured(cpuProbe, args);
  for (let round = 0; round < rounds; round += 1) values.push(await measured(cpuProbe, args));
  return values.sort((a, b) => a - b)[rounds / 2] ?? Number.NaN;
};

/** Processor time and loaded files of short commands beside a bare node. */
export const start = async (): Promise<Result> => {
  const site = await makeSite('start');
  try {
    const lines: ReadonlyArray<{ command: Command; args: readonly string[]; shown: string; target?: string }> = [
      {
        command: 'sallyport',
        args: ['device', 'list', '--data', site.dataDir],
        shown: 'sallyport device list, no device',
        target: '350 ms',
      },
      { command: 'sallyport', args: ['doctor', '--help'], shown: 'sallyport doctor --help', target: '150 ms' },
      { command: 'sallyport-bundle', args: ['--help'], shown: 'sallyport-bundle --help', target: '150 ms' },
      { command: 'sallyport-agent', args: ['run', '--help'], shown: 'sallyport-agent run --help', target: '150 ms' },
    ];
    const figures: Figure[] = [];
    for (const { command, args, shown, target } of lines) {
      const line = [binOf(command), ...args];
      figures.push(
        { what: shown, value: await medianCpuMs(line), unit: 'ms', ...(target === undefined ? {} : { target }) },
        { what: `${shown}: files loaded`, value: await measured(filesProbe, line), unit: 'files' },
      );
    }
    figures.push({ what: 'node -e 0', value: await medianCpuMs(['-e', '0']), unit: 'ms', limit: true });
    return {
      method: [
        `Processor time, user and system, of the process from its start to its end, by its own count; median of ${rounds} after one that is not counted, one after the other.`,
        'Files: modules of ours and of packages that are loaded, in a run of its own.',
      ],
      figures,
    };
  } finally {
    site.remove();
  }
};
