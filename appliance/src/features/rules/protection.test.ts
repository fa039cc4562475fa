import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices, reportSection } from '../../../test/support/fleet.ts';
import { wholeSite } from '../../platform/scope.ts';
import { deviceList } from '../devices/list-queries.ts';
import { eventOfReason } from './engine.ts';
import { ruleService } from './service.ts';
import { levels, protectionReasons } from './types.ts';

const clock = { now: Date.parse('2026-11-24T10:00:00Z') };

const site = await openAppliance();
const rules = ruleService({ ...site, clock: () => clock.now });
const list = deviceList(site.db, site.deviceFilters);
afterAll(() => site.stop());

type Said = { key: string; level: string; since?: number };

const healthy = (): number => {
  const [device = 0] = addDevices(site.db, [{ lastSeenAt: clock.now, state: 'managed' }]);
  reportSection(site.inventory, device, 'software', [{ type: 'deb', name: 'bash', version: '5.2', arch: 'amd64' }]);
  return device;
};
type Product = Record<string, unknown>;
const antivirus = (said: Product): Product => ({ product: 'ClamAV', kind: 'antivirus', version: '1.4.3', ...said });
const report = (device: number, products: readonly Product[]): void =>
  reportSection(site.inventory, device, 'protection', products);

const look = (device: number): { level: string | undefined; reasons: Said[] } => {
  rules.recomputePending();
  const row = site.db
    .prepare<[number], { level: number; reasons: string }>('select level, reasons from device_status where device = ?')
    .get(device);
  return { level: levels[row?.level ?? -1], reasons: JSON.parse(row?.reasons ?? '[]') as Said[] };
};
const named = (device: number): string[] =>
  look(device).reasons.map(({ key, level }) => `${level} ${key.replace('devices.reason.', '')}`);
const eventsOf = (device: number): string[] =>
  site.events
    .list({ scope: wholeSite('job'), limit: 50, device, type: Object.values(eventOfReason) })
    .rows.map(({ type }) => type);
const rows = (reason: (typeof protectionReasons)[number]): number =>
  list.count({ field: 'reason', op: '=', value: reason }, wholeSite('job'));

describe('what security products say is a reason of the status', () => {
  it.each<[string, Product[], string[]]>([
    ['all is well', [antivirus({ state: 'on', realTime: 'on', threatsNotCured: 0 })], []],
    ['nothing is said', [], []],
    ['antivirus off', [antivirus({ state: 'off' })], ['critical protectionOff']],
    ['antivirus failing', [antivirus({ state: 'failing' })], ['critical protectionOff']],
    ['antivirus paused', [antivirus({ state: 'paused' })], ['critical protectionOff']],
    ['not known whether it is on', [antivirus({ state: 'unknown' })], []],
    [
      'another antivirus is on',
      [antivirus({ state: 'off' }), antivirus({ product: 'Defender', state: 'on', realTime: 'on' })],
      [],
    ],
    ['a firewall is off', [{ product: 'nft', kind: 'firewall', state: 'off' }], []],
    [
      'files are not checked as they are opened',
      [antivirus({ state: 'on', realTime: 'off' })],
      ['warning realTimeOff'],
    ],
    ['a threat that is not cured', [antivirus({ state: 'on', threatsNotCured: 2 })], ['critical threatNotCured']],
    ['threats that were cured', [antivirus({ state: 'on', threatsFound: 2, threatsNotCured: 0 })], []],
    [
      'critical, in the product’s own words',
      [antivirus({ state: 'on', reportedStatus: 'Critical' })],
      ['critical productSays'],
    ],
    ['a warning of its own', [antivirus({ state: 'on', reportedStatus: 'warning' })], ['warning productSays']],
    ['OK, in its own words', [antivirus({ state: 'on', reportedStatus: 'OK' })], []],
  ])('%s', (_name, products, reasons) => {
    const device = healthy();
    if (products.length > 0) report(device, products);
    expect(named(device)).toEqual(reasons);
    expect(eventsOf(device).toSorted()).toEqual(
      protectionReasons
        .filter((name) => reasons.some((one) => one.endsWith(` ${name}`)))
        .map((name) => eventOfReason[name]),
    );
  });

  it('is dated by the look that found it, told once, and over when the product says so', () => {
    const device = healthy();
    report(device, [antivirus({ state: 'on' })]);
    expect(named(device)).toEqual([]);
    clock.now += 60_000;
    const began = clock.now;
    report(device, [antivirus({ state: 'off' })]);
    expect(look(device).reasons).toMatchObject([{ key: 'devices.reason.protectionOff', since: began }]);
    const found = rows('protectionOff');
    expect(list.reasonCounts(wholeSite('job')).protectionOff).toBe(found);
    clock.now += 60_000;
    report(device, [antivirus({ state: 'off', threatsNotCured: 1 })]);
    expect(look(device).reasons.map(({ since }) => since)).toEqual([clock.now, began]);
    expect(eventsOf(device)).toEqual(['threat-not-cured', 'protection-off']);
    report(device, [antivirus({ state: 'on', threatsNotCured: 0 })]);
    expect(named(device)).toEqual([]);
    expect(rows('protectionOff')).toBe(found - 1);
    clock.now += 60_000;
    report(device, [antivirus({ state: 'off' })]);
    expect(look(device).reasons).toMatchObject([{ since: clock.now }]);
    expect(eventsOf(device)).toEqual(['protection-off', 'threat-not-cured', 'protection-off']);
  });
});
