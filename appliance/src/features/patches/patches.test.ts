import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { agreeToLists } from '../../../../test/support/agreed-lists.ts';
import { dayMs, openPatchSite, type PatchSite } from '../../../test/support/controllers/patch-site.ts';
import { type Actor, systemActor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { CHECK_ITEMS, type Patch } from './types.ts';

let site: PatchSite;
let ann: Actor;
let owner: Actor;
let guard: Actor;
let senior: Actor;
beforeEach(async () => {
  site = await openPatchSite();
  ann = site.person('ann');
  owner = site.person('otto', 'ot-owner');
  guard = site.person('gerda', 'security');
  senior = site.person('sam', 'senior-approver');
});
afterEach(() => site.close());

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    return toFailure(error).code;
  }
  return 'nothing';
};
const patchOf = (extra = {}): Patch =>
  site.patches.create(ann, {
    patchId: 'SP-2.9.4',
    vendor: 'Siemens',
    product: 'CPU 1515',
    productVersion: '2.9',
    targetVersion: 'V2.9.4',
    ...extra,
  });
const list = (state: string, extra = '', date = '2026-11-01'): Uint8Array =>
  Buffer.from(
    `vendor,product,productVersion,patchId,vendorState,testedDate,remarks\nSiemens,CPU 1515,2.9,SP-2.9.4,${state},${date},tested in lab\n${extra}`,
  );
const importList = (bytes: Uint8Array, dryRun = false) =>
  site.patches.approvals.importList(ann, bytes, { name: 'list.csv', preset: 'neutral', dryRun });
const test = { reason: 'test it', evidence: { testedOn: 'bench' as const } };
const read = () => site.patches.within(wholeSite('job'));
const states = (id: number): string[] =>
  read()
    .history(id)
    .map(({ to }) => to);

/** A patch that waits for its window. */
const scheduled = (): Patch => {
  importList(list('vendor_approved'));
  agreeToLists(site);
  const [first] = read().list({ limit: 1 }).rows;
  if (first === undefined) throw new Error('the list made no patch');
  const { id } = first;
  const { patches } = site;
  patches.describe(ann, id, { targetVersion: 'V2.9.4' });
  patches.move(ann, id, { to: 'site_testing', ...test });
  const asked = patches.move(ann, id, { to: 'authorized', reason: 'passed', evidence: { reference: 'report 7' } });
  patches.sign(owner, asked.request ?? 0, { agrees: true, comment: '' });
  site.controller('controller-1');
  patches.setTarget(ann, id, 'controller-1', true);
  const window = site.objects.create(systemActor, 'maintenance-window', {
    name: 'Sundays',
    recurrence: '2nd Sunday 06-10',
    zones: ['cell-3'],
    leadDays: 14,
  });
  return patches.move(ann, id, {
    to: 'scheduled',
    reason: 'next window',
    evidence: { window: window.id, windowFrom: Date.UTC(2026, 11, 13, 6) },
  }).patch;
};

const answerAll = async (id: number): Promise<void> => {
  const firmware = await site.patches.attach(ann, 'fw 2.9.2', Buffer.from('firmware'));
  for (const item of CHECK_ITEMS) {
    const value = { 'tool-version': 'V19', 'rollback-firmware': firmware, 'key-switch': 'RUN' }[item as string] ?? null;
    site.patches.answer(ann, id, 'controller-1', { item, answer: 'yes', note: '', value });
  }
};

