import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { codeOf } from '../../../../test/support/refusals.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { admin } from '../../../test/support/engines.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import type { InventorySource } from '../../engine/inventory/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { type Device, newTokenSecret, tokenHash } from './types.ts';

type Site = Awaited<ReturnType<typeof openAppliance>>;
let site: Site;
const secrets = new Map<InventorySource, string>();
const counter = { value: 0 };
const purposes = { native: 'agent', osquery: 'osquery', glpi: 'glpi', ocs: 'glpi' } as const;
type TestSource = keyof typeof purposes;

beforeAll(async () => {
  site = await openAppliance();
  for (const [source, purpose] of Object.entries(purposes)) {
    const secret = newTokenSecret(purpose);
    site.objects.create(admin, 'token', { name: source, purpose, hash: tokenHash(secret), approve: 'auto' });
    secrets.set(source as InventorySource, secret);
  }
}, 60_000);
afterAll(() => site.stop());

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
const next = (): string => {
  counter.value += 1;
  return sha256(String(counter.value));
};
const enrol = (source: TestSource, facts: { hostname: string; uuid?: string; macs?: string[] }) => {
  const key = next();
  const outcome = site.devices.enrolClient({
    source,
    token: secrets.get(source) ?? '',
    clientId: source === 'native' ? key : `client-${key.slice(0, 8)}`,
    keyDigest: source === 'native' || source === 'osquery' ? key : null,
    facts,
    from: '192.0.2.1',
  });
  return { ...outcome, key };
};
const report = (
  device: number,
  source: InventorySource,
  collection: string,
  items: readonly Record<string, unknown>[],
  at: string,
) => site.inventory.putSection({ device, collection, source, hash: sectionHash(items), collectedAt: at, items });

const packages = (names: readonly string[]) =>
  [...new Set(names)].sort().map((name) => ({ ...deb(name, '1.0-1'), installedAt: '2026-01-01T00:00:00Z' }));
const accounts = (names: readonly string[]) =>
  [...new Set(names)].sort().map((name) => ({ name, uid: 1000, isAdmin: false }));

/** Journal and history grow by a merge and its undo; what is derived again is compared by those who derive it. */
const growing = new Set([
  'audit',
  'audit_head',
  'array_change',
  'event',
  'object_revision',
  'object_index',
  'object',
  'sqlite_sequence',
  'device_merge',
  'device_merge_rows',
  'device_status',
  'device_findings',
  'pending',
]);
const dump = (): Record<string, unknown[]> => {
  // Of a device that waits some rows may be missing: who has an item is entered later.
  while (site.inventory.enterPending(1_000) > 0);
  const tables = site.db
    .prepare<[], { name: string }>("select name from pragma_table_list where schema = 'main' and type = 'table'")
    .all()
    .filter(({ name }) => !growing.has(name) && !name.startsWith('sqlite_'));
  return Object.fromEntries(
    tables.map(({ name }) => [
      name,
      site.db
        .prepare<[], Record<string, unknown>>(`select * from "${name}"`)
        .all()
        .map((row) => JSON.stringify(row))
        .sort(),
    ]),
  );
};
const decisions = (...devices: Device[]) =>
  devices.map(({ publicId }) => {
    const body = site.objects.find('device-decision', publicId)?.body ?? {};
    return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null && value !== undefined));
  });
