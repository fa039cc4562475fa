import type { EnrolDevice } from '@sallyport/bundle-tools/protocol/enrol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { actorWith, admin, type Engines, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';
import { type DeviceService, deviceService } from './service.ts';
import { newTokenSecret, tokenHash } from './types.ts';

let engines: Engines;
let devices: DeviceService;
let now = Date.UTC(2026, 4, 1);
let nextKey = 0;
const uuid = '4c4c4544-0031-3510-8052-b4c04f4a3732';
const macs = ['00:1b:21:aa:bb:01'];

const open = (): DeviceService =>
  deviceService({
    db: engines.db,
    objects: engines.objects,
    events: engines.events,
    changed: () => undefined,
    clock: () => now,
  });

beforeEach(async () => {
  engines = await openEngines();
  now = Date.UTC(2026, 4, 1);
  devices = open();
});
afterEach(() => engines.close());

const makeToken = (body: Record<string, unknown> = {}): { secret: string; id: string } => {
  const secret = newTokenSecret();
  const token = engines.objects.create(admin, 'token', {
    name: 't',
    purpose: 'agent',
    hash: tokenHash(secret),
    approve: 'auto',
    ...body,
  });
  return { secret, id: token.id };
};
const newKey = (): string => {
  nextKey += 1;
  return nextKey.toString(16).padStart(64, '0');
};
const enrol = (token: string, device: Partial<EnrolDevice> = {}, key = newKey()) =>
  devices.enrol({
    request: {
      token,
      csr: '',
      agentVersion: '1',
      device: { macs: [], hostname: 'h', os: 'debian 13', arch: 'x64', ...device },
    },
    csr: { publicKey: new Uint8Array(91), keyDigest: key },
    from: '192.0.2.9',
  });
const certify = (device: number, key: string, days = 90): string => {
  const fingerprint = newKey();
  devices.recordCertificate(device, {
    fingerprint,
    serial: 'aa',
    keyDigest: key,
    notBefore: now,
    notAfter: now + days * 86_400_000,
  });
  return fingerprint;
};
const enrolled = (device: Partial<EnrolDevice> = {}, secret = makeToken().secret) => {
  const key = newKey();
  const { device: found } = enrol(secret, device, key);
  return { id: found.id, key, fingerprint: certify(found.id, key) };
};
const eventTypes = () =>
  engines.events
    .list({ scope: wholeSite('job'), limit: 100 })
    .rows.map((event) => event.type)
    .reverse();
const reasons = () =>
  engines.events
    .list({ scope: wholeSite('job'), limit: 100, type: ['enrolment-refused', 'certificate-refused'] })
    .rows.map((event) => event.params['reason'])
    .reverse();