describe('a patch', () => {
  it('goes all the way, each gate by itself, and its history says who, why and on what', async () => {
    const { patches, time } = site;
    const { id } = scheduled();
    expect(read().get(id)).toMatchObject({ state: 'scheduled', window: { from: Date.UTC(2026, 11, 13, 6) } });
    time.now = Date.UTC(2026, 11, 13, 7);
    const install = () =>
      patches.move(ann, id, { to: 'installed', reason: 'done', evidence: { installedAt: time.now - 60_000 } });
    expect(refusal(install)).toBe('GATE_CLOSED');
    await answerAll(id);
    expect(install().patch.state).toBe('installed');
    time.now += 3_600_000;
    const verify = () => patches.move(ann, id, { to: 'verified', reason: 'read', evidence: {} });
    // What was read before the installation proves nothing, nor does another version.
    expect(refusal(verify)).toBe('GATE_CLOSED');
    site.controller('controller-1', { readAt: time.now, firmware: 'V2.9.2' });
    expect(refusal(verify)).toBe('GATE_CLOSED');
    site.controller('controller-1', { readAt: time.now, firmware: 'V2.9.4' });
    expect(verify().patch.state).toBe('verified');
    expect(states(id)).toEqual(['verified', 'installed', 'scheduled', 'authorized', 'site_testing', 'vendor_approved']);
    expect(read().history(id)[3]).toMatchObject({
      actor: `account:${ann.id}`,
      reason: 'passed',
      evidence: { reference: 'report 7' },
      signed: [{ actor: `account:${owner.id}`, roles: ['ot-owner'] }],
    });
    expect(read().targets(id)[0]).toMatchObject({ before: { firmware: 'V2.9.2' }, after: { firmware: 'V2.9.4' } });
    expect(site.events.verifyChain().ok).toBe(true);
  });

  it('is not signed by who asked, by nobody in the role, nor by a token of the same person', () => {
    const { patches } = site;
    importList(list('vendor_rejected'));
    const id = read().list({ limit: 1 }).rows[0]?.id ?? 0;
    expect(refusal(() => patches.move(ann, id, { to: 'authorized', reason: 'x', evidence: { reference: 'y' } }))).toBe(
      'NO_SUCH_MOVE',
    );
    const { request } = patches.move(owner, id, { to: 'site_testing', ...test });
    expect(request).not.toBeNull();
    const number = request ?? 0;
    const sign = (who: Actor) => refusal(() => patches.sign(who, number, { agrees: true, comment: '' }));
    expect(sign(owner)).toBe('APPROVAL_SELF');
    expect(sign(ann)).toBe('FORBIDDEN');
    const token = site.objects.create(systemActor, 'token', {
      name: 't',
      purpose: 'api',
      hash: 'a'.repeat(64),
      account: owner.id,
    });
    expect(sign({ ...owner, type: 'token', id: token.id })).toBe('APPROVAL_TOKEN');
    expect(refusal(() => patches.move(ann, id, { to: 'site_testing', ...test }))).toBe('CONFLICT');
    expect(patches.sign(guard, number, { agrees: true, comment: '' })).toMatchObject({ done: true });
    expect(read().get(id)).toMatchObject({ state: 'site_testing', overriddenAt: site.time.now });
    expect(refusal(() => patches.sign(guard, number, { agrees: true, comment: '' }))).toBe('CONFLICT');
  });

  it('is stopped by the OT owner while others sign, and falls back when its time is over', () => {
    const { patches, time } = site;
    const { id } = patchOf();
    const { request } = patches.move(ann, id, { to: 'site_testing', ...test });
    expect(refusal(() => patches.sign(owner, request ?? 0, { agrees: false, comment: '' }))).toBe('INVALID');
    patches.sign(owner, request ?? 0, { agrees: false, comment: 'not in winter' });
    expect(read().requests(id)).toEqual([]);
    patches.move(ann, id, { to: 'deferred', reason: 'winter', evidence: { until: time.now + 5 * dayMs } });
    time.now += 5 * dayMs - 1;
    patches.tick();
    expect(read().get(id).state).toBe('deferred');
    time.now += 1;
    patches.tick();
    expect(read().get(id).state).toBe('imported');
    expect(read().history(id)[0]).toMatchObject({ type: 'expiry', from: 'deferred', to: 'imported' });
    expect(site.events.list({ scope: wholeSite('job'), type: ['patch-expired'], limit: 5 }).total).toBe(1);
  });

  it('has clocks whose end is said once, and moved only with a senior approver', () => {
    const { patches, time } = site;
    const { id } = patchOf();
    time.now += 36 * dayMs;
    patches.tick();
    patches.tick();
    expect(site.events.list({ scope: wholeSite('job'), type: ['patch-overdue'], limit: 5 }).total).toBe(1);
    expect(read().list({ overdue: true, limit: 5 }).total).toBe(1);
    const { request } = patches.extend(senior, id, {
      deadline: 'evaluated',
      until: time.now + 9 * dayMs,
      reason: 'lab',
    });
    expect(refusal(() => patches.sign(senior, request ?? 0, { agrees: true, comment: '' }))).toBe('APPROVAL_SELF');
    expect(refusal(() => patches.sign(owner, request ?? 0, { agrees: true, comment: '' }))).toBe('FORBIDDEN');
    const other = site.person('sol', 'senior-approver');
    patches.sign(other, request ?? 0, { agrees: true, comment: '' });
    expect(read().get(id).overdue).toEqual([]);
    time.now += 10 * dayMs;
    patches.tick();
    expect(site.events.list({ scope: wholeSite('job'), type: ['patch-overdue'], limit: 5 }).total).toBe(2);
  });
});