const isWhole = (): void => {
  expect(site.inventory.verify()).toEqual([]);
  const ghosts = 'select device from section where device > 0 and device not in (select id from device)';
  expect(site.db.prepare(ghosts).all()).toEqual([]);
  expect(
    site.db.prepare('select 1 from section where best = 1 group by device, collection having count(*) > 1').all(),
  ).toEqual([]);
  expect(site.db.pragma('foreign_key_check')).toEqual([]);
};
type Plan = {
  source: TestSource;
  software: string[] | null;
  accounts: string[] | null;
  cards: string[] | null;
  day: number;
  second: { source: TestSource; software: string[] } | null;
  decision: { displayName?: string; description?: string };
  tags: string[];
  seen: boolean;
  /** Packages of npm that a list which was not read whole lacks, and those that it has. */
  cut: { before: string[]; after: string[] } | null;
};
const sourceArbitrary = fc.constantFrom<TestSource>('native', 'osquery', 'glpi', 'ocs');
const names = fc.array(fc.constantFrom('bash', 'curl', 'openssl', 'zlib', 'vim'), { maxLength: 4 });
const planArbitrary: fc.Arbitrary<Plan> = fc.record({
  source: sourceArbitrary,
  software: fc.option(names),
  accounts: fc.option(fc.array(fc.constantFrom('root', 'aigerim', 'petrov'), { maxLength: 3 })),
  cards: fc.option(fc.uniqueArray(fc.constantFrom('00:1b:21:00:00:01', '00:1b:21:00:00:02', '00:1b:21:00:00:03'))),
  day: fc.integer({ min: 1, max: 9 }),
  second: fc.option(fc.record({ source: sourceArbitrary, software: names })),
  decision: fc.record(
    { displayName: fc.constantFrom('Press 4', 'Pump'), description: fc.constantFrom('old', 'new') },
    { requiredKeys: [] },
  ),
  tags: fc.uniqueArray(fc.constantFrom('critical', 'line3', 'spare')),
  seen: fc.boolean(),
  cut: fc.option(fc.record({ before: names, after: names })),
});

/** A device with what a plan says about it. */
const make = (plan: Plan): Device => {
  const hostname = `host-${next().slice(0, 6)}`;
  const { device, caller } = enrol(plan.source, {
    hostname,
    macs: [`00:1b:21:${next().replace(/^(..)(..)(..).*/, '$1:$2:$3')}`],
  });
  const at = `2026-01-0${plan.day}T00:00:00Z`;
  report(device.id, plan.source, 'platform', [{ ...debian13 }], at);
  if (plan.software !== null) report(device.id, plan.source, 'software', packages(plan.software), at);
  if (plan.cut !== null) {
    const beside = (listed: readonly string[]) => listed.map((name) => ({ type: 'npm', name, version: '1' }));
    const platform = [{ ...debian13, packageKinds: ['npm: not read'] }];
    for (const listed of [plan.cut.before, plan.cut.after]) {
      const items = [...packages(plan.software ?? []), ...beside(listed)];
      report(device.id, plan.source, 'software', items, at);
      report(device.id, plan.source, 'platform', platform, at);
    }
  }
  if (plan.accounts !== null) report(device.id, plan.source, 'accounts', accounts(plan.accounts), at);
  if (plan.cards !== null) {
    const addresses = [`10.0.${plan.day}.1`];
    const identity = { name: hostname, dnsName: `${hostname}.site.example`, macs: plan.cards, ipv4: addresses };
    report(device.id, plan.source, 'identity', [identity], at);
  }
  if (plan.second !== null) report(device.id, plan.second.source, 'software', packages(plan.second.software), at);
  const said = { ...plan.decision, ...(plan.tags.length > 0 ? { tags: plan.tags } : {}) };
  if (Object.keys(said).length > 0) site.objects.put(admin, 'device-decision', device.publicId, said);
  if (plan.seen) {
    site.devices.heardClient(caller, { agent: 'x 1', from: '192.0.2.9' });
    site.devices.flush();
  }
  return site.devices.byId(device.id);
};

