import { expect } from 'vitest';
import type { Appliance } from '../../../src/compose.ts';
import { systemActor } from '../../../src/engine/objects/types.ts';
import type { Database } from '../../../src/platform/database.ts';
import { wholeSite } from '../../../src/platform/scope.ts';
import { csafAdvisory, csafPart } from './csaf.ts';

// A plant of zones for the judge of what a person reaches of controllers: what stands in it, and what is deleted of a copy.

/** Plant over two halls with a line each; the same products stand in all of them. */
const tree = ['Plant zone', 'Hall A zone', 'Line A zone', 'Hall B zone', 'Line B zone'] as const;
const parents = [undefined, 0, 1, 0, 3];
export const perZone = 3;
export const reaches: Readonly<Record<string, readonly number[]>> = { hall: [1], line: [2], both: [2, 3] };
const below = (zone: number): number[] => [
  zone,
  ...parents.flatMap((parent, at) => (parent === zone ? below(at) : [])),
];
const inReach = (reach: string): number[] => [...new Set((reaches[reach] ?? []).flatMap(below))];
const zoneOf = (n: number): number => Math.floor(n / perZone);
const all = JSON.stringify;

export type ZoneSite = {
  readonly zones: readonly string[];
  /** By zone, three each; the last two are in none. */
  readonly controllers: readonly string[];
  readonly findings: readonly string[];
  /** Of identification jobs and of plans of outages: of A, of A and B, of B. */
  readonly jobs: readonly string[];
  readonly plans: readonly string[];
};

/** Deletes what is out of reach, table by table, and counts again what is kept of products. */
export function pruneZones(db: Database, reach: string, { zones, controllers }: ZoneSite): void {
  const kept = inReach(reach);
  const gone = controllers.filter((_, n) => !kept.includes(zoneOf(n)));
  const numbers = db
    .prepare<[string], number>('select id from controller where public_id in (select value from json_each(?))')
    .pluck()
    .all(all(gone));
  const zonesGone = zones.filter((_, at) => !kept.includes(at));
  const ofGone = (column: string, values: readonly unknown[]) =>
    `${column} in (select value from json_each('${all(values)}'))`;
  const tables = db
    .prepare<[], string>("select name from sqlite_master where type = 'table' and name not like 'sqlite%'")
    .pluck()
    .all();
  db.pragma('foreign_keys = off');
  db.transaction(() => {
    for (const table of tables) {
      const columns = db.pragma(`table_info(${table})`) as { name: string }[];
      if (columns.some(({ name }) => name === 'controller'))
        db.exec(`delete from "${table}" where ${ofGone('controller', numbers)} or ${ofGone('controller', gone)}`);
    }
    db.exec(`delete from controller where ${ofGone('id', numbers)};
      delete from controller_pair where ${ofGone('one', numbers)} or ${ofGone('two', numbers)};
      delete from controller_merge where ${ofGone('keep', numbers)} or ${ofGone('other', numbers)};
      delete from controller_effective where part not in (select id from controller_part);
      delete from controller_fact where reading not in (select id from controller_reading);
      update controller_identity set controllers =
        (select count(distinct controller) from controller_part_identity where identity = controller_identity.id);
      update controller_match set rank = coalesce((select min(r.rank) from controller_part_identity p
        join controller_priority r on r.threat = controller_match.threat and r.context = p.context
        where p.identity = controller_match.identity), rank)`);
    for (const table of ['object', 'object_index', 'object_revision'])
      db.exec(
        `delete from ${table} where kind like 'controller-%' and (${ofGone('id', gone)} or ${ofGone('id', zonesGone)})`,
      );
    for (const table of ['object', 'object_revision'])
      db.exec(`delete from ${table} where kind = 'controller-conduit'
        and (${ofGone("json_extract(body, '$.from')", zonesGone)} or ${ofGone("json_extract(body, '$.to')", zonesGone)})`);
    // Work on several controllers is left with those that are; a job that names one that is not is asked of none.
    db.exec(`delete from object where kind = 'controller-identification' and exists
        (select 1 from json_each(json_extract(body, '$.controllers')) x where ${ofGone('x.value', gone)});
      delete from identification_halt where ${ofGone('zone', zonesGone)};
      delete from ot_patch where id not in (select patch from ot_patch_target)`);
    const lost = new Set([...gone, ...zonesGone, ...tree.filter((_, at) => !kept.includes(at))]);
    const left = new Set(db.prepare<[], number>('select id from ot_patch').pluck().all().map(String));
    for (const { kind, id, body } of db
      .prepare<[], { kind: string; id: string; body: string }>(
        "select kind, id, body from object where kind in ('maintenance-window', 'outage-plan')",
      )
      .all()) {
      const held = JSON.parse(body) as { zones?: string[]; controllers?: string[]; patches?: string[] };
      const before = [held.zones, held.controllers, held.patches].flatMap((one) => one ?? []);
      const cut = {
        ...held,
        zones: held.zones?.filter((one) => !lost.has(one)),
        controllers: held.controllers?.filter((one) => !lost.has(one)),
        patches: held.patches?.filter((one) => left.has(one)),
      };
      const after = [cut.zones, cut.controllers, cut.patches].flatMap((one) => one ?? []);
      if (before.length > 0 && after.length === 0)
        db.prepare('delete from object where kind = ? and id = ?').run(kind, id);
      else db.prepare('update object set body = ? where kind = ? and id = ?').run(all(cut), kind, id);
    }
    db.exec(`delete from object_index where kind = 'controller-zone' and field = 'parent' and ${ofGone('value', zonesGone)};
      update object set body = json_set(body, '$.parent', null)
        where kind = 'controller-zone' and ${ofGone("json_extract(body, '$.parent')", zonesGone)}`);
  })();
  db.pragma('foreign_keys = on');
}

