import Database from 'better-sqlite3';

// Loaded into a command (node --import), it kills the command's process after the first transaction that leaves the newest
// import of controllers in a state with so many readings: KILL_AT=STATE:LEAST:MOST. Nothing depends on time.

type Run = (...args: never[]) => unknown;

const [state = '', least = '', most = ''] = (process.env['KILL_AT'] ?? '').split(':');

const look = (db: Database.Database): void => {
  if (db.inTransaction || !db.name.endsWith('state.db')) return;
  const origin = db
    .prepare<[], { id: number; state: string }>('select id, state from plc_origin order by id desc limit 1')
    .get();
  if (origin?.state !== state) return;
  const n =
    db.prepare<[number], number>('select count(*) from plc_reading where origin = ?').pluck().get(origin.id) ?? 0;
  if (n >= Number(least) && n <= Number(most)) process.kill(process.pid, 'SIGKILL');
};

type Hooked = { transaction(this: Database.Database, work: Run): Run & Record<string, Run> };

const prototype = Database.prototype as unknown as Hooked;
const begin = prototype.transaction;
prototype.transaction = function (work) {
  const made = begin.call(this, work);
  const thenLook =
    (run: Run): Run =>
    (...args) => {
      const result = run(...args);
      look(this);
      return result;
    };
  const ways = ['default', 'deferred', 'immediate', 'exclusive'] as const;
  return Object.assign(thenLook(made), Object.fromEntries(ways.map((way) => [way, thenLook(made[way] ?? made)])));
};