describe('a merge of two records', () => {
  it('and its undo leave every table as it was, whatever both held', () => {
    fc.assert(
      fc.property(planArbitrary, planArbitrary, (one, two) => {
        const keep = make(one);
        const other = make(two);
        const before = dump();
        const said = decisions(keep, other);
        const merge = site.devices.merge(admin, keep.id, other.id);
        expect(site.devices.find(other.id)).toBeUndefined();
        isWhole();
        site.devices.undoMerge(admin, merge);
        isWhole();
        expect(dump()).toEqual(before);
        expect(decisions(keep, other)).toEqual(said);
      }),
      { numRuns: runs(12) },
    );
    expect(site.events.verifyChain()).toMatchObject({ ok: true });
  });

  it('joins records of which one has a UUID that no report of it names, and keeps the hardware that is reported', () => {
    const madeUp = 'a3c1d2e4-5b6f-4a7b-8c9d-0e1f2a3b4c5d';
    const real = '4c4c4544-0031-3510-8052-b4c04f4a3799';
    const board = enrol('osquery', { hostname: 'board1', uuid: madeUp });
    const own = enrol('native', { hostname: 'board1', uuid: real });
    const merge = () => site.devices.merge(admin, board.device.id, own.device.id);
    // Nothing was reported yet: what they enrolled with counts.
    expect(codeOf(merge)).toBe('CONFLICT');
    report(board.device.id, 'osquery', 'identity', [{ name: 'board1', uuid: '' }], '2026-01-01T00:00:00Z');
    const number = merge();
    const uuidOf = (): unknown => site.db.prepare('select uuid from device where id = ?').pluck().get(board.device.id);
    expect(uuidOf()).toBe(real);
    site.devices.undoMerge(admin, number);
    expect(uuidOf()).toBe(madeUp);
  });

  it('lets a client that waited speak for the device that is kept, with the origin of each fact', () => {
    const uuid = '4c4c4544-0031-3510-8052-b4c04f4a3732';
    const macs = ['00:1b:21:aa:bb:01'];
    const own = enrol('native', { hostname: 'press4', uuid, macs });
    expect(own.state).toBe('approved');
    report(own.device.id, 'native', 'software', packages(['bash', 'curl']), '2026-01-01T00:00:00Z');
    const foreign = enrol('glpi', { hostname: 'press4', uuid, macs });
    expect(foreign).toMatchObject({ state: 'pending', device: { resembles: own.device.id, state: 'pending' } });
    const preview = site.devices.previewMerge(admin, own.device.id, foreign.device.id);
    expect(preview.sources).toEqual([{ source: 'glpi', agent: '', letIn: true }]);
    expect(site.devices.find(foreign.device.id)).toBeDefined();

    const merge = site.devices.merge(admin, own.device.id, foreign.device.id);
    // The journal keeps the numbers: what happened to both records is found at the one that stays.
    const records = site.devices.records(own.device.id);
    expect(records).toEqual([own.device.id, foreign.device.id]);
    const filter = site.events.language.read([['device', own.device.publicId]]);
    expect(site.events.list({ scope: wholeSite('job'), filter, type: ['device-pending'], limit: 5 }).rows).toHaveLength(
      1,
    );
    const clientId = site.devices.sourcesOf(own.device.id).find(({ source }) => source === 'glpi')?.clientId ?? '';
    const token = site.devices.sourcesOf(own.device.id).find(({ source }) => source === 'glpi')?.token ?? '';
    expect(site.devices.callerByClient('glpi', token, clientId)).toMatchObject({
      id: own.device.id,
      publicId: own.device.publicId,
      state: 'managed',
    });
    report(own.device.id, 'glpi', 'software', packages(['bash', 'vim']), '2026-01-02T00:00:00Z');
    report(own.device.id, 'glpi', 'accounts', accounts(['root']), '2026-01-02T00:00:00Z');
    const software = site.inventory.section(own.device.id, 'software');
    expect(software.map(({ name, _source }) => `${String(name)} ${_source}`).toSorted()).toEqual([
      'bash native',
      'curl native',
    ]);
    expect(site.inventory.section(own.device.id, 'accounts')[0]?._source).toBe('glpi');

    // What came through the client goes back with it.
    site.devices.undoMerge(admin, merge);
    isWhole();
    expect(site.inventory.section(own.device.id, 'accounts')).toEqual([]);
    expect(site.inventory.section(foreign.device.id, 'accounts')).toHaveLength(1);
    expect(site.devices.callerByClient('glpi', token, clientId)).toMatchObject({
      id: foreign.device.id,
      state: 'pending',
    });
    expect(site.devices.byId(foreign.device.id)).toMatchObject({ state: 'pending', resembles: own.device.id });
  });

  it('takes along what people entered about parts that have no number of their own', () => {
    const [one, two] = [enrol('native', { hostname: 'saw' }).device, enrol('glpi', { hostname: 'saw-2' }).device];
    const part = (device: Device): string => `device/${device.publicId}/memory/DDR5//A1`;
    const { id } = site.objects.create(admin, 'hardware-record', { name: 'A1', part: part(two), place: 'Hall 2' });
    const merge = site.devices.merge(admin, one.id, two.id);
    expect(site.objects.get('hardware-record', id).body).toMatchObject({ part: part(one), place: 'Hall 2' });
    site.devices.undoMerge(admin, merge);
    expect(site.objects.get('hardware-record', id).body['part']).toBe(part(two));
  });

  it('moves certificates, also one that is renewed meanwhile, and both clients go on', () => {
    const certify = (device: number, key: string, renewed?: ReturnType<typeof site.devices.authenticate>): string => {
      const fingerprint = next();
      const notAfter = Date.now() + 86_400_000;
      site.devices.recordCertificate(
        device,
        { fingerprint, serial: 'aa', keyDigest: key, notBefore: 0, notAfter },
        renewed,
      );
      return fingerprint;
    };
    const one = enrol('native', { hostname: 'pump-1' });
    const two = enrol('native', { hostname: 'pump-1b' });
    const first = certify(one.device.id, one.key);
    const second = certify(two.device.id, two.key);
    site.devices.authenticate(first, 'x');
    site.devices.authenticate(second, 'x');
    const merge = site.devices.merge(admin, one.device.id, two.device.id);
    const caller = site.devices.authenticate(second, 'x');
    expect(caller.id).toBe(one.device.id);
    const renewed = certify(one.device.id, next(), caller);
    expect(site.devices.authenticate(renewed, 'x').id).toBe(one.device.id);
    expect(codeOf(() => site.devices.authenticate(second, 'x'))).toBe('CERTIFICATE');
    expect(site.devices.authenticate(first, 'x').id).toBe(one.device.id);
    site.devices.undoMerge(admin, merge);
    expect(site.devices.authenticate(renewed, 'x').id).toBe(two.device.id);
    expect(site.devices.authenticate(first, 'x').id).toBe(one.device.id);
  });

  it('is undone newest first, and what was revoked meanwhile stays so', () => {
    const [a, b, c] = [
      enrol('native', { hostname: 'a' }),
      enrol('osquery', { hostname: 'b' }),
      enrol('glpi', { hostname: 'c' }),
    ];
    const first = site.devices.merge(admin, a.device.id, b.device.id);
    const second = site.devices.merge(admin, a.device.id, c.device.id);
    expect(codeOf(() => site.devices.undoMerge(admin, first))).toBe('CONFLICT');
    site.devices.revoke(admin, a.device.id);
    expect(site.devices.callerByKey('osquery', b.key)?.state).toBe('revoked');
    site.devices.undoMerge(admin, second);
    site.devices.undoMerge(admin, first);
    expect(site.devices.byId(b.device.id).state).toBe('revoked');
    expect(site.devices.callerByKey('osquery', b.key)).toMatchObject({ id: b.device.id, state: 'revoked' });
    expect(codeOf(() => site.devices.undoMerge(admin, first))).toBe('CONFLICT');
    expect(codeOf(() => site.devices.merge(admin, a.device.id, c.device.id))).toBe('CONFLICT');
  });

  it('needs the right, and two devices', () => {
    const one = enrol('native', { hostname: 'z' });
    const reader = { ...admin, rights: new Set(['devices:read'] as const) };
    expect(codeOf(() => site.devices.merge(reader, one.device.id, one.device.id))).toBe('FORBIDDEN');
    expect(codeOf(() => site.devices.merge(admin, one.device.id, one.device.id))).toBe('CONFLICT');
    expect(codeOf(() => site.devices.merge(admin, one.device.id, 999_999))).toBe('NOT_FOUND');
  });
});
