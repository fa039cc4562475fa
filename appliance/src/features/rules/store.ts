import type { Database } from '../../platform/database.ts';
import { pendingOf } from '../../platform/pending.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import type { DeviceState } from '../devices/types.ts';
import { COVERAGE_STATES, type Coverage, type FindingLoad } from '../vulnerabilities/types.ts';

export type StatusRow = {
  device: number;
  level: number;
  /** JSON of sentences. */
  reasons: string;
  visible: number;
  dueAt: number | null;
  aged: number;
  updatedAt: number;
};

/** What the engine itself needs to know of a device. */
export type DeviceFacts = {
  id: number;
  publicId: string;
  state: DeviceState;
  lastSeenAt: number | null;
  group: string | null;
  /** How often its agent was installed again. */
  enrolments: number;
};

/** A bulk action on tags; `devices` is JSON of public ids. */
type TagChange = { id: string; tag: string; added: number; devices: string };

/** SQL of what rules derive, and of what waits to be derived. */
export const ruleStore = (db: Database) => {
  const pending = pendingOf(db, 'status');
  const due = db
    .prepare<[number, number], number>('select device from device_status where due_at <= ? order by due_at limit ?')
    .pluck();
  const round = db.prepare<[], { after: number | null; again: number }>(
    'select after_device as after, again from rule_round where one = 1',
  );
  const setRound = db.prepare<[number | null, number]>(
    'update rule_round set after_device = ?, again = ? where one = 1',
  );
  const devicesAfter = db
    .prepare<[number, number], number>('select id from device where id > ? order by id limit ?')
    .pluck();
  const putStatus = db.prepare<[StatusRow]>(
    `insert into device_status (device, level, reasons, visible, due_at, aged, updated_at)
     values (@device, @level, @reasons, @visible, @dueAt, @aged, @updatedAt)
     on conflict (device) do update set level = excluded.level, reasons = excluded.reasons, visible = excluded.visible,
       due_at = excluded.due_at, aged = excluded.aged, updated_at = excluded.updated_at`,
  );
  const statuses = db.prepare<[string], StatusRow>(
    `select device, level, reasons, visible, due_at as dueAt, aged, updated_at as updatedAt from device_status
     where device in (select value from json_each(?))`,
  );
  const dropStatus = db.prepare<[string]>('delete from device_status where device in (select value from json_each(?))');
  const dropFindings = db.prepare<[string]>(
    'delete from device_findings where device in (select value from json_each(?))',
  );
  const findingsOf = db.prepare<[string], FindingLoad & { device: number }>(
    `select device, findings, act, attend, worst from device_findings
     where device in (select value from json_each(?))`,
  );
  const addFindings = db.prepare<[FindingLoad & { device: number }]>(
    `insert into device_findings (device, findings, act, attend, worst)
     values (@device, @findings, @act, @attend, @worst)`,
  );
  const putCoverage = db.prepare<
    [{ device: number; state: number; system: number; reasons: string; judgedBy: string }]
  >(
    `insert into device_coverage (device, state, system, reasons, judged_by) values (@device, @state, @system, @reasons, @judgedBy)
     on conflict (device) do update set state = excluded.state, system = excluded.system, reasons = excluded.reasons,
       judged_by = excluded.judged_by
     where state <> excluded.state or system <> excluded.system or reasons <> excluded.reasons or judged_by <> excluded.judged_by`,
  );
  const dropCoverage = db.prepare<[string]>(
    'delete from device_coverage where device in (select value from json_each(?))',
  );
  const facts = db.prepare<[string], DeviceFacts>(
    `select d.id, d.public_id as publicId, d.state, d.last_seen_at as lastSeenAt,
       (select json_extract(o.body, '$.group') from object o
         where o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null) as "group",
       (select count(*) from device_source x where x.device = d.id and x.state = 'replaced') as enrolments
     from device d where d.id in (select value from json_each(?)) and d.kind <> 'directory' order by d.id`,
  );
  const ruleTags = db.prepare<[string], { tag: string; device: number; source: string }>(
    `select tag, device, source from device_tag where source <> 'hand' and device in (select value from json_each(?))`,
  );
  const addTag = db.prepare<[string, number, string]>('insert into device_tag (tag, device, source) values (?, ?, ?)');
  const dropTag = db.prepare<[string, number, string]>(
    'delete from device_tag where tag = ? and device = ? and source = ?',
  );
  const tagsOf = db.prepare<[string], { tag: string; device: number; source: string }>(
    `select tag, device, source from device_tag where device in (select value from json_each(?)) order by tag, source`,
  );
  const tagCounts = (scope: Scope): { tag: string; devices: number }[] => {
    const { sql, params } = devicesIn(scope, 'device');
    return db
      .prepare<unknown[], { tag: string; devices: number }>(
        `select tag, count(distinct device) as devices from device_tag where ${sql} group by tag order by tag`,
      )
      .all(...params);
  };
  const reached = (publicIds: readonly string[], scope: Scope): string[] => {
    const { sql, params } = devicesIn(scope, 'id');
    return db
      .prepare<unknown[], string>(
        `select public_id from device where public_id in (select value from json_each(?)) and ${sql}`,
      )
      .pluck()
      .all(JSON.stringify(publicIds), ...params);
  };
  const done = db.prepare<[string], { rule: string; device: number; enrolment: string | null }>(
    'select rule, device, enrolment from moving_done where device in (select value from json_each(?))',
  );
  const setDone = db.prepare<[string, number, string]>(
    `insert into moving_done (rule, device, enrolment) values (?, ?, ?)
     on conflict (rule, device) do update set enrolment = excluded.enrolment where enrolment is not excluded.enrolment`,
  );
  const stamp = db.prepare<[], number | null>('select max(seq) from audit').pluck();
  const dropTagChanges = db.prepare<[number]>('delete from tag_change where at < ?');
  const addTagChange = db.prepare<[TagChange & { at: number }]>(
    'insert into tag_change (id, at, tag, added, devices) values (@id, @at, @tag, @added, @devices)',
  );
  const tagChange = db.prepare<[string], TagChange>('select id, tag, added, devices from tag_change where id = ?');
  const dropTagChange = db.prepare<[string]>('delete from tag_change where id = ?');
  const aged = db
    .prepare<[string], number>(
      `select value from json_each(?) where coalesce((select aged from device_status where device = value), 1) = 1`,
    )
    .pluck();
  const ofDecisions = db
    .prepare<[string], number>('select id from device where public_id in (select value from json_each(?))')
    .pluck();
  const dropHandTags = db.prepare<[string]>(
    `delete from device_tag where source = 'hand' and device in (select value from json_each(?))`,
  );
  const addHandTags = db.prepare<[string]>(
    `insert into device_tag (tag, device, source)
       select distinct t.value, d.id, 'hand' from device d
       join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null,
         json_each(o.body, '$.tags') t
       where d.id in (select value from json_each(?))`,
  );
  const setHandTags = (devices: readonly number[]): void => {
    dropHandTags.run(JSON.stringify(devices));
    addHandTags.run(JSON.stringify(devices));
  };
  return {
    /** Notes what a bulk action changed, and forgets those before a moment. */
    noteTagChange: (change: TagChange, at: number, before: number): void => {
      dropTagChanges.run(before);
      addTagChange.run({ ...change, at });
    },
    dropTagChanges: (before: number): number => dropTagChanges.run(before).changes,
    /** Takes a note; undefined when it is over. */
    takeTagChange: (id: string): TagChange | undefined => {
      const found = tagChange.get(id);
      if (found !== undefined) dropTagChange.run(id);
      return found;
    },
    /** Changes with every object, group, rule and setting. */
    stamp: (): number => stamp.get() ?? 0,
    facts: (devices: readonly number[]): DeviceFacts[] => facts.all(JSON.stringify(devices)),
    ruleTags: (devices: readonly number[]) => ruleTags.all(JSON.stringify(devices)),
    addTag: (tag: string, device: number, source: string): void => void addTag.run(tag, device, source),
    dropTag: (tag: string, device: number, source: string): void => void dropTag.run(tag, device, source),
    tagsOf: (devices: readonly number[]) => tagsOf.all(JSON.stringify(devices)),
    /** Of devices in reach. */
    tagCounts,
    /** Those in reach. */
    reached,
    done: (devices: readonly number[]) => done.all(JSON.stringify(devices)),
    setDone: (rule: string, device: number, enrolment: string): void => void setDone.run(rule, device, enrolment),
    /** Notes devices: something that rules look at changed. */
    note: pending.note,
    /** Devices that were heard: only those of which some age has passed, or which have no status yet. */
    noteHeard: (devices: readonly number[]): void => pending.note(aged.all(JSON.stringify(devices))),
    /** Notes those that decisions are about, and takes over their tags by hand: lists read them beside those of rules. */
    decided: (publicIds: readonly string[]): void => {
      const devices = ofDecisions.all(JSON.stringify(publicIds));
      pending.note(devices);
      setHandTags(devices);
    },
    setHandTags,
    pending: pending.some,
    due: (now: number, limit: number): number[] => due.all(now, limit),
    round: () => round.get() ?? { after: null, again: 0 },
    setRound: (after: number | null, again: number): void => void setRound.run(after, again),
    /** Devices after one, in the order of their ids. */
    devicesAfter: (after: number, limit: number): number[] => devicesAfter.all(after, limit),
    clean: pending.drop,
    /** Drops the status of what is no device of the list. */
    dropStatus: (devices: readonly number[]): void => {
      dropStatus.run(JSON.stringify(devices));
      dropCoverage.run(JSON.stringify(devices));
    },
    putStatus: (row: StatusRow): void => void putStatus.run(row),
    statuses: (devices: readonly number[]): StatusRow[] => statuses.all(JSON.stringify(devices)),
    putCoverage: (coverage: ReadonlyMap<number, Coverage>): void => {
      for (const [device, { state, system, reasons, judgedBy }] of coverage)
        putCoverage.run({
          device,
          state: COVERAGE_STATES.indexOf(state),
          system: Number(system),
          reasons: JSON.stringify(reasons),
          judgedBy: JSON.stringify(judgedBy),
        });
    },
    /** Writes what differs, since lists hang on these rows; the devices. */
    putFindings: (devices: readonly number[], loads: ReadonlyMap<number, FindingLoad>): number[] => {
      const held = new Map(findingsOf.all(JSON.stringify(devices)).map((row) => [row.device, row]));
      const isSame = (device: number, load: FindingLoad): boolean => {
        const row = held.get(device);
        return (
          row !== undefined &&
          row.findings === load.findings &&
          row.act === load.act &&
          row.attend === load.attend &&
          row.worst === load.worst
        );
      };
      const changed = [...loads].filter(([device, load]) => !isSame(device, load));
      const gone = [...held.keys()].filter((device) => !loads.has(device));
      const dropped = [...gone, ...changed.map(([device]) => device)];
      if (dropped.length > 0) dropFindings.run(JSON.stringify(dropped));
      for (const [device, load] of changed) addFindings.run({ device, ...load });
      return dropped;
    },
  };
};

export type RuleStore = ReturnType<typeof ruleStore>;