/** Zones with their controllers, and what is asked, found and planned of these. */
export async function fillZones(appliance: Appliance): Promise<ZoneSite> {
  const { db, objects, controllers: record, controllerFindings, vulnerabilities } = appliance;
  const [zones, jobs, plans]: [string[], string[], string[]] = [[], [], []];
  for (const [at, name] of tree.entries()) {
    const parent = parents[at];
    zones.push(
      objects.create(systemActor, 'controller-zone', {
        name,
        level: '1',
        prefixes: [`10.${at}.0.0/16`],
        ...(parent === undefined ? {} : { parent: zones[parent] ?? '' }),
      }).id,
    );
  }
  for (const [from, to] of [
    [1, 2],
    [1, 3],
    [3, 4],
  ])
    objects.create(systemActor, 'controller-conduit', {
      name: `${from} to ${to}`,
      from: zones[from ?? 0] ?? '',
      to: zones[to ?? 0] ?? '',
    });
  const document = csafAdvisory('siemens', {
    id: 'SSA-1',
    leaves: [
      { order: '6ES7515-2AM02-0AB0', version: '< V2.9.7' },
      { order: '6ES7512-1CK01-0AB0', version: '< V2.9.7' },
    ],
    vulnerabilities: {
      'CVE-2024-0001': {
        affected: [0],
        cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H',
        score: 9.1,
        fix: 'V2.9.7',
      },
      'CVE-2024-0002': { affected: [0, 1], fix: 'V2.9.7' },
    },
  });
  await vulnerabilities.buildSnapshot({
    number: 1,
    parts: [await csafPart('siemens', '', [document])],
    capturedAt: '2026-01-01T00:00:00Z',
  });
  db.prepare('update exchange_state set snapshot = 1').run();
  const count = tree.length * perZone + 2;
  const controllers = Array.from({ length: count }, (_, n) => {
    const zone = zones[zoneOf(n)];
    // The second of each zone may be the one of the hall beside it; a product of its own stands in the last hall.
    const order = n % perZone === 2 && zoneOf(n) >= 3 ? '6ES7 512-1CK01-0AB0' : '6ES7 515-2AM02-0AB0';
    const said: Record<string, string> = {
      vendor: 'Siemens',
      productFamily: zoneOf(n) === 4 ? 'S7-1200' : 'S7-1500',
      orderNumber: order,
      name: n % perZone === 1 ? `TWIN-${zoneOf(n) % 2}` : `PLC-${zoneOf(n)}-${n}`,
      firmware: n % 4 === 0 ? 'V2.9.8' : 'V2.9.4',
      address: `10.${zoneOf(n)}.0.${n + 1}`,
      ...(n % perZone === 1 ? {} : { serial: `S-${n}` }),
      ...(zone === undefined ? {} : { zone }),
    };
    const { outcomes } = record.ingest(systemActor, { type: 'csv', name: `${n}.csv` }, [
      {
        observedAtMs: Date.now() - 60_000,
        method: 'query',
        source: 's7',
        facts: Object.entries(said).map(([field, value]) => ({ field, value, raw: value })),
        parts: [],
      },
    ]);
    return record.byId(outcomes[0]?.controller ?? 0, wholeSite('job'))?.publicId ?? '';
  });
  expect(new Set(controllers).size).toBe(count);
  for (const [n, id] of controllers.entries()) {
    if (n % 2 === 0) record.decide(systemActor, [id], 'authorised', 'planned');
    // What a product comes to depends on what it is for: the worst stands in the plant.
    record.edit(systemActor, id, { criticality: zoneOf(n) === 0 ? 'critical' : 'low', custom: [] });
  }
  controllerFindings.recomputePending();
  const findings = controllerFindings.list({ scope: wholeSite('job'), limit: 20 }).rows.map(({ id }) => id);
  db.prepare(
    `insert into catalog_update (id, name, version, arch, ecosystem, source, security, in_catalog, first_seen_at, doc)
     values ('firmware-1', 'siemens/6ES7512-1CK01-0AB0', 'V2.9.7', '', 'firmware', '', 1, 1, '2026-01-01T00:00:00Z', ?)`,
  ).run(all({ name: 'siemens/6ES7512-1CK01-0AB0', version: 'V2.9.7', purl: 'pkg:generic/fw@V2.9.7' }));
  db.prepare("insert into catalog_update_file values ('firmware-1', 0, ?, 10)").run('a'.repeat(64));
  const handed = db.prepare(
    `insert into controller_firmware_handover (controller, part, sha256, version, version_before, checklist, handed_at, handed_by)
     select id, 1, ?, 'V2.9.7', 'V2.9.4', '[]', 1, 'account:x' from controller where public_id = ?`,
  );
  for (const n of [3, 6, 9, 14]) handed.run('a'.repeat(64), controllers[n]);
  const at = (n: number): string => controllers[n] ?? '';
  for (const [name, of] of [
    ['Job of A', [3, 4]],
    ['Job of A and B', [4, 9]],
    ['Job of B', [9, 12]],
  ] as const)
    jobs.push(
      objects.create(systemActor, 'controller-identification', {
        name,
        controllers: of.map(at),
        protocols: ['modbus'],
        from: '2026-11-29T13:00:00Z',
        until: '2026-11-29T15:00:00Z',
      }).id,
    );
  db.prepare(`insert into identification_halt values (?, 1, 1, ?, 'odd', ''), (?, 1, 1, ?, 'odd', '')`).run(
    zones[2],
    at(6),
    zones[3],
    at(9),
  );
  const { patches } = appliance;
  for (const [n, of] of [[3, 6], [6, 9], [9], []].entries()) {
    const { id } = patches.create(systemActor, {
      patchId: `P-${n}`,
      vendor: 'Siemens',
      product: 'CPU',
      productVersion: '',
    });
    for (const one of of) patches.setTarget(systemActor, id, at(one), true);
    if (of.length > 0)
      patches.answer(systemActor, id, at(of[0] ?? 0), {
        item: 'backup-present',
        answer: 'yes',
        note: 'made',
        value: null,
      });
  }
  const windows = [
    { name: 'Whole site' },
    { name: 'Hall A', zones: [zones[1] ?? '', tree[3]] },
    { name: 'Hall B', zones: [tree[3]] },
    { name: 'Two', controllers: [at(6), at(9)] },
  ].map((one) => objects.create(systemActor, 'maintenance-window', { recurrence: '2nd Sunday 06-10', ...one }).id);
  for (const [n, of] of [['1'], ['2', '3'], ['3']].entries())
    plans.push(
      objects.create(systemActor, 'outage-plan', {
        name: `Outage ${n}`,
        window: windows[0] ?? '',
        startsAt: '2026-12-13T06:00:00Z',
        patches: of,
      }).id,
    );
  db.prepare(
    `insert into controller_held (identity, vulnerability, controller, kind, measure, name, until)
     select p.identity, 'CVE-2024-0002', p.controller, 'mitigation', 'm1', 'Wall', 9999999999999
     from controller_part_identity p join controller c on c.id = p.controller where c.public_id in (?, ?, ?)`,
  ).run(controllers[3], controllers[6], controllers[11]);
  return { zones, controllers, findings, jobs, plans };
}