describe('enrolment', () => {
  it('waits for approval with a manual token, by the same key', () => {
    const { secret } = makeToken({ approve: 'manual' });
    const key = newKey();
    const first = enrol(secret, { uuid, macs }, key);
    expect(first.state).toBe('pending');
    expect(enrol(secret, { uuid, macs }, key)).toMatchObject({ state: 'pending', device: { id: first.device.id } });
    expect(devices.waiting()).toBe(1);
    expect(codeOf(() => devices.approve(actorWith('devices:read'), first.device.id))).toBe('FORBIDDEN');
    devices.approve(admin, first.device.id);
    expect(enrol(secret, { uuid, macs }, key)).toMatchObject({ state: 'approved', device: { state: 'managed' } });
    certify(first.device.id, key);
    expect(eventTypes()).toEqual(expect.arrayContaining(['device-pending', 'device-approved', 'device-enrolled']));
    expect(devices.byPublicId(first.device.publicId).enrolledAt).toBe(now);
  });

  it('refuses every bad token in the same words, with the reason in the journal only', () => {
    const expired = makeToken({ expiresAt: '2026-04-30T00:00:00Z' });
    const once = makeToken({ uses: 1 });
    const foreign = makeToken({ purpose: 'osquery' });
    const disabled = makeToken({ disabled: true });
    const deleted = makeToken();
    engines.objects.remove(admin, 'token', deleted.id);
    enrol(once.secret);
    const refusals = [newTokenSecret(), expired.secret, once.secret, foreign.secret, disabled.secret, deleted.secret];
    expect(refusals.map((secret) => codeOf(() => enrol(secret)))).toEqual(refusals.map(() => 'TOKEN'));
    expect(new Set(reasons())).toEqual(new Set(['unknown-token', 'token-expired', 'token-used-up']));
    expect(devices.counts().managed).toBe(1);
  });

  it('limits new devices only: who is known comes in with an old token', () => {
    const { secret } = makeToken({ approve: 'manual', uses: 1, expiresAt: '2026-05-02T00:00:00Z' });
    const key = newKey();
    const { device } = enrol(secret, { uuid }, key);
    now = Date.UTC(2026, 4, 3);
    devices.approve(admin, device.id);
    expect(enrol(secret, { uuid }, key).state).toBe('approved');
    expect(codeOf(() => enrol(secret, { uuid: '4c4c4544-0031-3510-8052-b4c04f4a3799' }))).toBe('TOKEN');
  });

  it('puts the device into the group of its token', () => {
    const group = engines.objects.create(admin, 'group', { name: 'Line 3' });
    const { device } = enrol(makeToken({ group: group.id }).secret);
    expect(engines.objects.get('device-decision', device.publicId).body['group']).toBe(group.id);
  });

  it('stops an address that is refused too often, and one that asks too often', () => {
    const codes = Array.from({ length: 61 }, () => codeOf(() => enrol(newTokenSecret())));
    expect(codes.slice(0, 60).every((one) => one === 'TOKEN')).toBe(true);
    expect(codes[60]).toBe('RATE_LIMITED');
    expect(codeOf(() => enrol(makeToken().secret))).toBe('RATE_LIMITED');
    now += 60_000;
    expect(enrol(makeToken().secret).state).toBe('approved');
    expect(reasons()).toEqual(['unknown-token']);
  });
});

describe('a device that is installed again', () => {
  it('stays one device; its old certificate works until the new one is used', () => {
    const first = enrolled({ uuid, macs });
    devices.authenticate(first.fingerprint, 'x');
    now += 3600_000;
    const key = newKey();
    expect(enrol(makeToken().secret, { uuid, macs }, key)).toMatchObject({
      state: 'pending',
      device: { id: first.id },
    });
    devices.approve(admin, first.id, key);
    const second = { id: first.id, fingerprint: certify(first.id, key) };
    expect(devices.authenticate(first.fingerprint, 'x').id).toBe(first.id);
    expect(devices.authenticate(second.fingerprint, 'x').id).toBe(first.id);
    expect(codeOf(() => devices.authenticate(first.fingerprint, 'x'))).toBe('CERTIFICATE');
    expect(devices.counts().managed).toBe(1);
  });

  it('comes in with a token that lets nobody new in, but waits for a person then, and never uses one up', () => {
    const first = enrolled({ uuid, macs });
    const other = { uuid: '4c4c4544-0031-3510-8052-b4c04f4a3799', macs: ['00:1b:21:aa:bb:99'] };
    const once = makeToken({ uses: 1 });
    enrol(once.secret, other);
    now += 3600_000;
    const key = newKey();
    expect(enrol(once.secret, { uuid, macs }, key)).toMatchObject({ state: 'pending', device: { id: first.id } });
    expect(devices.authenticate(first.fingerprint, 'x').id).toBe(first.id);
    devices.approve(admin, first.id, key);
    expect(enrol(once.secret, { uuid, macs }, key)).toMatchObject({ state: 'approved', device: { id: first.id } });
    // A copy beside a live one is a new device, and so is what nobody knows.
    devices.heard(devices.authenticate(first.fingerprint, 'x'), { bootId: 'b1', seq: 1, version: '1' });
    expect(codeOf(() => enrol(once.secret, { uuid, macs }))).toBe('TOKEN');
    expect(codeOf(() => enrol(once.secret, { uuid: '4c4c4544-0031-3510-8052-b4c04f4a3700' }))).toBe('TOKEN');
    const expired = makeToken({ expiresAt: '2026-04-30T00:00:00Z' });
    expect(enrol(expired.secret, other).state).toBe('pending');
    const fresh = makeToken({ uses: 1 });
    now += 3600_000;
    expect(enrol(fresh.secret, { uuid, macs })).toMatchObject({ state: 'pending', device: { id: first.id } });
    expect([once, fresh].map(({ id }) => devices.tokenUses(id))).toEqual([1, 0]);
  });

  it('waits for approval with a manual token and goes on with the old key meanwhile', () => {
    const first = enrolled({ uuid, macs });
    now += 3600_000;
    const { secret } = makeToken({ approve: 'manual', uses: 1 });
    const key = newKey();
    expect(enrol(secret, { uuid, macs }, key).state).toBe('pending');
    expect(enrol(secret, { uuid, macs }, key).state).toBe('pending');
    expect(devices.authenticate(first.fingerprint, 'x').id).toBe(first.id);
    expect(devices.byId(first.id)).toMatchObject({ state: 'managed', reenrolling: true });
    // What a person compared is named: another key may ask by now.
    expect(codeOf(() => devices.approve(admin, first.id))).toBe('COMPARE_KEY');
    expect(codeOf(() => devices.approve(admin, first.id, newKey()))).toBe('CONFLICT');
    devices.approve(admin, first.id, key);
    expect(enrol(secret, { uuid, macs }, key)).toMatchObject({
      state: 'approved',
      device: { id: first.id, reenrolling: false },
    });
  });
});

