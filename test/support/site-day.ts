import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { repositoryRoot } from './sources.ts';

/** What a day did: how many ticks had their turn, the kinds of jobs that ran, what failed, and all kinds that there are. */
export type SiteDay = { ticks: number; jobs: string[]; failed: string[]; kinds: string[] };

/**
 * Lets a site have a day under its server, `aheadDays` from now, in a process of its own: all that an appliance does by itself. Its
 * threads have the clock by the environment, since those of jobs are given arguments of their own.
 */
export async function siteDay(dataDir: string, aheadDays: number): Promise<SiteDay> {
  const clock = join(import.meta.dirname, 'clock-ahead.ts');
  const child = fork(join(import.meta.dirname, 'site-day-main.ts'), [dataDir], {
    cwd: repositoryRoot,
    // Of the runner: how sources are loaded, and that threads start from what was built.
    execArgv: [...process.execArgv, '--conditions=@sallyport/source', '--disable-warning=ExperimentalWarning'],
    env: { ...process.env, NODE_OPTIONS: `--import ${clock}`, CLOCK_AHEAD_DAYS: `${aheadDays}` },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  let [said, day] = ['', undefined as SiteDay | undefined];
  child.stderr?.on('data', (bytes: Buffer) => {
    said += bytes.toString();
  });
  child.on('message', (message) => {
    day = message as SiteDay;
  });
  const [status] = (await once(child, 'close')) as [number | null];
  if (status !== 0 || day === undefined) throw new Error(`the day ended with ${status}: ${said.slice(-4_000)}`);
  return day;
}
