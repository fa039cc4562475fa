import type { Leaving } from '@sallyport/bundle-tools/controllers/identification/guarded';
import type { Meaning } from '@sallyport/bundle-tools/controllers/protocols/types';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { readPersons, storedPersons } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { planDigest } from './plan.ts';
import type { Approval, ExchangeRow, Halt, PacketRow, Plan, Run, RunState, RunSummary } from './types.ts';

type ApprovalRow = Omit<Approval, 'persons'> & { plan: string; persons: string };
type RunRow = Omit<Run, 'summary'> & { summary: string | null };
const runColumns = `id, job, approval, state, code, detail, started_at as startedAt, finished_at as finishedAt,
  started_by as startedBy, stop_by as stopBy, device, task, batch, summary`;

const toRun = ({ summary, ...run }: RunRow): Run => ({
  ...run,
  summary: summary === null ? null : (JSON.parse(summary) as RunSummary),
});

const toApproval = ({ plan: _plan, persons, ...approval }: ApprovalRow): Approval => ({
  ...approval,
  persons: [...readPersons(persons)],
});

type StoredPacket = Omit<PacketRow, 'meaning'> & { meaning: string | null };
const packetColumns = 'id, controller, protocol, attempt, at, kind, host, port, what, hex, sha256, meaning';

/** A permit, or what was asked for and not approved. */
type PermitRow = {
  id: string;
  run: number;
  controller: string;
  protocol: string;
  what: string;
  kind: string;
  place: number;
  sha256: string;
  at: number;
  granted: boolean;
};
/** What of a packet must be as it was permitted. */
type Permitted = Omit<PermitRow, 'run' | 'place' | 'at' | 'granted'>;

type Hold = { run: number | null; until: number; last_at: number };

/** Plans that are read again and again while a run goes on. */
const keptPlans = 8;

type NewRun = {
  job: string;
  approval: number;
  state: 'waiting' | 'running';
  at: number;
  by: string;
  device: number | null;
  task: string | null;
};