describe("the vendor's list", () => {
  it('is shown before it counts, says what is wrong beside each row, changes nothing twice', () => {
    const { patches } = site;
    const faulty = list(
      'vendor_testing',
      'Siemens,CPU 1516,2.9,X,splendid,2026-02-30,\n,,,,vendor_approved,,\nSiemens,CPU 1515,2.9,SP-2.9.4,vendor_approved,,\n',
    );
    const preview = importList(faulty, true);
    expect(preview).toMatchObject({ import: null, changed: 1, rows: [{ outcome: 'new', line: 2 }] });
    expect(preview.faults.map(({ line, field, code }) => `${line} ${field} ${code}`)).toEqual([
      '3 vendorState unknown-word',
      '3 testedDate not-a-day',
      '4 vendor missing',
      '4 product missing',
      '4 patchId missing',
      '5 patchId twice',
    ]);
    expect(read().list({ limit: 5 }).total).toBe(0);
    expect(importList(faulty).changed).toBe(1);
    const again = importList(faulty);
    expect(again).toMatchObject({ import: null, changed: 0, rows: [{ outcome: 'unchanged' }] });
    expect(patches.approvals.list(5)).toHaveLength(1);
    // An older word never replaces a newer one.
    expect(importList(list('vendor_rejected', '', '2026-10-01')).rows[0]?.outcome).toBe('older');
    expect(read().list({ limit: 5 }).rows[0]?.state).toBe('vendor_testing');
  });

  it('is taken back as a whole, but for what people went on with', () => {
    const { patches } = site;
    importList(list('vendor_testing', 'Siemens,CPU 1516,2.9,B,vendor_testing,2026-11-01,\n'));
    const second = importList(list('imported', '', '2026-11-20'));
    expect(
      read()
        .list({ limit: 5 })
        .rows.map(({ state }) => state),
    ).toEqual(['imported', 'vendor_testing']);
    expect(patches.approvals.undo(ann, second.import ?? 0)).toEqual({ restored: 1, removed: 0, kept: [] });
    expect(read().list({ limit: 5 }).rows[0]).toMatchObject({ state: 'vendor_testing', verdict: 'vendor_testing' });
    const [one, two] = read().list({ limit: 5 }).rows;
    const until = site.time.now + dayMs;
    patches.move(ann, two?.id ?? 0, { to: 'deferred', reason: 'winter', evidence: { until } });
    expect(patches.approvals.undo(ann, 1)).toEqual({ restored: 0, removed: 0, kept: [two?.id, one?.id] });
    expect(refusal(() => patches.approvals.undo(ann, 1))).toBe('CONFLICT');
  });

  it('pulls back what the site had authorized, and speaks the words of its vendor', () => {
    const { patches } = site;
    const { id } = scheduled();
    const words = Buffer.from(
      'sep=;\npatchId;product;productVersion;vendorState\nSP-2.9.4;CPU 1515;2.9;Failed Product\n',
    );
    const result = patches.approvals.importList(ann, words, { name: 's.csv', preset: 'siemens', dryRun: false });
    expect(result.rows[0]).toMatchObject({ outcome: 'pulls-back', before: 'scheduled', after: 'vendor_rejected' });
    expect(read().get(id)).toMatchObject({ state: 'vendor_rejected', window: null });
    expect(site.events.list({ scope: wholeSite('job'), type: ['patch-vendor-refused'], limit: 5 }).total).toBe(1);
  });

  it('is refused when it is none, and comes as JSON or with a bundle as well', () => {
    const { patches } = site;
    const read = (text: string) => refusal(() => importList(Buffer.from(text)));
    expect(read('')).toBe('MALFORMED');
    expect(read('a,b\n1,2\n')).toBe('MALFORMED');
    expect(read('{"approvals": 3}')).toBe('MALFORMED');
    expect(read('[1]')).toBe('MALFORMED');
    expect(read('[{"a":')).toBe('METADATA');
    expect(refusal(() => importList(Buffer.alloc(17 << 20, 44)))).toBe('TOO_LARGE');
    const json = [{ vendor: 'A', product: 'P', productVersion: '1', patchId: 'J', vendorState: 'vendor_testing' }];
    expect(importList(Buffer.from(`\ufeff${JSON.stringify({ approvals: json })}`)).changed).toBe(1);
    const bundle = { name: 'bundle 1', sha256: 'b'.repeat(64) };
    const lines = [
      {
        path: 'firmware/fw.bin',
        sha256: 'c'.repeat(64),
        approval: [{ vendor: 'A', product: 'P', verdict: 'conditional' as const, date: '2026-11-01T00:00:00Z' }],
      },
    ];
    expect(patches.approvals.takeBundle(systemActor, bundle, lines).changed).toBe(1);
    expect(patches.approvals.takeBundle(systemActor, bundle, lines).changed).toBe(0);
    expect(site.patches.within(wholeSite('job')).list({ search: 'fw.bin', limit: 5 }).rows[0]).toMatchObject({
      state: 'vendor_testing',
      sha256: 'c'.repeat(64),
    });
  });
});

