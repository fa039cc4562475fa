import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../test/support/appliance.ts';
import { deb, reporter } from '../test/support/site.ts';
import { heldEntries } from './features/data-register/entries.ts';
import { applyRetention } from './retention.ts';

// What the register says about how long something is kept is what the job of the night does: rows are aged, entry by entry.

const dayMs = 86_400_000;

/** How a row of an age is put, by entry: its key, and the table and column in which it is looked for. */
type Aged = { readonly table: string; readonly key: string; readonly insert: string };

// `@key` is the key, `@at` the moment in milliseconds.
const aged: Readonly<Record<string, Aged>> = {
  'agent-events': {
    table: 'agent_event',
    key: 'id',
    insert: 'insert into agent_event (device, id, received_at) values (1, cast(@key as blob), @at)',
  },
  certificates: {
    table: 'device_certificate',
    key: 'fingerprint',
    insert: `insert into device_certificate (fingerprint, device, serial, key_digest, state, not_before, not_after, issued_at)
             select @key, id, '1', '1', 'active', 0, @at, 0 from device limit 1`,
  },
  queries: {
    table: 'live_query',
    key: 'id',
    insert:
      "insert into live_query (id, sql, created_at, created_by, deadline_at) values (@key, 'select 1', @at, 'a:b', 0)",
  },
  'device-tasks': {
    table: 'device_task',
    key: 'id',
    insert: `insert into device_task (id, device, kind, what, reason, state, asked_at, asked_by, deadline_at)
             values (@key, 1, 'show-log', x'', x'', 'completed', @at, 'a:b', 0)`,
  },
  approvals: {
    table: 'approval',
    key: 'thing',
    insert: `insert into approval (act, thing, type, at, actor, persons, one_person)
             values ('range-confirm', @key, 'author', @at, 'a:b', '[]', 0)`,
  },
  samples: {
    table: 'sample',
    key: 'id',
    insert: `insert into sample (id, device, path, reason, state, asked_at, asked_by, max_bytes)
             values (@key, 1, x'', x'', 'declined', @at, 'a:b', 1)`,
  },
  'tag-changes': {
    table: 'tag_change',
    key: 'id',
    insert: "insert into tag_change (id, at, tag, added, devices) values (@key, @at, 't', 1, '[]')",
  },
  connections: {
    table: 'outbound',
    key: 'target',
    insert: `insert into outbound (purpose, target, object, opened, failed, denied, bytes_read, bytes_written, first_at, last_at)
             values ('directory', @key, '', 1, 0, 0, 0, 0, 0, @at)`,
  },
  tombstones: {
    table: 'object',
    key: 'id',
    insert: `insert into object (kind, id, revision, created_at, updated_at, deleted_at, body)
             values ('tag-rule', @key, 1, 0, @at, @at, '{}')`,
  },
  sessions: {
    table: 'session',
    key: 'account',
    insert: `insert into session (hash, account, created_at, used_at, way, authenticated_at, created_ran, used_ran)
             select cast(@key as blob), @key, @at, @at, 'password', @at, ran_ms + @at - site_now(), ran_ms + @at - site_now()
               from exchange_state`,
  },
  'import-drafts': {
    table: 'import_draft',
    key: 'id',
    insert: `insert into import_draft (id, path, name, size_bytes, uploaded, made_by, created_at)
             values (@key, '/nowhere', 'x', 1, 0, 'a:b', @at)`,
  },
  notifications: {
    table: 'notification',
    key: 'rule',
    insert: `insert into notification (account, rule, opened_at, closes_at, last_at, count, counts, worst)
             select id, @key, 0, 0, @at, 1, '{}', '[]' from object where kind = 'account' limit 1`,
  },
  deviations: {
    table: 'deviation',
    key: 'baseline',
    insert: `insert into deviation (baseline, device, collection, operation, identity, since, until)
             values (@key, 1, 'software', 'added', 'x', 0, @at)`,
  },
  'controller-changes': {
    table: 'controller_change',
    key: 'key',
    insert: `insert into controller_change (controller, at, type, key, field, side) values (1, @at, 'controller', @key, 'name', 'observed')`,
  },
  identifications: {
    table: 'identification_approval',
    key: 'job',
    insert: `insert into identification_approval (job, revision, digest, plan, by, persons, at, entry) values (@key, 1, '', '{}', 'a:b', '[]', @at, 1)`,
  },
  'daily-values': {
    table: 'daily_value',
    key: 'day',
    insert: "insert into daily_value (name, day, value) values ('act-open', @key, 1)",
  },
  jobs: {
    table: 'job_run',
    key: 'payload',
    insert: `insert into job_run (kind, state, payload, created_at, finished_at) values ('x', 'done', @key, 0, @at)`,
  },
};

