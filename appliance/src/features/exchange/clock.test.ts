import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { admin } from '../../../test/support/engines.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { wholeSite } from '../../platform/scope.ts';
import { believedMs, firstFloor } from './clock.ts';
import { exchangeStore } from './store.ts';

const dayMs = 86_400_000;

describe('the site clock', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;
  let base: number;

  /** Sets the system clock; timers run on. */
  const clockAt = (days: number): string => {
    vi.useFakeTimers({ toFake: ['Date'], now: base + days * dayMs });
    return toTime(base + days * dayMs);
  };
  const floor = () => site.exchange.state().floor;
  const events = (type: string) => site.events.list({ scope: wholeSite('job'), type: [type], limit: 50 }).rows;
  const nextReceipt = async () => {
    const asked = host.open(site.exchange.exportRequest(admin, medium).path, card);
    const done = await site.exchange.importBundle(admin, (await host.answer(medium, asked)).path);
    return site.exchange.receipt(done.result === 'imported' ? done.receipt : 0).predicate;
  };

  beforeEach(async () => {
    base = Math.floor(Date.now() / 1000) * 1000;
    site = await openAppliance();
    medium = join(site.folder, 'medium');
    mkdirSync(medium);
    host = makeHost(join(site.folder, 'host'));
    await host.publish();
    const file = await host.trustFile(join(site.folder, 'introduction'));
    card = site.exchange.siteCard(admin).bytes;
    await site.exchange.importTrust(admin, file, host.rootFingerprint);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await site.stop();
  });

  it('keeps the wall time, and never goes back', () => {
    const later = clockAt(20);
    site.exchange.noteTime();
    expect(floor()).toBe(later);
    clockAt(3);
    expect(site.exchange.noteTime()).toMatchObject({ isBehind: true, believed: later, doubtful: [] });
    expect(floor()).toBe(later);
    expect(events('clock-doubtful')).toMatchObject([{ params: { code: 'CLOCK_BEHIND' } }]);
  });

  it('has nothing to agree to while the clock is near', () => {
    clockAt(399);
    expect(site.exchange.time().doubtful).toEqual([]);
    expect(() => site.exchange.previewClock()).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('does not follow a clock that jumped until an operator agrees, with a reason that the receipt tells', async () => {
    const before = floor();
    const jumped = clockAt(500.5);
    expect(site.exchange.noteTime().doubtful).toMatchObject([{ source: 'clock', time: jumped, daysAhead: 500 }]);
    expect(floor()).toBe(before);
    expect(events('clock-doubtful')).toMatchObject([{ params: { code: 'CLOCK_SUSPECT' } }]);
    expect(site.exchange.previewClock()).toMatchObject({ from: before, to: jumped });
    expect(
      site.exchange
        .previewClock()
        .expires.map(({ role }) => role)
        .sort(),
    ).toEqual(['snapshot', 'targets', 'timestamp']);
    expect(floor()).toBe(before);

    const reader = { ...admin, rights: new Set(['exchange:read' as const]) };
    expect(() => site.exchange.agreeClock(reader, 'yes')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
    expect(() => site.exchange.agreeClock(admin, ' ')).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(site.exchange.agreeClock(admin, 'stood without power')).toMatchObject({ to: jumped });
    expect(floor()).toBe(jumped);
    expect(events('clock-agreed')).toMatchObject([
      { params: { source: 'clock', time: Date.parse(jumped), reason: 'stood without power' } },
    ]);
    // The clock was wrong all the same: the floor stays, for good.
    clockAt(0);
    await host.publish();
    site.exchange.noteTime();
    expect(floor()).toBe(jumped);
  });

  it('tells an override once, in the next receipt', async () => {
    const jumped = clockAt(401);
    site.exchange.agreeClock(admin, 'the battery was empty');
    await host.publish();
    const predicate = await nextReceipt();
    expect(predicate.overrides).toMatchObject([{ code: 'CLOCK_SUSPECT', reason: 'the battery was empty' }]);
    expect(predicate.floor >= jumped).toBe(true);
    expect((await nextReceipt()).overrides).toEqual([]);
  });

  it('refuses a reason that names somebody of the site', () => {
    clockAt(500);
    site.objects.create(admin, 'account', { name: 'dana.karim', fullName: 'Dana Karimova', roles: [] });
    expect(() => site.exchange.agreeClock(admin, 'asked by Dana Karimova')).toThrow(
      expect.objectContaining({ code: 'FINDINGS' }),
    );
    expect(events('clock-agreed')).toEqual([]);
  });

  it('keeps a bundle whose issued_at is too far ahead out of the floor until an operator agrees', async () => {
    const asked = host.open(site.exchange.exportRequest(admin, medium).path, card);
    const issuedAt = toTime(base + 450 * dayMs);
    const bundle = await host.answer(medium, asked, { issuedAt, expires: toTime(base + 500 * dayMs) });
    expect(await site.exchange.importBundle(admin, bundle.path)).toMatchObject({
      result: 'imported',
      summary: { warnings: expect.arrayContaining(['CLOCK_SUSPECT']) },
    });
    expect(floor() < issuedAt).toBe(true);
    expect(site.exchange.time().doubtful).toMatchObject([{ source: 'bundle', time: issuedAt }]);
    // The clock comes near enough by itself: then the bundle counts, and nobody needs to agree.
    clockAt(100);
    site.exchange.noteTime();
    expect(floor()).toBe(issuedAt);
    expect(site.exchange.time().doubtful).toEqual([]);
  });

  it('asks which one is right when clock and bundle are both in doubt', async () => {
    const asked = host.open(site.exchange.exportRequest(admin, medium).path, card);
    const issuedAt = toTime(base + 450 * dayMs);
    await site.exchange.importBundle(
      admin,
      (await host.answer(medium, asked, { issuedAt, expires: toTime(base + 500 * dayMs) })).path,
    );
    clockAt(20_000);
    expect(() => site.exchange.agreeClock(admin, 'which?')).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(site.exchange.agreeClock(admin, 'the bundle is right', 'bundle')).toMatchObject({ to: issuedAt });
    expect(floor()).toBe(issuedAt);
    expect(site.exchange.time().doubtful).toMatchObject([{ source: 'clock' }]);
  });

  it('is never before the release', () => {
    const released = toTime(base + 40 * dayMs);
    expect(exchangeStore(site.db, released).state()?.floor).toBe(released);
    expect(exchangeStore(site.db, '2020-01-01T00:00:00Z').state()?.floor).toBe(floor());
  });
});

describe('the first floor', () => {
  it.each([
    ['the clock', '2026-11-24T00:00:00Z', '2026-06-01T00:00:00Z', '2026-11-24T00:00:00Z'],
    [
      'the release, under a clock that is behind',
      '1970-01-01T00:00:00Z',
      '2026-06-01T00:00:00Z',
      '2026-06-01T00:00:00Z',
    ],
    [
      'the release, under a clock that has jumped',
      '2099-01-01T00:00:00Z',
      '2026-06-01T00:00:00Z',
      '2026-06-01T00:00:00Z',
    ],
    ['the clock, where no release is known', '2026-11-24T00:00:00Z', undefined, '2026-11-24T00:00:00Z'],
  ])('is %s', (_, clock, released, expected) => {
    expect(firstFloor(clock, released)).toBe(expected);
  });

  it('is what counts while the clock is not believed', () => {
    const floor = '2026-06-01T00:00:00Z';
    expect(toTime(believedMs(floor, Date.parse('2099-01-01T00:00:00Z')))).toBe(floor);
    expect(toTime(believedMs(floor, Date.parse('1970-01-01T00:00:00Z')))).toBe(floor);
    expect(toTime(believedMs(floor, Date.parse('2026-07-01T00:00:00Z')))).toBe('2026-07-01T00:00:00Z');
  });
});
