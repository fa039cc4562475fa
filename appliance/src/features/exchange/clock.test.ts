import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { setClocks } from '../../../test/support/clocks.ts';
import { admin } from '../../../test/support/engines.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import type { Actor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { firstFloor } from './clock.ts';
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
    // The wall clock is the test's, and the boot clock stands: what is certain does not move by itself.
    site = await openAppliance(undefined, undefined, setClocks);
    medium = join(site.folder, 'medium');
    mkdirSync(medium);
    host = makeHost(join(site.folder, 'host'));
    await host.publish();
    const file = await host.trustFile(join(site.folder, 'introduction'));
    card = site.exchange.siteCard(admin).bytes;
    await site.exchange.importTrust(admin, file, host.rootFingerprint);
    // After what is signed: to the second, as documents have it.
    base = Math.ceil(Date.now() / 1000) * 1000;
    clockAt(0);
  });
  afterEach(async () => {
    vi.useRealTimers();
    await site.stop();
  });

  /** An account that a person signed in to just now. */
  const signedIn = (name: string): Actor => {
    const { id } = site.objects.create(admin, 'account', { name, fullName: `${name} Q.`, roles: ['administrator'] });
    return { type: 'account', id, label: name, rights: new Set(['all'] as const), authenticatedAt: site.time.now() };
  };
  const fresh = (actor: Actor, from?: string): Actor => ({
    ...actor,
    authenticatedAt: site.time.now(),
    ...(from === undefined ? {} : { from }),
  });

  it('does not take a clock within the allowance for certain: the floor stays, and what counted stays', () => {
    const before = floor();
    const later = clockAt(20);
    expect(site.exchange.noteTime()).toMatchObject({ believed: later, counts: later, doubtful: [], isBehind: false });
    expect(floor()).toBe(before);
    clockAt(3);
    expect(site.exchange.noteTime()).toMatchObject({ isBehind: false, believed: clockAt(3), counts: later });
    expect(floor()).toBe(before);
    expect(events('clock-doubtful')).toEqual([]);
  });

  it('has nothing to agree to while the clock is near', () => {
    clockAt(34.9);
    expect(site.exchange.time().doubtful).toEqual([]);
    expect(() => site.exchange.previewClock()).toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  it('is behind before the floor: the floor counts, and an event says so', () => {
    clockAt(-400);
    expect(site.exchange.noteTime()).toMatchObject({ isBehind: true, doubt: 'CLOCK_BEHIND', doubtful: [] });
    expect(site.exchange.time().believed).toBe(floor());
    expect(events('clock-doubtful')).toMatchObject([{ params: { code: 'CLOCK_BEHIND' } }]);
  });

  it.each([-400, 400, 20_000])(
    'imports nothing under a clock %s days off, and takes the same bundle afterwards',
    async (days) => {
      const asked = host.open(site.exchange.exportRequest(admin, medium).path, card);
      const bundle = await host.answer(medium, asked);
      clockAt(days);
      site.exchange.noteTime();
      await expect(site.exchange.importBundle(admin, bundle.path)).rejects.toMatchObject({
        code: days < 0 ? 'CLOCK_BEHIND' : 'CLOCK_SUSPECT',
      });
      expect(await site.exchange.inspect(bundle.path)).toMatchObject({ result: 'checked' });
      clockAt(0);
      site.exchange.noteTime();
      expect(await site.exchange.importBundle(admin, bundle.path)).toMatchObject({ result: 'imported' });
    },
  );

  it('does not follow a clock that jumped until a signed-in person agrees, with a reason that the receipt tells', async () => {
    const person = signedIn('a.one');
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
    // The one-time link of the first administrator.
    expect(site.exchange.previewClock().ends).toEqual([{ what: 'tokens', count: 1 }]);
    expect(floor()).toBe(before);

    const refused = (actor: Actor, reason: string, code: string) =>
      expect(() => site.exchange.agreeClock(actor, reason)).toThrow(expect.objectContaining({ code }));
    refused({ ...person, rights: new Set(['exchange:read' as const]) }, 'yes', 'FORBIDDEN');
    refused(person, ' ', 'USAGE');
    refused({ ...person, type: 'token' }, 'yes', 'APPROVAL_TOKEN');
    refused({ ...person, type: 'cli', id: 'root' }, 'yes', 'APPROVAL_PERSON');
    expect(site.exchange.agreeClock(person, 'stood without power')).toMatchObject({ to: jumped });
    expect(floor()).toBe(jumped);
    expect(events('clock-agreed')).toMatchObject([
      { params: { source: 'clock', time: Date.parse(jumped), reason: 'stood without power' } },
    ]);
    // The clock was wrong all the same: one person does not take it back.
    clockAt(0);
    await host.publish();
    site.exchange.noteTime();
    expect(floor()).toBe(jumped);
  });

  it('tells an override once, in the next receipt', async () => {
    const jumped = clockAt(401);
    site.exchange.agreeClock(signedIn('a.one'), 'the battery was empty');
    await host.publish();
    const predicate = await nextReceipt();
    expect(predicate.overrides).toMatchObject([{ code: 'CLOCK_SUSPECT', reason: 'the battery was empty' }]);
    expect(predicate.floor >= jumped).toBe(true);
    expect((await nextReceipt()).overrides).toEqual([]);
  });

  describe('that was agreed to and was wrong', () => {
    const wrongly = (): void => {
      site.exchange.exportRequest(admin, medium);
      clockAt(300);
      site.exchange.agreeClock(signedIn('a.one'), 'so it said');
      site.exchange.exportRequest(admin, medium);
      clockAt(0);
    };

    it('goes back by two persons: what no host could answer is closed, the rest stays, the receipt tells it', async () => {
      wrongly();
      const [one, two] = [signedIn('b.one'), signedIn('b.two')];
      const offered = site.exchange.previewClockBack();
      expect(offered).toMatchObject({ to: toTime(base), closes: [2] });
      expect(() => site.exchange.askClockBack({ ...one, type: 'token' }, 'x')).toThrow(
        expect.objectContaining({ code: 'APPROVAL_TOKEN' }),
      );
      site.exchange.askClockBack(fresh(one), 'the clock was a year ahead');
      expect(site.exchange.clockBackAsked()).toMatchObject({ reason: 'the clock was a year ahead' });
      expect(() => site.exchange.decideClockBack(fresh(one), true)).toThrow(
        expect.objectContaining({ code: 'APPROVAL_SELF' }),
      );
      expect(site.exchange.decideClockBack(fresh(two), true)).toMatchObject({ closes: [2] });
      expect(floor()).toBe(toTime(base));
      expect(site.exchange.time()).toMatchObject({ counts: toTime(base), isBehind: false, doubtful: [] });
      expect(site.exchange.state().openRequests.map(({ number }) => number)).toEqual([1]);
      expect(events('clock-set-back')).toMatchObject([{ params: { closed: '2', persons: 2 } }]);
      await host.publish();
      expect((await nextReceipt()).overrides).toContainEqual(
        expect.objectContaining({ code: 'CLOCK_BACK', reason: 'the clock was a year ahead' }),
      );
    });

    it('goes never below what is signed', async () => {
      const asked = host.open(site.exchange.exportRequest(admin, medium).path, card);
      expect(await site.exchange.importBundle(admin, (await host.answer(medium, asked)).path)).toMatchObject({
        result: 'imported',
      });
      wrongly();
      clockAt(-2);
      expect(() => site.exchange.previewClockBack()).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
      expect(site.exchange.clockBackOffer()).toBeUndefined();
    });

    it('waits for a person who asks again where the clock was set meanwhile', () => {
      wrongly();
      site.exchange.askClockBack(signedIn('b.one'), 'the clock was a year ahead');
      clockAt(20);
      expect(() => site.exchange.decideClockBack(signedIn('b.two'), true)).toThrow(
        expect.objectContaining({ code: 'CONFLICT' }),
      );
      expect(site.exchange.decideClockBack(signedIn('b.three'), false)).toBeUndefined();
      expect(site.exchange.clockBackAsked()).toBeUndefined();
    });

    it('is for an only person to agree to after a day, at the machine, and marked', async () => {
      clockAt(300);
      const one = signedIn('a.one');
      site.exchange.agreeClock(one, 'so it said');
      clockAt(0);
      for (const { id, body } of site.objects.list({ kind: 'account', limit: 10 }).rows)
        if (id !== one.id && body.name !== 'a.one') site.objects.update(admin, 'account', id, { disabled: true });
      site.objects.update(admin, 'account', one.id, { passwordHash: 'set' });
      site.exchange.askClockBack(fresh(one), 'the clock was a year ahead');
      const decide = (from: string) => site.exchange.decideClockBack(fresh(one, from), true);
      expect(() => decide('console')).toThrow(expect.objectContaining({ code: 'APPROVAL_SELF' }));
      // A day and more goes by: past the time in which others could have approved.
      site.db.prepare('update approval set at = at - ?').run(40 * dayMs);
      expect(() => decide('10.0.0.7')).toThrow(expect.objectContaining({ code: 'FORBIDDEN' }));
      expect(decide('console')).toMatchObject({ to: toTime(base) });
      expect(events('clock-set-back')).toMatchObject([{ params: { persons: 1 } }]);
      expect(events('approved-by-one-person')).toHaveLength(1);
    });

    it('has nothing to go back from while the clock is right', () => {
      expect(() => site.exchange.askClockBack(signedIn('b.one'), 'x')).toThrow(
        expect.objectContaining({ code: 'NOT_FOUND' }),
      );
    });
  });

  it('refuses a reason that names somebody of the site', () => {
    clockAt(500);
    site.objects.create(admin, 'account', { name: 'dana.karim', fullName: 'Dana Karimova', roles: [] });
    expect(() => site.exchange.agreeClock(signedIn('a.one'), 'asked by Dana Karimova')).toThrow(
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
    // What is certain comes near enough: then the bundle counts, and nobody needs to agree.
    site.time.setFloor(base + 420 * dayMs);
    clockAt(420);
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
    expect(() => site.exchange.agreeClock(signedIn('a.one'), 'which?')).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
    expect(site.exchange.agreeClock(signedIn('a.two'), 'the bundle is right', 'bundle')).toMatchObject({
      to: issuedAt,
    });
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
  const released = '2026-06-01T00:00:00Z';
  it.each([
    ['the clock that a person confirmed', '2099-01-01T00:00:00Z', released, true, '2099-01-01T00:00:00Z'],
    ['the release, where nobody confirmed the clock', '2026-06-20T00:00:00Z', released, false, released],
    ['the clock, where no release is known', '2026-11-24T00:00:00Z', undefined, false, '2026-11-24T00:00:00Z'],
  ])('is %s', (_, clock, builtAt, isConfirmed, expected) => {
    expect(firstFloor(clock, builtAt, isConfirmed)).toBe(expected);
  });
});
