import type { Appliance } from '../../src/compose.ts';
import { systemActor } from '../../src/engine/objects/types.ts';
import { wholeSite } from '../../src/platform/scope.ts';
import { part } from '../support/advisory-parts.ts';
import { csafAdvisory } from '../support/controllers/csaf.ts';
import type { Planted } from './plant-risks.ts';

// What the judge of scope plants of controllers: zones under two halls, the same products in all of them, and work on these.

/** Plant over two halls with a line each; the same products stand in all of them. */
const tree = ['Plant zone', 'Hall A zone', 'Line A zone', 'Hall B zone', 'Line B zone'] as const;
const parents = [undefined, 0, 1, 0, 3];
const perZone = 3;
const zoneOf = (n: number): number => Math.floor(n / perZone);
const all = JSON.stringify;

export type PlantedZones = {
  readonly zones: readonly string[];
  /** By zone, three each; the last two are in none. */
  readonly controllers: readonly string[];
  readonly findings: readonly string[];
  /** Of identification jobs and of plans of outages: of A, of A and B, of B. */
  readonly jobs: readonly string[];
  readonly plans: readonly string[];
};

/** Zones with their controllers, and what is asked, found and planned of these. */
export async function plantZones(appliance: Appliance): Promise<PlantedZones> {
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
    number: 2,
    parts: [await part('', [document], [document], 'siemens')],
    capturedAt: '2026-01-01T00:00:00Z',
  });
  db.prepare('update exchange_state set snapshot = 2').run();
  vulnerabilities.rematch();
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
  if (new Set(controllers).size !== count) throw new Error('two records of controllers became one');
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

/** What is sent to write of controllers: of one in hall A and of one in hall B, into zones in reach, out of it, of nothing, and into none. */
export function zoneBodies({ zones, controllers }: PlantedZones): Pick<Planted, 'choices' | 'bodies'> {
  const [mine, other] = [controllers[4] ?? '', controllers[9] ?? ''];
  const never = `controller-${'f'.repeat(16)}`;
  const targets = [zones[2], zones[3], 'x'.repeat(20), null].map((zone) => zone ?? null);
  const [browser, token] = ['browser', 'token'] as const;
  return {
    choices: [],
    bodies: [
      { pattern: /^\/controllers\/[^/]+$/, by: token, body: { values: { area: 'x' } } },
      ...targets.flatMap((zone) => [
        { pattern: /^\/controllers\/[^/]+$/, by: token, body: { values: { zone } } },
        { pattern: /^\/controllers$/, by: token, body: { values: { name: 'New', zone } } },
      ]),
      { pattern: /^\/controller-programs\/[^/]+\/approval$/, by: token, body: { reason: 'right' } },
      { pattern: /^\/controller-patches\/.*\/checks$/, by: token, body: { item: 'backup-present', answer: 'yes' } },
      { pattern: /^\/controllers\/[^/]+\/decide$/, by: browser, body: { decision: 'archived' } },
      { pattern: /^\/controllers\/identification\/policy\//, by: browser, body: { queryPolicy: 'never' } },
      ...[mine, other, never].flatMap((id) => [
        { pattern: /^\/controllers\/decide$/, by: token, body: { controllers: [mine, id], decision: 'archived' } },
        { pattern: /^\/controllers\/[^/]+\/(?:merge|apart)$/, by: token, body: { other: id } },
        { pattern: /^\/controllers\/[^/]+\/merge$/, by: browser, body: { other: id, confirmed: '1' } },
        { pattern: /^\/controllers\/bulk$/, by: browser, body: { action: 'archived', id, confirmed: '1' } },
      ]),
    ],
  };
}
