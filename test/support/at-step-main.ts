import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { basename, join } from 'node:path';
import { isMainThread } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { AtStep } from './at-step.ts';

// Loaded into every process of an upgrade (node --import, at-step.ts), it counts what each does to files and databases, and kills
// the one that is meant, or its whole group, in front of its n-th step. Nothing depends on time.

const order = JSON.parse(process.env['AT_STEP'] ?? '{}') as Partial<AtStep>;
const [, script = '', command = ''] = process.argv;

/**
 * `serve-0.3.0`, `upgrade-0.2.0`; what either has done in the data folder is `acts-0.2.0`, and of the trial `trial-0.3.0`. Empty for what
 * is no program of a release.
 */
const roleOf = (): string => {
  const program = /\/appliance\/bin\/(sallyport|data-acts)\.js$/.exec(script)?.[1];
  if (program === undefined || !isMainThread) return '';
  const version = basename(join(fs.realpathSync(script), '../../..'));
  if (program === 'data-acts') return `${process.env['AT_STEP_OF_TRIAL'] ? 'trial' : 'acts'}-${version}`;
  if (!process.argv.includes('--trial')) return `${command}-${version}`;
  process.env['AT_STEP_OF_TRIAL'] = '1';
  return '';
};

const role = roleOf();
const seen = { steps: 0 };

const only = order.only === undefined ? undefined : new RegExp(order.only);

const step = (words: readonly unknown[]): void => {
  if (only !== undefined && !words.some((word) => typeof word === 'string' && only.test(word))) return;
  seen.steps += 1;
  if (order.role !== role || order.step !== seen.steps) return;
  if (order.killed !== undefined) {
    if (fs.existsSync(order.killed)) return;
    fs.writeFileSync(order.killed, role);
  }
  process.kill(order.act === 'kill-group' ? 0 : process.pid, 'SIGKILL');
};

type Call = (this: unknown, ...args: unknown[]) => unknown;
const count = (holder: object, names: readonly string[]): void => {
  const calls = holder as Record<string, Call>;
  for (const name of names) {
    const before = calls[name];
    calls[name] = function (...args) {
      step([name, ...args, (this as { source?: unknown } | undefined)?.source]);
      return before?.apply(this, args);
    };
  }
};

if (role !== '') {
  const { writeFileSync } = fs;
  count(fs, [
    'writeSync',
    'fsyncSync',
    'renameSync',
    'symlinkSync',
    'copyFileSync',
    'rmSync',
    'mkdirSync',
    'chownSync',
  ]);
  syncBuiltinESMExports();
  count(Database.prototype, ['exec', 'pragma', 'backup']);
  const statement = Object.getPrototypeOf(new Database(':memory:').prepare('select 1')) as object;
  count(statement, ['run']);
  const { counts } = order;
  if (counts !== undefined) process.once('exit', () => writeFileSync(join(counts, role), String(seen.steps)));
}