/** SQL of identification: approvals, runs, exchanges, packets, halted zones. */
export const identificationStore = (db: Database) => {
  const addApproval = db.prepare<[string, number, string, string, string, string, number, number]>(
    `insert into identification_approval (job, revision, digest, plan, by, persons, at, entry)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const lastApproval = db.prepare<[string], ApprovalRow>(
    'select * from identification_approval where job = ? order by id desc limit 1',
  );
  const approvalById = db.prepare<[number], ApprovalRow>('select * from identification_approval where id = ?');
  const kept = new Map<number, { text: string; plan: Plan; isWhole: boolean }>();
  const heldPlan = (approval: number): { plan: Plan; isWhole: boolean } | undefined => {
    const row = approvalById.get(approval);
    if (row === undefined) return undefined;
    const known = kept.get(approval);
    if (known?.text === row.plan) return known;
    const plan = JSON.parse(row.plan) as Plan;
    const made = { text: row.plan, plan, isWhole: planDigest(plan) === row.digest };
    kept.delete(approval);
    kept.set(approval, made);
    for (const oldest of kept.keys()) if (kept.size > keptPlans) kept.delete(oldest);
    return made;
  };
  const addRun = db.prepare<[string, number, string, number, string, number | null, string | null]>(
    'insert into identification_run (job, approval, state, started_at, started_by, device, task) values (?, ?, ?, ?, ?, ?, ?)',
  );
  const runById = db.prepare<[number], RunRow>(`select ${runColumns} from identification_run where id = ?`);
  const runOfApproval = db.prepare<[number], RunRow>(`select ${runColumns} from identification_run where approval = ?`);
  const runByTask = db.prepare<[string], RunRow>(`select ${runColumns} from identification_run where task = ?`);
  const runsOf = db.prepare<[string, number], RunRow>(
    `select ${runColumns} from identification_run where job = ? order by id desc limit ?`,
  );
  const openRuns = db.prepare<[], RunRow>(
    `select ${runColumns} from identification_run where state in ('waiting', 'running') order by id`,
  );
  // The list names the index of open runs; a state of its own is a search, where the list would be copied first.
  const openOf = (state: string): string =>
    `exists (select 1 from identification_run
       where state in ('waiting', 'running') and state = '${state}' and device = ?)`;
  const hasOpenRun = db
    .prepare<[number, number], number>(`select ${openOf('waiting')} or ${openOf('running')}`)
    .pluck();
  const setRunning = db.prepare<[number]>(
    "update identification_run set state = 'running' where id = ? and state = 'waiting'",
  );
  const setStop = db.prepare<[string, number]>(
    'update identification_run set stop_by = ? where id = ? and stop_by is null',
  );
  const finish = db.prepare<[string, string | null, string | null, number, string, number | null, number]>(
    `update identification_run set state = ?, code = ?, detail = ?, finished_at = ?, summary = ?, batch = ?
     where id = ? and state in ('waiting', 'running')`,
  );
  const exchange = db.prepare<[number, string, string], { outcome: string | null }>(
    'select outcome from identification_exchange where run = ? and controller = ? and protocol = ?',
  );
  const beginExchange = db.prepare<[number, string, string]>(
    'insert into identification_exchange (run, controller, protocol) values (?, ?, ?)',
  );
  const endExchange = db.prepare<[string, string, number, string, string]>(
    'update identification_exchange set outcome = ?, readings = ? where run = ? and controller = ? and protocol = ?',
  );
  const exchanges = db.prepare<[number], ExchangeRow>(
    'select controller, protocol, outcome from identification_exchange where run = ? order by controller, protocol',
  );
  const readings = db.prepare<[number, string], { readings: string }>(
    'select readings from identification_exchange where run = ? and controller = ? and readings is not null order by protocol',
  );
  const addPacket = db.prepare<
    [
      number,
      string,
      string,
      number,
      number,
      string,
      string,
      number,
      string,
      string | null,
      string,
      string,
      string | null,
    ]
  >(
    `insert into identification_packet
       (run, controller, protocol, attempt, at, kind, host, port, what, hex, sha256, permit, meaning)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const setMeaning = db.prepare<[string, number, string, string, string]>(
    'update identification_packet set meaning = ? where run = ? and controller = ? and protocol = ? and sha256 = ?',
  );
  const addPermit = db.prepare<[string, number, string, string, string, string, number, string, number, number]>(
    `insert into identification_permit (id, run, controller, protocol, what, kind, place, sha256, at, granted)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const usePermit = db
    .prepare<[string, number, string, string, string, string, string], number>(
      `update identification_permit set used = 1
       where id = ? and run = ? and controller = ? and protocol = ? and what = ? and kind = ? and sha256 = ?
         and granted = 1 and used = 0
       returning place`,
    )
    .pluck();
  const given = db.prepare<[string, string, number, string, string], { n: number; place: number; same: number }>(
    `select count(*) as n, coalesce(max(place), 0) as place,
       count(*) filter (where sha256 = ? and what = ?) as same
     from identification_permit where run = ? and controller = ? and protocol = ? and granted = 1`,
  );
  const refusedPackets = db
    .prepare<[number], number>('select count(*) from identification_permit where run = ? and granted = 0')
    .pluck();
  const hold = db.prepare<[string], Hold>('select run, until, last_at from identification_hold where name = ?');
  const setHold = db.prepare<[string, number | null, number, number]>(
    `insert into identification_hold (name, run, until, last_at) values (?, ?, ?, ?)
     on conflict (name) do update set run = excluded.run, until = excluded.until, last_at = excluded.last_at`,
  );
  const letGo = db.prepare<[number, number, number]>(
    'update identification_hold set run = null, until = ?, last_at = max(last_at, ?) where run = ?',
  );
  const trimHolds = db.prepare<[number, number]>('delete from identification_hold where until < ? and last_at < ?');
  const packets = db.prepare<[number, number, number], StoredPacket>(
    `select ${packetColumns} from identification_packet where run = ? and id > ? order by id limit ?`,
  );
  const newestPackets = db.prepare<[number, number], StoredPacket>(
    `select ${packetColumns} from identification_packet where run = ? order by id desc limit ?`,
  );
  const packetCount = db.prepare<[number], { n: number; last: number | null }>(
    "select count(*) filter (where what = 'send') as n, max(at) as last from identification_packet where run = ?",
  );
  const addHalt = db.prepare<[string, number, number, string, string, string]>(
    `insert into identification_halt (zone, run, at, controller, code, detail) values (?, ?, ?, ?, ?, ?) on conflict (zone) do nothing`,
  );
  const halts = db.prepare<[], Halt>('select * from identification_halt order by at desc');
  const halt = db.prepare<[string], Halt>('select * from identification_halt where zone = ?');
  const dropHalt = db.prepare<[string]>('delete from identification_halt where zone = ?');
  const trimRuns = db.prepare<[number]>('delete from identification_run where finished_at < ?');
  const trimApprovals = db.prepare<[number]>(
    'delete from identification_approval where at < ? and id not in (select approval from identification_run)',
  );
  return {
    approve: (plan: Plan, { by, persons, at, entry }: Pick<Approval, 'by' | 'persons' | 'at' | 'entry'>): void => {
      const { job, revision, digest } = plan;
      addApproval.run(job, revision, digest, JSON.stringify(plan), by, storedPersons(new Set(persons)), at, entry);
    },
    lastApproval: (job: string): Approval | undefined => {
      const row = lastApproval.get(job);
      return row && toApproval(row);
    },
    approval: (id: number): Approval | undefined => {
      const row = approvalById.get(id);
      return row && toApproval(row);
    },
    planOf: (approval: number): Plan | undefined => heldPlan(approval)?.plan,
    /** Whether the plan is the one that was approved. */
    isWhole: (approval: number): boolean => heldPlan(approval)?.isWhole === true,
    addRun: (run: NewRun): number =>
      Number(addRun.run(run.job, run.approval, run.state, run.at, run.by, run.device, run.task).lastInsertRowid),
    run: (id: number): Run | undefined => {
      const row = runById.get(id);
      return row && toRun(row);
    },
    runOfApproval: (approval: number): Run | undefined => {
      const row = runOfApproval.get(approval);
      return row && toRun(row);
    },
    runByTask: (task: string): Run | undefined => {
      const row = runByTask.get(task);
      return row && toRun(row);
    },
    runsOf: (job: string, limit: number): Run[] => runsOf.all(job, limit).map(toRun),
    openRuns: (): Run[] => openRuns.all().map(toRun),
    /** Whether a run is this device's and not over. */
    hasOpenRun: (device: number): boolean => hasOpenRun.get(device, device) === 1,
    setRunning: (id: number): void => {
      setRunning.run(id);
    },
    setStop: (id: number, by: string): boolean => setStop.run(by, id).changes > 0,
    /** False when it was over already. */
    finish: (
      id: number,
      end: {
        state: RunState;
        code: string | null;
        detail: string | null;
        at: number;
        summary: RunSummary;
        batch: number | null;
      },
    ): boolean =>
      finish.run(end.state, end.code, end.detail, end.at, JSON.stringify(end.summary), end.batch, id).changes > 0,
    exchange: (run: number, controller: string, protocol: string): { outcome: string | null } | undefined =>
      exchange.get(run, controller, protocol),
    beginExchange: (run: number, controller: string, protocol: string): void => {
      beginExchange.run(run, controller, protocol);
    },
    endExchange: (
      run: number,
      controller: string,
      protocol: string,
      outcome: string,
      found: readonly Reading[],
    ): void => {
      endExchange.run(outcome, JSON.stringify(found), run, controller, protocol);
    },
    exchanges: (run: number): ExchangeRow[] => exchanges.all(run),
    readings: (run: number, controller: string): Reading[] =>
      readings.all(run, controller).flatMap((row) => JSON.parse(row.readings) as Reading[]),
    addPacket: (
      run: number,
      of: { controller: string; protocol: string },
      packet: Omit<Leaving, 'hex'> & { hex: string | null },
      meaning: Meaning | null,
    ): void => {
      const { attempt, atMs, kind, host, port, what, hex, sha256, permit } = packet;
      const meaningJson = meaning === null ? null : JSON.stringify(meaning);
      addPacket.run(
        run,
        of.controller,
        of.protocol,
        attempt,
        atMs,
        kind,
        host,
        port,
        what,
        hex,
        sha256,
        permit,
        meaningJson,
      );
    },
    addPermit: ({ id, run, controller, protocol, what, kind, place, sha256, at, granted }: PermitRow): void => {
      addPermit.run(id, run, controller, protocol, what, kind, place, sha256, at, granted ? 1 : 0);
    },
    /** The place of a packet in its plan; undefined where its permit is another's, or was used. */
    usePermit: (run: number, { id, controller, protocol, what, kind, sha256 }: Permitted): number | undefined =>
      usePermit.get(id, run, controller, protocol, what, kind, sha256),
    /** What was let go in an exchange: how many, up to which place, and how often exactly this. */
    given: (run: number, of: { controller: string; protocol: string; what: string; sha256: string }) =>
      given.get(of.sha256, of.what, run, of.controller, of.protocol) ?? { n: 0, place: 0, same: 0 },
    /** Whether a packet was asked for that was not approved. */
    isOutside: (run: number): boolean => (refusedPackets.get(run) ?? 0) > 0,
    hold: (name: string): Hold | undefined => hold.get(name),
    setHold: (name: string, { run, until, last_at }: Hold): void => {
      setHold.run(name, run, until, last_at);
    },
    /** Of whatever the run has. The pause counts from now. */
    letGo: (run: number, at: number): void => {
      letGo.run(at, at, run);
    },
    setMeaning: (run: number, of: { controller: string; protocol: string }, sha256: string, meaning: Meaning): void => {
      setMeaning.run(JSON.stringify(meaning), run, of.controller, of.protocol, sha256);
    },
    packets: (run: number, after: number, limit: number): PacketRow[] => packets.all(run, after, limit).map(toPacket),
    /** In the order in which they left. */
    newestPackets: (run: number, limit: number): PacketRow[] => newestPackets.all(run, limit).reverse().map(toPacket),
    /** How many left, and when the last one did. */
    sent: (run: number): { n: number; last: number } => {
      const { n = 0, last = 0 } = packetCount.get(run) ?? {};
      return { n, last: last ?? 0 };
    },
    addHalt: ({ zone, run, at, controller, code, detail }: Halt): void => {
      addHalt.run(zone, run, at, controller, code, detail);
    },
    halts: (): Halt[] => halts.all(),
    halt: (zone: string): Halt | undefined => halt.get(zone),
    dropHalt: (zone: string): boolean => dropHalt.run(zone).changes > 0,
    trim: (before: number): number =>
      trimRuns.run(before).changes + trimApprovals.run(before).changes + trimHolds.run(before, before).changes,
  };
};

const toPacket = ({ meaning, ...row }: StoredPacket): PacketRow => ({
  ...row,
  meaning: meaning === null ? null : (JSON.parse(meaning) as Meaning),
});

export type IdentificationStore = ReturnType<typeof identificationStore>;
