import type { Leaving } from '@sallyport/bundle-tools/controllers/identification/guarded';
import type { Meaning } from '@sallyport/bundle-tools/controllers/protocols/types';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { readPersons, storedPersons } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
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
  const sql = statements(db);
  const addApproval = sql.run<[string, number, string, string, string, string, number, number]>(
    `insert into identification_approval (job, revision, digest, plan, by, persons, at, entry)
     values (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const approvalById = sql.get<[number], ApprovalRow>('select * from identification_approval where id = ?');
  const kept = new Map<number, { text: string; plan: Plan; isWhole: boolean }>();
  const heldPlan = (approval: number): { plan: Plan; isWhole: boolean } | undefined => {
    const row = approvalById(approval);
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
  // The list names the index of open runs; a state of its own is a search, where the list would be copied first.
  const openOf = (state: string): string =>
    `exists (select 1 from identification_run
       where state in ('waiting', 'running') and state = '${state}' and device = ?)`;
  const hasOpenRun = sql.value<[number, number], number>(`select ${openOf('waiting')} or ${openOf('running')}`);
  const finish = sql.did<[string, string | null, string | null, number, string, number | null, number]>(
    `update identification_run set state = ?, code = ?, detail = ?, finished_at = ?, summary = ?, batch = ?
     where id = ? and state in ('waiting', 'running')`,
  );
  const readings = sql.all<[number, string], { readings: string }>(
    'select readings from identification_exchange where run = ? and controller = ? and readings is not null order by protocol',
  );
  const addPacket = sql.run<
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
  const setMeaning = sql.run<[string, number, string, string, string]>(
    'update identification_packet set meaning = ? where run = ? and controller = ? and protocol = ? and sha256 = ?',
  );
  const addPermit = sql.run<[string, number, string, string, string, string, number, string, number, number]>(
    `insert into identification_permit (id, run, controller, protocol, what, kind, place, sha256, at, granted)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const usePermit = sql.value<[string, number, string, string, string, string, string], number>(
    `update identification_permit set used = 1
       where id = ? and run = ? and controller = ? and protocol = ? and what = ? and kind = ? and sha256 = ?
         and granted = 1 and used = 0
       returning place`,
  );
  const given = sql.get<[string, string, number, string, string], { n: number; place: number; same: number }>(
    `select count(*) as n, coalesce(max(place), 0) as place,
       count(*) filter (where sha256 = ? and what = ?) as same
     from identification_permit where run = ? and controller = ? and protocol = ? and granted = 1`,
  );
  const refusedPackets = sql.count<[number]>(
    'select count(*) from identification_permit where run = ? and granted = 0',
  );
  const setHold = sql.run<[string, number | null, number, number]>(
    `insert into identification_hold (name, run, until, last_at) values (?, ?, ?, ?)
     on conflict (name) do update set run = excluded.run, until = excluded.until, last_at = excluded.last_at`,
  );
  const trimHolds = sql.changes<[number, number]>('delete from identification_hold where until < ? and last_at < ?');
  const newestPackets = sql.all<[number, number], StoredPacket>(
    `select ${packetColumns} from identification_packet where run = ? order by id desc limit ?`,
  );
  const packetCount = sql.get<[number], { n: number; last: number | null }>(
    "select count(*) filter (where what = 'send') as n, max(at) as last from identification_packet where run = ?",
  );
  const trimRuns = sql.changes<[number]>('delete from identification_run where finished_at < ?');
  const trimApprovals = sql.changes<[number]>(
    'delete from identification_approval where at < ? and id not in (select approval from identification_run)',
  );
  return {
    approve: (plan: Plan, { by, persons, at, entry }: Pick<Approval, 'by' | 'persons' | 'at' | 'entry'>): void => {
      const { job, revision, digest } = plan;
      addApproval(job, revision, digest, JSON.stringify(plan), by, storedPersons(new Set(persons)), at, entry);
    },
    lastApproval: sql.get<[job: string], ApprovalRow, Approval>(
      'select * from identification_approval where job = ? order by id desc limit 1',
      toApproval,
    ),
    approval: (id: number): Approval | undefined => {
      const row = approvalById(id);
      return row && toApproval(row);
    },
    planOf: (approval: number): Plan | undefined => heldPlan(approval)?.plan,
    /** Whether the plan is the one that was approved. */
    isWhole: (approval: number): boolean => heldPlan(approval)?.isWhole === true,
    addRun: sql.insert<[row: NewRun]>(
      'insert into identification_run (job, approval, state, started_at, started_by, device, task) values (:job, :approval, :state, :at, :by, :device, :task)',
    ),
    run: sql.get<[id: number], RunRow, Run>(`select ${runColumns} from identification_run where id = ?`, toRun),
    runOfApproval: sql.get<[approval: number], RunRow, Run>(
      `select ${runColumns} from identification_run where approval = ?`,
      toRun,
    ),
    runByTask: sql.get<[task: string], RunRow, Run>(
      `select ${runColumns} from identification_run where task = ?`,
      toRun,
    ),
    runsOf: sql.all<[job: string, limit: number], RunRow, Run>(
      `select ${runColumns} from identification_run where job = ? order by id desc limit ?`,
      toRun,
    ),
    openRuns: sql.all<[], RunRow, Run>(
      `select ${runColumns} from identification_run where state in ('waiting', 'running') order by id`,
      toRun,
    ),
    /** Whether a run is this device's and not over. */
    hasOpenRun: (device: number): boolean => hasOpenRun(device, device) === 1,
    setRunning: sql.run<[id: number]>(
      "update identification_run set state = 'running' where id = ? and state = 'waiting'",
    ),
    setStop: sql.did<[id: number, by: string]>(
      'update identification_run set stop_by = ?2 where id = ?1 and stop_by is null',
    ),
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
    ): boolean => finish(end.state, end.code, end.detail, end.at, JSON.stringify(end.summary), end.batch, id),
    exchange: sql.get<[run: number, controller: string, protocol: string], { outcome: string | null }>(
      'select outcome from identification_exchange where run = ? and controller = ? and protocol = ?',
    ),
    beginExchange: sql.run<[run: number, controller: string, protocol: string]>(
      'insert into identification_exchange (run, controller, protocol) values (?, ?, ?)',
    ),
    endExchange: sql.run<
      [run: number, controller: string, protocol: string, outcome: string, found: readonly Reading[]]
    >(
      'update identification_exchange set outcome = ?4, readings = ?5 where run = ?1 and controller = ?2 and protocol = ?3',
    ),
    exchanges: sql.all<[run: number], ExchangeRow>(
      'select controller, protocol, outcome from identification_exchange where run = ? order by controller, protocol',
    ),
    readings: (run: number, controller: string): Reading[] =>
      readings(run, controller).flatMap((row) => JSON.parse(row.readings) as Reading[]),
    addPacket: (
      run: number,
      of: { controller: string; protocol: string },
      packet: Omit<Leaving, 'hex'> & { hex: string | null },
      meaning: Meaning | null,
    ): void => {
      const { attempt, atMs, kind, host, port, what, hex, sha256, permit } = packet;
      const meaningJson = meaning === null ? null : JSON.stringify(meaning);
      addPacket(
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
      addPermit(id, run, controller, protocol, what, kind, place, sha256, at, granted ? 1 : 0);
    },
    /** The place of a packet in its plan; undefined where its permit is another's, or was used. */
    usePermit: (run: number, { id, controller, protocol, what, kind, sha256 }: Permitted): number | undefined =>
      usePermit(id, run, controller, protocol, what, kind, sha256),
    /** What was let go in an exchange: how many, up to which place, and how often exactly this. */
    given: (run: number, of: { controller: string; protocol: string; what: string; sha256: string }) =>
      given(of.sha256, of.what, run, of.controller, of.protocol) ?? { n: 0, place: 0, same: 0 },
    /** Whether a packet was asked for that was not approved. */
    isOutside: (run: number): boolean => refusedPackets(run) > 0,
    hold: sql.get<[name: string], Hold>('select run, until, last_at from identification_hold where name = ?'),
    setHold: (name: string, { run, until, last_at }: Hold): void => {
      setHold(name, run, until, last_at);
    },
    /** Of whatever the run has. The pause counts from now. */
    letGo: sql.run<[run: number, at: number]>(
      'update identification_hold set run = null, until = ?2, last_at = max(last_at, ?2) where run = ?1',
    ),
    setMeaning: (run: number, of: { controller: string; protocol: string }, sha256: string, meaning: Meaning): void => {
      setMeaning(JSON.stringify(meaning), run, of.controller, of.protocol, sha256);
    },
    packets: sql.all<[run: number, after: number, limit: number], StoredPacket, PacketRow>(
      `select ${packetColumns} from identification_packet where run = ? and id > ? order by id limit ?`,
      toPacket,
    ),
    /** In the order in which they left. */
    newestPackets: (run: number, limit: number): PacketRow[] => newestPackets(run, limit).reverse().map(toPacket),
    /** How many left, and when the last one did. */
    sent: (run: number): { n: number; last: number } => {
      const { n = 0, last = 0 } = packetCount(run) ?? {};
      return { n, last: last ?? 0 };
    },
    addHalt: sql.run<[row: Halt]>(
      `insert into identification_halt (zone, run, at, controller, code, detail) values (:zone, :run, :at, :controller, :code, :detail) on conflict (zone) do nothing`,
    ),
    halts: sql.all<[], Halt>('select * from identification_halt order by at desc'),
    halt: sql.get<[zone: string], Halt>('select * from identification_halt where zone = ?'),
    dropHalt: sql.did<[zone: string]>('delete from identification_halt where zone = ?'),
    trim: (before: number): number => trimRuns(before) + trimApprovals(before) + trimHolds(before, before),
  };
};

const toPacket = ({ meaning, ...row }: StoredPacket): PacketRow => ({
  ...row,
  meaning: meaning === null ? null : (JSON.parse(meaning) as Meaning),
});

export type IdentificationStore = ReturnType<typeof identificationStore>;