describe('a client that waits at a known device', () => {
  it('is shown with what it says of itself, which does not become what is known before a person lets it in', () => {
    const first = enrolled({ uuid, macs, serial: 'KNOWN-1' });
    now += 86_400_000;
    const { secret } = makeToken({ approve: 'manual' });
    expect(enrol(secret, { uuid, macs, serial: 'SAID-2', hostname: 'says-so' }).device.id).toBe(first.id);
    expect(devices.asking(first.id).map(({ claim }) => claim)).toEqual([
      { hostname: 'says-so', serial: 'SAID-2', macs: devices.byId(first.id).macs },
    ]);
    expect(devices.byId(first.id).serial).toBe('KNOWN-1');
    devices.approve(admin, first.id, devices.asking(first.id)[0]?.clientId);
    expect(devices.asking(first.id)).toEqual([]);
    expect(engines.db.prepare('select count(*) from device_source where claim is not null').pluck().get()).toBe(0);
  });
});

describe('a possible clone', () => {
  it('of a live device is held; approval makes it a device of its own', () => {
    const first = enrolled({ uuid, macs });
    devices.heard(devices.authenticate(first.fingerprint, 'x'), { bootId: 'b1', seq: 1, version: '1' });
    const key = newKey();
    const { secret } = makeToken();
    expect(codeOf(() => enrol(secret, { uuid, macs }, key))).toBe('POSSIBLE_CLONE');
    expect(codeOf(() => enrol(secret, { uuid, macs }, key))).toBe('POSSIBLE_CLONE');
    const [held] = devices.list({ state: ['held'], limit: 10 }).rows;
    expect(held).toMatchObject({ heldReason: 'same-uuid-live', resembles: first.id });
    expect(eventTypes().filter((type) => type === 'device-possible-clone')).toHaveLength(1);
    expect(devices.authenticate(first.fingerprint, 'x').id).toBe(first.id);
    devices.approve(admin, held?.id ?? 0);
    expect(enrol(secret, { uuid, macs }, key)).toMatchObject({ state: 'approved', device: { id: held?.id } });
  });

  it('with the same UUID and other MACs is held', () => {
    enrolled({ uuid, macs });
    now += 86_400_000;
    expect(codeOf(() => enrol(makeToken().secret, { uuid, macs: ['00:1b:21:aa:bb:02'] }))).toBe('POSSIBLE_CLONE');
  });

  it('with the key of another machine is refused and changes nothing', () => {
    const first = enrolled({ uuid, macs });
    const other = { uuid: '4c4c4544-0031-3510-8052-b4c04f4a3799', macs: ['00:1b:21:aa:bb:99'] };
    expect(codeOf(() => enrol(makeToken().secret, other, first.key))).toBe('POSSIBLE_CLONE');
    expect(devices.byId(first.id)).toMatchObject({ uuid, macs, state: 'managed' });
    expect(eventTypes()).toContain('device-possible-clone');
  });

  it('shows when two boots take turns with one certificate', () => {
    const first = enrolled({ uuid, macs });
    const beat = (bootId: string) =>
      devices.heard(devices.authenticate(first.fingerprint, 'x'), { bootId, seq: 1, version: '1' });
    beat('boot-a');
    beat('boot-a');
    beat('boot-b');
    beat('boot-b');
    expect(codeOf(() => beat('boot-a'))).toBe('POSSIBLE_CLONE');
    expect(devices.byId(first.id)).toMatchObject({ state: 'held', heldReason: 'two-boots' });
    expect(codeOf(() => beat('boot-b'))).toBe('CERTIFICATE');
    // Whoever looked at both lets one of them in, and its boot is the first again.
    devices.approve(admin, first.id);
    expect(codeOf(() => beat('boot-a'))).toBe('done');
    expect(codeOf(() => beat('boot-b'))).toBe('done');
    expect(codeOf(() => beat('boot-a'))).toBe('POSSIBLE_CLONE');
  });
});

