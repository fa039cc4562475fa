import type { Appliance } from '../../src/compose.ts';
import { systemActor } from '../../src/engine/objects/types.ts';
import { wholeSite } from '../../src/platform/scope.ts';
import { advisory, part, range } from '../support/advisory-parts.ts';
import { packageBytes, update } from '../support/catalog.ts';
import { reportSection } from '../support/fleet.ts';
import { deb, debian13 } from '../support/site.ts';

// What the judge of scope plants of findings, updates, orders and questions: things of devices in reach, of others, and of both.

export type Planted = {
  /** Values of a part of an address, where its pattern fits. */
  readonly choices: readonly { readonly pattern: RegExp; readonly name: string; readonly values: readonly string[] }[];
  /** What a list is asked beside its bare address. */
  readonly asked: readonly { readonly pattern: RegExp; readonly queries: readonly string[] }[];
  /** What is sent beside an empty body, to addresses whose pattern fits. */
  readonly bodies: readonly { readonly pattern: RegExp; readonly by: 'browser' | 'token'; readonly body: object }[];
};

const never = '0'.repeat(32);

/** Of the devices by their number in `ids`: 4 and 8 are in the hall, 8 on its line, 14 and 0 elsewhere. */
export async function plantRisks(
  appliance: Appliance,
  ids: readonly number[],
  publicIds: readonly string[],
  groups: readonly string[],
): Promise<Planted> {
  const { db, personal, inventory, vulnerabilities, updates, objects, store, baselines } = appliance;
  const at = (n: number): number => ids[n] ?? 0;
  const secret = (of: string, text: string): Buffer => personal.encrypt(of, text);

  // Four devices a group: every one has openssl, in one of three versions; a package of the group; the first of each had one more.
  const softwareOf = (n: number): Record<string, unknown>[] => [
    deb('openssl', `3.5.${n % 3}-1`),
    deb(`only-${Math.floor(n / 4)}`, '1.0-1'),
    deb(`sound-${n}`, '1.0-1'),
    { type: 'deb', name: 'bash', version: '5', arch: 'amd64' },
    { type: 'deb', name: `tool-${Math.floor(n / 4)}`, version: String(n), arch: 'amd64' },
  ];
  for (const [n, device] of ids.entries()) {
    reportSection(inventory, device, 'platform', [debian13]);
    const had = n % 4 === 0 ? [deb(`had-${n}`, '1.0-1')] : [];
    for (const more of [had, []]) reportSection(inventory, device, 'software', [...softwareOf(n), ...more]);
  }
  const perGroup = [0, 1, 2, 3, 4].flatMap((group) => [
    advisory(`G-${group}`, { package: `only-${group}`, ranges: [range('1.5-1')] }, { severity: 'critical' }),
    advisory(`H-${group}`, { package: `had-${group * 4}`, ranges: [range('1.5-1')] }),
  ]);
  const parts = [
    await part('', [
      advisory('A-1', { ranges: [range('3.5.2-1')] }),
      advisory('A-2', { ranges: [range('3.5.9-1')] }, { severity: 'low' }),
      ...perGroup,
    ]),
  ];
  await vulnerabilities.buildSnapshot({ number: 1, parts, capturedAt: '2026-01-02T00:00:00Z' });
  db.prepare(
    `insert into exchange_state (id, site, name, floor) values (1, 'plant', 'Plant', '2026-01-01T00:00:00Z') on conflict do nothing`,
  ).run();
  db.prepare('update exchange_state set snapshot = 1').run();
  vulnerabilities.rematch();
  const everything = wholeSite('job');
  const findings = vulnerabilities.list({ scope: everything, limit: 1_000 }).rows;
  const findingOf = (name: string): string => findings.find((row) => row.package === name)?.id ?? '';

  // A newer openssl, a newer package of each group; what openssl needs is approved and here.
  const newest = update('openssl', '3.5.9-1');
  const offered = [
    newest,
    ...[0, 1, 2, 3, 4].map((group) => update(`only-${group}`, '1.2-1', { files: [never + never] })),
  ];
  db.transaction(() => updates.applyCatalog(offered, new Map(), '2026-01-02T00:00:00Z')).immediate();
  for (let n = -1; n !== 0; ) n = updates.settle(512);
  await store.put(packageBytes, { sha256: newest.files[0] ?? '', maxBytes: 1_000 });
  updates.approve(systemActor, [newest.id]);
  const needs = updates.list({ scope: everything, limit: 1_000 }).rows;
  const needOf = (name: string): string => needs.find((row) => row.kind === 'need' && row.name === name)?.id ?? '';

  // Line A differs from the first of its hall, so does Line B; all differ from the first of the plant.
  const groupNamed = (name: string): string => objects.findBy('group', 'name', name)?.id ?? '';
  for (const [name, reference] of [
    ['Hall A', 4],
    ['Hall B', 12],
  ] as const)
    baselines.approveGroup(systemActor, groupNamed(name), {
      collections: ['software'],
      reference: publicIds[reference] ?? '',
    });
  baselines.approveGroup(systemActor, groupNamed('Plant'), {
    collections: ['accounts'],
    reference: publicIds[0] ?? '',
  });
  const deviations = baselines.deviations({ scope: everything, limit: 1_000 }).rows;
  const deviationOf = (n: number, collection: string): number =>
    deviations.find((row) => row.device === at(n) && row.collection === collection)?.id ?? 0;

  const deployment = (name: string, devices: readonly number[]): string => {
    const { id } = objects.create(systemActor, 'deployment', { name, updates: [newest.id] });
    for (const n of devices)
      db.prepare(
        `insert into task (id, deployment, device, update_id, state, queued_at) values (?, ?, ?, ?, ?, '2026-01-03T00:00:00Z')`,
      ).run(`${id}-${n}`, id, at(n), newest.id, n % 5 === 0 ? 'queued' : n % 2 === 0 ? 'verified' : 'failed');
    return id;
  };
  /** A rollout of which the first ring is held: who reaches all of its devices may decide. */
  const inRings = (id: string): string => {
    db.prepare('update task set ring = 1 + (device = ?) where deployment = ?').run(at(8), id);
    for (const [ring, state] of [
      [1, 'failed'],
      [2, 'closed'],
    ])
      db.prepare(
        `insert into deployment_ring (deployment, ring, state, reason, due_at, opened_at, changed_at) values (?, ?, ?, ?, 1, 1, 1)`,
      ).run(id, ring, state, state === 'failed' ? 'FAILURES' : null);
    return id;
  };
  const deployments = [
    inRings(deployment('near', [4, 5, 8])),
    deployment('over both', [5, 14, 15]),
    deployment('far', [14, 0]),
    'x'.repeat(20),
  ];

  const task = (n: number, state: string): string => {
    const id = `${'a'.repeat(29)}${String(n).padStart(3, '0')}`;
    const what = { kind: 'kept-file', list: 'quarantine', product: 'P', number: '1', act: 'delete', name: `file-${n}` };
    db.prepare(
      `insert into device_task (id, device, kind, what, reason, state, asked_at, asked_by, deadline_at)
       values (?, ?, 'kept-file', ?, ?, ?, ?, 'account:administrator', 9e12)`,
    ).run(
      id,
      at(n),
      secret(`device-task:${id}`, JSON.stringify(what)),
      secret(`device-task:${id}`, `why-${n}`),
      state,
      n,
    );
    return id;
  };

  const query = (name: string, devices: readonly number[]): string => {
    const id = `${'b'.repeat(28)}${name.padStart(4, '0')}`;
    db.prepare(
      `insert into live_query (id, sql, created_at, created_by, deadline_at) values (?, ?, ?, 'account:administrator', 9e12)`,
    ).run(id, `select ${name}`, devices.length);
    for (const n of devices)
      db.prepare(
        `insert into live_answer (query, device, state, answered_at, row_count, rows) values (?, ?, ?, 1, ?, ?)`,
      ).run(
        id,
        at(n),
        n % 2 === 0 ? 'answered' : 'waiting',
        n % 2 === 0 ? n : null,
        n % 2 === 0 ? secret(`query:${id}`, JSON.stringify([{ of: `row-${n}` }])) : null,
      );
    return id;
  };

  const sample = (n: number, state: string): string => {
    const id = `${'c'.repeat(29)}${String(n).padStart(3, '0')}`;
    db.prepare(
      `insert into sample (id, device, path, reason, state, asked_at, asked_by, max_bytes, received_blocks, sha256)
       values (?, ?, ?, ?, ?, ?, 'account:administrator', 1024, 1, 'x')`,
    ).run(id, at(n), secret(`sample:${id}`, `/srv/${n}`), secret(`sample:${id}`, 'odd'), state, n);
    db.prepare('insert into sample_block (sample, block, data) values (?, 0, ?)').run(
      id,
      secret(`sample:${id}`, Buffer.from(`bytes of ${n}`).toString('base64')),
    );
    return id;
  };

  const tasks = [task(4, 'asked'), task(8, 'queued'), task(14, 'asked'), task(0, 'queued'), never];
  const queries = [
    query('near', [4, 5, 8]),
    query('both', [5, 14, 15]),
    query('far', [14, 1]),
    query('gone', []),
    never,
  ];
  const samples = [sample(4, 'asked'), sample(8, 'received'), sample(14, 'received'), sample(1, 'asked'), never];
  for (const n of [4, 8, 14, 0])
    db.prepare(
      `insert into device_source (device, source, key_digest, client_id, state, first_seen_at)
       values (?, 'osquery', ?, ?, 'approved', 0)`,
    ).run(at(n), `key-${n}`, `client-${n}`);
  const [mine, other] = [publicIds[4] ?? '', publicIds[14] ?? ''];
  const log = { wanted: { kind: 'show-log', lines: 5 }, reason: 'late' };
  return {
    choices: [
      { pattern: /\/(?:device-)?tasks\//, name: 'task', values: tasks },
      { pattern: /^\/queries\//, name: 'id', values: queries },
      { pattern: /^\/queries\//, name: 'query', values: queries },
      { pattern: /^\/samples\//, name: 'id', values: samples },
      { pattern: /^\/samples\//, name: 'sample', values: samples },
      ...['id', 'finding'].map((name) => ({
        pattern: /^\/(?:vulnerabilities|findings)\//,
        name,
        values: [...['openssl', 'only-1', 'only-3'].map(findingOf), '1.1', '999.999', 'x'],
      })),
      ...['id', 'update'].map((name) => ({
        pattern: /^\/updates\//,
        name,
        values: [newest.id, ...offered.slice(2, 4).map(({ id }) => id), needOf('only-1'), needOf('only-3'), 'none'],
      })),
      ...['id', 'deployment'].map((name) => ({ pattern: /^\/deployments\//, name, values: deployments })),
    ],
    asked: [
      {
        pattern: /^\/(?:vulnerabilities(?:\.csv)?|findings)$/,
        queries: [
          'q=only',
          'q=G-3',
          'state=fixed',
          'state=planned',
          'state=open',
          'severity=critical',
          'fix=available',
          'package=had-12',
          'advisory=G-3',
          'decision=act',
          'verdict=review',
          'sort=devices',
          'sort=-devices',
          'sort=package',
          'sort=-advisory',
          'sort=since',
          'sort=severity',
          `device=${publicIds[4]}`,
          `device=${publicIds[14]}`,
          `open=${findingOf('only-1')}`,
          `open=${findingOf('only-3')}`,
        ],
      },
      {
        pattern: /^\/updates(?:\.csv)?$/,
        queries: [
          'q=only',
          'supply=needed',
          'deployable=true',
          'devices>=3',
          'findings>=1',
          'sort=devices',
          'sort=-name',
        ],
      },
      {
        pattern: /^\/deviations(?:\.csv)?$/,
        queries: [
          'q=only',
          'collection=software',
          'state=all',
          'operation=removed',
          'order=false',
          'limit=2',
          ...[8, 14].map((n) => `device=${publicIds[n]}`),
          ...['Plant', 'Hall A', 'Hall B'].map((name) => `baseline=group:${groupNamed(name)}`),
        ],
      },
      { pattern: /^\/deployments$/, queries: ['q=both', 'search=far', 'limit=1'] },
      {
        pattern: /^\/deployments\/new$/,
        queries: [`update=${newest.id}`, `update=${newest.id}&device=${publicIds[14]}`],
      },
    ],
    bodies: [
      ...[[8], [16], [8, 16]].flatMap((devices) =>
        ['software', 'accounts'].flatMap((collection) => {
          const wanted = devices.map((n) => deviationOf(n, collection));
          return [
            { pattern: /^\/deviations\/accept$/, by: 'token' as const, body: { ids: wanted, reason: 'known' } },
            {
              pattern: /^\/deviations\/accept$/,
              by: 'token' as const,
              body: { ids: wanted, reason: 'known', scope: 'group' },
            },
            { pattern: /^\/deviations\/work-order$/, by: 'token' as const, body: { ids: wanted, order: 'WO-1' } },
            {
              pattern: /^\/deviations\/decide$/,
              by: 'browser' as const,
              body: { action: 'accept', id: String(wanted[0]), confirmed: '1', reason: 'known' },
            },
          ];
        }),
      ),
      ...[[mine], [other], [mine, other]].map((add) => ({
        pattern: /^\/tags$/,
        by: 'token' as const,
        body: { tag: 'new', add },
      })),
      ...[[mine], [other], [mine, other], undefined].map((devices) => ({
        pattern: /^\/deployments(?:\/preview)?$/,
        by: 'token' as const,
        body: { updates: [newest.id], ...(devices === undefined ? {} : { devices }) },
      })),
      ...groups.map((group) => ({
        pattern: /^\/deployments(?:\/preview)?$/,
        by: 'token' as const,
        body: { updates: [newest.id], group },
      })),
      ...[mine, other].map((device) => ({
        pattern: /^\/deployments\/new$/,
        by: 'browser' as const,
        body: { update: newest.id, target: 'devices', device, timeoutMinutes: '30' },
      })),
      ...groups.map((group) => ({
        pattern: /^\/deployments\/new$/,
        by: 'browser' as const,
        body: { update: newest.id, target: 'group', group, timeoutMinutes: '30' },
      })),
      { pattern: /^\/deployments\/[^/]+\/cancel$/, by: 'browser', body: { confirmed: '1' } },
      ...['hold', 'resume'].map((action) => ({
        pattern: /^\/deployments\/[^/]+\/rings$/,
        by: 'browser' as const,
        body: { action, comment: 'looked at' },
      })),
      ...['hold', 'continue'].map((act) => ({
        pattern: new RegExp(`^/deployments/[^/]+/${act}$`),
        by: 'token' as const,
        body: { comment: 'looked at' },
      })),
      ...['approve', 'deploy'].map((action) => ({
        pattern: /^\/updates\/decide$/,
        by: 'browser' as const,
        body: { action, id: newest.id },
      })),
      { pattern: /^\/devices\/[^/]+\/tasks$/, by: 'token', body: log },
      { pattern: /^\/devices\/[^/]+\/tasks$/, by: 'browser', body: { kind: 'show-log', lines: '5', reason: 'late' } },
      { pattern: /^\/devices\/[^/]+\/tasks\/[^/]+$/, by: 'browser', body: { decision: 'confirm' } },
      ...[[mine], [other], [mine, other], undefined].map((devices) => ({
        pattern: /^\/queries$/,
        by: 'token' as const,
        body: { sql: 'select 1', ...(devices === undefined ? {} : { devices }) },
      })),
      ...[mine, other, never].flatMap((device) => [
        { pattern: /^\/queries\/new$/, by: 'browser' as const, body: { sql: 'select 1', wait: '60', device } },
        { pattern: /^\/samples$/, by: 'browser' as const, body: { device, path: '/srv/x', reason: 'odd' } },
        { pattern: /^\/samples$/, by: 'token' as const, body: { device, path: '/srv/x', reason: 'odd' } },
      ]),
      { pattern: /^\/samples\/[^/]+\/decision$/, by: 'token', body: { decision: 'decline' } },
      { pattern: /^\/samples\/[^/]+\/decision$/, by: 'token', body: { decision: 'approve' } },
    ],
  };
}
