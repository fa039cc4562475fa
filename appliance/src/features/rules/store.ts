import type { Database } from '../../platform/database.ts';
import { pendingOf } from '../../platform/pending.ts';
import { devicesIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';
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
  const sql = statements(db);
  const pending = pendingOf(db, 'status');
  const round = sql.get<[], { after: number | null; again: number }>(
    'select after_device as after, again from rule_round where one = 1',
  );
  const dropStatus = sql.run<[string]>('delete from device_status where device in (select value from json_each(?))');
  const dropFindings = sql.run<[string]>(
    'delete from device_findings where device in (select value from json_each(?))',
  );
  const findingsOf = sql.all<[string], FindingLoad & { device: number }>(
    `select device, findings, act, attend, worst from device_findings
     where device in (select value from json_each(?))`,
  );
  const addFindings = sql.run<[FindingLoad & { device: number }]>(
    `insert into device_findings (device, findings, act, attend, worst)
     values (@device, @findings, @act, @attend, @worst)`,
  );
  const putCoverage = sql.run<[{ device: number; state: number; system: number; reasons: string; judgedBy: string }]>(
    `insert into device_coverage (device, state, system, reasons, judged_by) values (@device, @state, @system, @reasons, @judgedBy)
     on conflict (device) do update set state = excluded.state, system = excluded.system, reasons = excluded.reasons,
       judged_by = excluded.judged_by
     where state <> excluded.state or system <> excluded.system or reasons <> excluded.reasons or judged_by <> excluded.judged_by`,
  );
  const dropCoverage = sql.run<[string]>(
    'delete from device_coverage where device in (select value from json_each(?))',
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
  const dropTagChanges = db.prepare<[number]>('delete from tag_change where at < ?');
  const addTagChange = sql.run<[TagChange & { at: number }]>(
    'insert into tag_change (id, at, tag, added, devices) values (@id, @at, @tag, @added, @devices)',
  );
  const tagChange = sql.get<[string], TagChange>('select id, tag, added, devices from tag_change where id = ?');
  const dropTagChange = sql.run<[string]>('delete from tag_change where id = ?');
  const aged = sql.values<[string], number>(
    `select value from json_each(?) where coalesce((select aged from device_status where device = value), 1) = 1`,
  );
  const ofDecisions = sql.values<[string], number>(
    'select id from device where public_id in (select value from json_each(?))',
  );
  const dropHandTags = sql.run<[string]>(
    `delete from device_tag where source = 'hand' and device in (select value from json_each(?))`,
  );
  const addHandTags = sql.run<[string]>(
    // `cross join` keeps this order: before there are statistics, each device would be looked for in all decisions.
    `insert into device_tag (tag, device, source)
       select distinct t.value, d.id, 'hand' from device d
       cross join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
       cross join json_each(o.body, '$.tags') t
       where d.id in (select value from json_each(?))`,
  );
  const setHandTags = (devices: readonly number[]): void => {
    dropHandTags(JSON.stringify(devices));
    addHandTags(JSON.stringify(devices));
  };
  return {
    /** Notes what a bulk action changed, and forgets those before a moment. */
    noteTagChange: (change: TagChange, at: number, before: number): void => {
      dropTagChanges.run(before);
      addTagChange({ ...change, at });
    },
    dropTagChanges: (before: number): number => dropTagChanges.run(before).changes,
    /** Takes a note; undefined when it is over. */
    takeTagChange: (id: string): TagChange | undefined => {
      const found = tagChange(id);
      if (found !== undefined) dropTagChange(id);
      return found;
    },
    /** Changes with every object, group, rule and setting. Not the number alone: the next entry has it again where one is taken back. */
    stamp: sql.value<[], string>('select hex(hash) from audit order by seq desc limit 1'),
    facts: sql.all<[devices: readonly number[]], DeviceFacts>(
      `select d.id, d.public_id as publicId, d.state, d.last_seen_at as lastSeenAt,
       (select json_extract(o.body, '$.group') from object o
         where o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null) as "group",
       (select count(*) from device_source x where x.device = d.id and x.state = 'replaced') as enrolments
     from device d where d.id in (select value from json_each(?)) and d.kind <> 'directory' order by d.id`,
    ),
    ruleTags: sql.all<[devices: readonly number[]], { tag: string; device: number; source: string }>(
      `select tag, device, source from device_tag where source <> 'hand' and device in (select value from json_each(?))`,
    ),
    addTag: sql.run<[tag: string, device: number, source: string]>(
      'insert into device_tag (tag, device, source) values (?, ?, ?)',
    ),
    dropTag: sql.run<[tag: string, device: number, source: string]>(
      'delete from device_tag where tag = ? and device = ? and source = ?',
    ),
    tagsOf: sql.all<[devices: readonly number[]], { tag: string; device: number; source: string }>(
      `select tag, device, source from device_tag where device in (select value from json_each(?)) order by tag, source`,
    ),
    /** Of devices in reach. */
    tagCounts,
    /** Those in reach. */
    reached,
    done: sql.all<[devices: readonly number[]], { rule: string; device: number; enrolment: string | null }>(
      'select rule, device, enrolment from moving_done where device in (select value from json_each(?))',
    ),
    setDone: sql.run<[rule: string, device: number, enrolment: string]>(
      `insert into moving_done (rule, device, enrolment) values (?, ?, ?)
     on conflict (rule, device) do update set enrolment = excluded.enrolment where enrolment is not excluded.enrolment`,
    ),
    /** Notes devices: something that rules look at changed. */
    note: pending.note,
    /** Devices that were heard: only those of which some age has passed, or which have no status yet. */
    noteHeard: (devices: readonly number[]): void => pending.note(aged(JSON.stringify(devices))),
    /** Notes those that decisions are about, and takes over their tags by hand: lists read them beside those of rules. */
    decided: (publicIds: readonly string[]): void => {
      const devices = ofDecisions(JSON.stringify(publicIds));
      pending.note(devices);
      setHandTags(devices);
    },
    setHandTags,
    pending: pending.some,
    due: sql.values<[now: number, limit: number], number>(
      'select device from device_status where due_at <= ? order by due_at limit ?',
    ),
    round: () => round() ?? { after: null, again: 0 },
    setRound: sql.run<[after: number | null, again: number]>(
      'update rule_round set after_device = ?, again = ? where one = 1',
    ),
    /** Devices after one, in the order of their ids. */
    devicesAfter: sql.values<[after: number, limit: number], number>(
      'select id from device where id > ? order by id limit ?',
    ),
    clean: pending.drop,
    /** Drops the status of what is no device of the list. */
    dropStatus: (devices: readonly number[]): void => {
      dropStatus(JSON.stringify(devices));
      dropCoverage(JSON.stringify(devices));
    },
    putStatus: sql.run<[row: StatusRow]>(
      `insert into device_status (device, level, reasons, visible, due_at, aged, updated_at)
     values (@device, @level, @reasons, @visible, @dueAt, @aged, @updatedAt)
     on conflict (device) do update set level = excluded.level, reasons = excluded.reasons, visible = excluded.visible,
       due_at = excluded.due_at, aged = excluded.aged, updated_at = excluded.updated_at`,
    ),
    statuses: sql.all<[devices: readonly number[]], StatusRow>(
      `select device, level, reasons, visible, due_at as dueAt, aged, updated_at as updatedAt from device_status
     where device in (select value from json_each(?))`,
    ),
    putCoverage: (coverage: ReadonlyMap<number, Coverage>): void => {
      for (const [device, { state, system, reasons, judgedBy }] of coverage)
        putCoverage({
          device,
          state: COVERAGE_STATES.indexOf(state),
          system: Number(system),
          reasons: JSON.stringify(reasons),
          judgedBy: JSON.stringify(judgedBy),
        });
    },
    /** Writes what differs, since lists hang on these rows; the devices. */
    putFindings: (devices: readonly number[], loads: ReadonlyMap<number, FindingLoad>): number[] => {
      const held = new Map(findingsOf(JSON.stringify(devices)).map((row) => [row.device, row]));
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
      if (dropped.length > 0) dropFindings(JSON.stringify(dropped));
      for (const [device, load] of changed) addFindings({ device, ...load });
      return dropped;
    },
  };
};

export type RuleStore = ReturnType<typeof ruleStore>;
