import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import Database from 'better-sqlite3';
import type { AtState } from './at-state.ts';

// Loaded into a program (node --import, at-state.ts), it ends or stops that program at a state of its database. Nothing
// depends on time.

const order = JSON.parse(process.env['AT_STATE'] ?? '{}') as AtState;
const match = order.match === undefined ? undefined : new RegExp(order.match);
const seen = { statements: 0, acted: false };

const act = (): void => {
  if (seen.acted || order.act === undefined) return;
  seen.acted = true;
  if (order.act === 'kill') process.kill(process.pid, 'SIGKILL');
  else process.kill(0, order.act === 'stop-group' ? 'SIGSTOP' : 'SIGKILL');
};

const step = (sql: string): void => {
  if (match?.test(sql) === false) return;
  seen.statements += 1;
  if (seen.statements === order.statement) act();
};

/** Whether the state is reached, as who reads the database now would see it. */
const look = (db: Database.Database): void => {
  if (order.question === undefined || seen.acted || db.inTransaction || !db.name.endsWith('state.db')) return;
  if (Number(db.prepare(order.question).pluck().get()) > 0) act();
};

type Run = (...args: unknown[]) => unknown;
const statements = Object.getPrototypeOf(new Database(':memory:').prepare('select 1')) as Record<string, Run>;
for (const way of ['run', 'get', 'all', 'iterate'] as const) {
  const before = statements[way];
  statements[way] = function (this: Database.Statement, ...args: unknown[]) {
    step(this.source);
    const result = before?.apply(this, args);
    // What begins and ends a transaction is run as a statement, too.
    if (way === 'run') look(this.database);
    return result;
  };
}

const { count, tickMs } = order;
if (tickMs !== undefined) {
  const clock = { now: 0 };
  performance.now = () => (clock.now += tickMs);
}
if (count !== undefined && isMainThread) process.once('exit', () => writeFileSync(count, String(seen.statements)));