describe('the gate of the vendor', () => {
  const later = '2026-11-25';
  const rejected = (): number => {
    importList(list('vendor_rejected', '', '2026-11-10'));
    return read().list({ limit: 1 }).rows[0]?.id ?? 0;
  };
  const gateOf = (id: number) => {
    const option = read()
      .options(id)
      .find(({ to }) => to === 'site_testing');
    return { slots: option?.slots.map(({ role }) => role), verdict: read().get(id).verdict };
  };
  const closed = { slots: ['ot-owner', 'security'], verdict: 'vendor_rejected' };

  /** What one person may try, and where it leaves the patch. */
  const tries: Record<string, (who: Actor, id: number) => void> = {
    'a list that approves': (who) => take(who, list('vendor_approved', '', later)),
    'a list that releases': (who) => take(who, list('vendor_released', '', later)),
    'a list that tests again': (who) => take(who, list('vendor_testing', '', later)),
    'a list that knows nothing': (who) => take(who, list('imported', '', later)),
    'a list without a day': (who) => take(who, list('vendor_approved', '', '')),
    'the same list twice': (who) => {
      take(who, list('vendor_approved', '', later));
      take(who, list('vendor_approved', '', later));
    },
    'a list that refuses otherwise, then one that approves': (who) => {
      take(who, list('not_applicable', '', later));
      take(who, list('vendor_rejected', '', '2026-11-26'));
      take(who, list('vendor_approved', '', '2026-11-27'));
    },
    'the same by JSON': (who) => {
      const row = { vendor: 'Siemens', product: 'CPU 1515', productVersion: '2.9', patchId: 'SP-2.9.4' };
      take(who, Buffer.from(JSON.stringify([{ ...row, vendorState: 'vendor_approved', testedDate: later }])));
    },
    'a move by hand to approved': (who, id) =>
      site.patches.move(who, id, { to: 'vendor_approved', reason: 'mail', evidence: { reference: 'mail 3' } }),
    'a move by hand to testing': (who, id) =>
      site.patches.move(who, id, { to: 'vendor_testing', reason: 'mail', evidence: { reference: 'mail 3' } }),
    'taking the refusal back': (who) => site.patches.approvals.undo(who, 1),
    'taking the refusal back, then a list that approves': (who) => {
      site.patches.approvals.undo(who, 1);
      take(who, list('vendor_approved', '', later));
    },
  };
  const take = (who: Actor, bytes: Uint8Array): void => {
    site.patches.approvals.importList(who, bytes, { name: 'by-hand.csv', preset: 'neutral', dryRun: false });
  };

  it.each(Object.keys(tries))('is not opened by one person: %s', (name) => {
    for (const who of [ann, owner, guard]) {
      const id = rejected();
      tries[name]?.(who, id);
      expect(gateOf(id)).toEqual(closed);
      // Straight into the site's own test goes nobody alone.
      const asked = site.patches.move(who, id, { to: 'site_testing', ...test });
      expect(asked).toMatchObject({ request: expect.any(Number), patch: { state: 'vendor_rejected' } });
      site.patches.sign(who, asked.request ?? 0, { agrees: false, comment: 'again' });
      for (const open of read().requests(id)) site.patches.sign(owner, open.id, { agrees: false, comment: 'again' });
      site.db.exec('delete from ot_patch_import_row; delete from ot_patch; delete from ot_patch_import');
      site.db.exec("delete from sqlite_sequence where name = 'ot_patch_import'");
    }
  });

  it('opens when the two roles have signed what a list proposes, which the patch shows until then', () => {
    const { patches } = site;
    const id = rejected();
    const result = importList(list('vendor_approved', '', later));
    expect(result).toMatchObject({
      changed: 0,
      proposed: 1,
      rows: [{ outcome: 'proposed', after: 'vendor_rejected' }],
    });
    const [waiting] = read().requests(id);
    expect(waiting).toMatchObject({
      type: 'verdict',
      target: 'vendor_approved',
      verdict: { list: 'list.csv' },
      open: [{ role: 'ot-owner' }, { role: 'security' }],
    });
    expect(read().get(id)).toMatchObject({ state: 'vendor_rejected', waiting: 1 });
    expect(importList(list('vendor_approved', '', later)).rows[0]?.outcome).toBe('unchanged');
    const sign = (who: Actor) => patches.sign(who, waiting?.id ?? 0, { agrees: true, comment: '' });
    expect(refusal(() => sign(ann))).toBe('APPROVAL_SELF');
    expect(refusal(() => sign(senior))).toBe('FORBIDDEN');
    expect(sign(owner).done).toBe(false);
    expect(gateOf(id)).toEqual(closed);
    expect(sign(guard).done).toBe(true);
    expect(read().get(id)).toMatchObject({ state: 'vendor_approved', verdict: 'vendor_approved', waiting: 0 });
    expect(read().history(id)[0]).toMatchObject({
      type: 'verdict',
      actor: `account:${ann.id}`,
      evidence: { reference: 'list.csv, 2: vendor_approved' },
    });
    const roles = read()
      .history(id)[0]
      ?.signed.flatMap(({ roles: own }) => own);
    expect(new Set(roles)).toEqual(new Set(['ot-owner', 'security']));
    expect(patches.move(ann, id, { to: 'site_testing', ...test }).patch.state).toBe('site_testing');
    expect(site.events.verifyChain().ok).toBe(true);
  });

  it('is opened by a signed bundle alone, which answers what a list proposed', () => {
    const { patches } = site;
    const bundle = (date: string, verdict: 'tested' | 'failed') =>
      patches.approvals.takeBundle(systemActor, { name: `bundle ${date}`, sha256: 'b'.repeat(64) }, [
        { path: 'fw.bin', sha256: 'c'.repeat(64), approval: [{ vendor: 'A', product: 'P', verdict, date }] },
      ]);
    bundle('2026-11-01T00:00:00Z', 'failed');
    const id = read().list({ search: 'fw.bin', limit: 1 }).rows[0]?.id ?? 0;
    const byHand = 'vendor,product,patchId,vendorState,testedDate\nA,P,fw.bin,vendor_approved,2026-11-02\n';
    expect(importList(Buffer.from(byHand)).proposed).toBe(1);
    // The refusal of a bundle is not taken back by one person.
    expect(patches.approvals.undo(ann, 1)).toEqual({ restored: 0, removed: 0, kept: [id] });
    expect(read().get(id)).toMatchObject({ state: 'vendor_rejected', waiting: 1 });
    bundle('2026-11-03T00:00:00Z', 'tested');
    expect(read().get(id)).toMatchObject({ state: 'vendor_approved', waiting: 0 });
  });

  it('counts a patch of which nothing was known as closed where the vendor comes first', () => {
    const { patches } = site;
    site.objects.setSetting(systemActor, 'patches.vendor-first', true);
    const result = importList(list('vendor_approved'));
    expect(result).toMatchObject({ changed: 0, proposed: 1 });
    expect(read().list({ limit: 1 }).rows[0]).toMatchObject({ state: 'imported', waiting: 1 });
    // A list that is taken back proposes nothing any more.
    patches.approvals.undo(ann, result.import ?? 0);
    expect(read().list({ limit: 1 }).rows[0]).toMatchObject({ state: 'imported', waiting: 0 });
  });
});