describe('what is kept for so long', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  const age = (entry: string, days: number): string => {
    const given = aged[entry];
    if (given === undefined) throw new Error(`no row of ${entry} is known`);
    const at = nowMs() - days * dayMs;
    const key = entry === 'daily-values' ? toTime(at).slice(0, 10) : `"${entry} of ${days} days"`;
    site.db.prepare(given.insert).run(given.insert.includes('@at') ? { key, at } : { key });
    return key;
  };
  const isThere = (entry: string, key: string): boolean => {
    const { table, key: column } = aged[entry] ?? { table: '', key: '' };
    return site.db.prepare(`select 1 from ${table} where cast(${column} as text) = ?`).get(key) !== undefined;
  };

  const dated = heldEntries.flatMap(({ name, retention }) =>
    typeof retention === 'object' ? [{ name, days: retention.days }] : [],
  );
  let silentDevices = 0;
  const silentDevice = (days: number): number => {
    const at = nowMs() - days * dayMs;
    const insert = site.db.prepare(
      "insert into device (public_id, created_at, last_seen_at, state) values (?, 0, ?, 'managed')",
    );
    silentDevices += 1;
    return Number(insert.run(`silent-${silentDevices}`, at).lastInsertRowid);
  };

  beforeAll(async () => {
    site = await openAppliance();
    silentDevice(0);
  });
  afterAll(() => site.stop());

  it('has a row for each entry of the register that says days', () => {
    expect(dated.map(({ name }) => name).sort()).toEqual(Object.keys(aged).sort());
  });

  it('goes when its days are over, and not before', () => {
    const rows = dated.map(({ name, days }) => {
      // What counts days between dates rounds one away.
      return { name, old: age(name, days + 2), young: age(name, Math.max(0, days - 2)) };
    });
    expect(rows.filter(({ name, old, young }) => !isThere(name, old) || !isThere(name, young))).toEqual([]);
    applyRetention(site);
    expect(rows.filter(({ name, old }) => isThere(name, old)).map(({ name }) => name)).toEqual([]);
    expect(rows.filter(({ name, young }) => !isThere(name, young)).map(({ name }) => name)).toEqual([]);
  });

  it('goes with every collection that a silent device reported, and stays where the device still speaks', () => {
    const { inventory } = site;
    const { collections } = { collections: inventory.collections() };
    const cells: [string, unknown][] = [
      ['text', 'x'],
      ['integer', 1],
      ['real', 1],
      ['boolean', true],
      ['time', '2026-01-01T00:00:00Z'],
      ['list', ['x']],
    ];
    const samples = new Map(cells);
    const put = (device: number, name: string): void => {
      const { fields } = inventory.collection(name);
      const item = Object.fromEntries(
        Object.entries(fields)
          .filter(([, field]) => !field.entered)
          .map(([field, { type, choices }]) => [field, choices?.[0] ?? samples.get(type)]),
      );
      const shaped = { ...item, ...(name === 'software' ? deb('bash', '5.2') : {}) };
      reporter(inventory)(device, name, [shaped]);
    };
    const silent = new Map(collections.map(({ name, retentionDays }) => [name, silentDevice(retentionDays + 2)]));
    const speaking = silentDevice(0);
    for (const { name, retentionDays } of collections) {
      const device = silent.get(name) ?? 0;
      put(device, name);
      put(speaking, name);
      site.db
        .prepare('update section set received_at = ? where collection = ?')
        .run(nowMs() - (retentionDays + 2) * dayMs, name);
    }
    applyRetention(site);
    const left = (device: number, name: string): number =>
      inventory.ofAnyCollection.section(device, name, { personal: true }).length;
    expect(collections.filter(({ name }) => left(silent.get(name) ?? 0, name) > 0).map(({ name }) => name)).toEqual([]);
    expect(collections.filter(({ name }) => left(speaking, name) === 0).map(({ name }) => name)).toEqual([]);
    expect(inventory.verify()).toEqual([]);
  });
});