describe('certificates', () => {
  it('are refused when unknown, absent or revoked in the same words, and when ended by a code of its own', () => {
    const first = enrolled({ uuid });
    const short = enrolled({ uuid: '4c4c4544-0031-3510-8052-b4c04f4a3799' });
    devices.authenticate(first.fingerprint, 'x');
    devices.revoke(admin, first.id);
    now += 91 * 86_400_000;
    const attempts = [undefined, 'f'.repeat(64), first.fingerprint, short.fingerprint];
    const errors = attempts.map((fingerprint) => {
      try {
        return devices.authenticate(fingerprint, '192.0.2.1');
      } catch (error) {
        return error instanceof Error && 'code' in error ? `${String(error.code)} ${error.message}` : error;
      }
    });
    expect(new Set(errors.slice(0, 3))).toEqual(new Set(['CERTIFICATE refused']));
    // Who proved the key of a certificate of ours learns that it ended.
    expect(errors[3]).toMatch(/^CERTIFICATE_ENDED /);
    expect(reasons()).toEqual(['no-certificate', 'unknown-certificate', 'device-revoked', 'expired']);
  });

  it('of a revoked device never come back, not by the same key either', () => {
    const first = enrolled({ uuid });
    devices.revoke(admin, first.id);
    expect(codeOf(() => enrol(makeToken().secret, { uuid }, first.key))).toBe('TOKEN');
    expect(codeOf(() => devices.approve(admin, first.id))).toBe('CONFLICT');
    expect(devices.certificates(first.id).map((one) => one.state)).toEqual(['revoked']);
    expect(codeOf(() => certify(first.id, first.key))).toBe('CERTIFICATE');
  });

  it('count at once for a second process', () => {
    const first = enrolled({ uuid });
    const other = open();
    expect(other.authenticate(first.fingerprint, 'x').id).toBe(first.id);
    devices.revoke(admin, first.id);
    expect(codeOf(() => other.authenticate(first.fingerprint, 'x'))).toBe('CERTIFICATE');
  });
});

describe('last seen', () => {
  it('is written by the flush, not by the check-in', () => {
    const first = enrolled({ uuid });
    devices.heard(devices.authenticate(first.fingerprint, 'x'), { bootId: 'b', seq: 4, version: '2' });
    expect(devices.byId(first.id).lastSeenAt).toBeNull();
    devices.flush();
    expect(devices.byId(first.id)).toMatchObject({ lastSeenAt: now, agentVersion: '2' });
  });

  it('lists page by page and finds by name', () => {
    for (let n = 0; n < 5; n += 1) enrolled({ hostname: `line-${n}_%` });
    const page = devices.list({ limit: 2 });
    expect(page.total).toBe(5);
    expect(devices.list({ limit: 10, after: page.next ?? 0 }).rows).toHaveLength(3);
    expect(devices.list({ limit: 10, search: 'line-3_%' }).rows).toHaveLength(1);
    expect(devices.list({ limit: 10, search: '%' }).total).toBe(5);
    expect(devices.list({ limit: 10, search: 'e_3' }).total).toBe(0);
  });

  it('takes an event id once per device', () => {
    const id = 'a'.repeat(32);
    expect([devices.isNewEvent(1, id), devices.isNewEvent(1, id), devices.isNewEvent(2, id)]).toEqual([
      true,
      false,
      true,
    ]);
    now += 91 * 86_400_000;
    devices.trim();
    expect(devices.isNewEvent(1, id)).toBe(true);
  });
});