describe('accepted risks', () => {
  const acceptance = (extra = {}) =>
    site.objects.create(ann, 'risk-acceptance', {
      name: 'no spare',
      vulnerability: 'CVE-2026-1',
      product: 'CPU 1515',
      versions: '<2.9.4',
      reason: 'no spare part',
      owner: owner.id,
      expiresAt: '2027-01-31T00:00:00Z',
      ...extra,
    }).id;
  const finding = {
    vulnerability: 'cve-2026-1',
    vendor: 'Siemens',
    products: ['CPU 1515'],
    zones: [],
    version: 'V2.9.2',
  };

  it('suppress only what another person approved, until they end or are changed', () => {
    const { measures } = site.patches;
    const id = acceptance();
    const holds = (extra = {}): boolean => measures.suppressor()({ ...finding, ...extra }) !== undefined;
    expect(holds()).toBe(false);
    for (const who of [ann, owner]) expect(refusal(() => measures.approve(who, id))).toBe('APPROVAL_SELF');
    measures.approve(guard, id);
    expect(holds()).toBe(true);
    expect(measures.acceptance(id).state).toBe('in-force');
    const seen = { ...finding, controller: 'controller-9' };
    expect(measures.holding().of(seen)).toMatchObject({ kind: 'risk-acceptance', name: 'no spare' });
    expect(measures.holding().of({ ...seen, version: null })).toBeUndefined();
    // A mitigation holds back what it names, where it stands, until its review is due.
    const made = site.objects.create(ann, 'mitigation', {
      name: 'Key switch',
      measure: 'key-switch',
      controllers: ['controller-9'],
      zones: ['cell-7'],
      vulnerabilities: ['CVE-2026-2'],
      owner: owner.id,
      expiresAt: '2027-01-31T00:00:00Z',
      reviewAt: '2026-12-31T00:00:00Z',
    });
    const other = { ...seen, vulnerability: 'CVE-2026-2' };
    expect(measures.holding().of(other)).toMatchObject({ kind: 'mitigation', measure: made.id });
    expect(measures.holding().of({ ...other, controller: 'controller-8', zones: ['cell-7'] })).toMatchObject({
      name: 'Key switch',
    });
    expect(measures.holding().of({ ...other, controller: 'controller-8' })).toBeUndefined();
    site.objects.update(ann, 'mitigation', made.id, { reviewAt: '2026-01-01T00:00:00Z' });
    expect(measures.holding().of(other)).toBeUndefined();
    site.objects.remove(ann, 'mitigation', made.id);
    expect(holds({ version: 'V2.9' })).toBe(false);
    expect(holds({ version: null })).toBe(false);
    expect(holds({ version: 'V2.9.4' })).toBe(false);
    expect(holds({ vulnerability: 'CVE-2026-2' })).toBe(false);
    site.objects.update(ann, 'risk-acceptance', id, { versions: '*' });
    expect(measures.acceptance(id).state).toBe('changed');
    expect(holds()).toBe(false);
    measures.approve(guard, id);
    site.time.now = Date.parse('2027-01-20T00:00:00Z');
    site.patches.tick();
    site.patches.tick();
    expect(site.events.list({ scope: wholeSite('job'), type: ['measure-ends'], limit: 5 }).total).toBe(1);
    expect(holds()).toBe(true);
    site.time.now = Date.parse('2027-01-31T00:00:00Z');
    site.patches.tick();
    expect(holds()).toBe(false);
    expect(site.events.list({ scope: wholeSite('job'), type: ['measure-over'], limit: 5 }).total).toBe(1);
  });

  it('are refused without an end, a scope or a range', () => {
    expect(refusal(() => acceptance({ expiresAt: undefined }))).toBe('INVALID');
    expect(refusal(() => acceptance({ product: undefined }))).toBe('INVALID');
    expect(refusal(() => acceptance({ versions: 'some' }))).toBe('INVALID');
    expect(refusal(() => acceptance({ files: ['x'] }))).toBe('INVALID');
  });
});
