import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { admin, openEngines } from '../../../test/support/engines.ts';
import { addressRanges, isAddressRange } from '../../platform/address-ranges.ts';
import { wholeSite } from '../../platform/scope.ts';
import { sameUuid, swappedUuid } from './identity.ts';
import { deviceService } from './service.ts';
import { type ClientFacts, type HeldReason, newTokenSecret, tokenHash } from './types.ts';

let now = Date.UTC(2026, 4, 1);
const counter = { value: 0 };

const engines = await openEngines();
const devices = deviceService({
  changed: () => undefined,
  db: engines.db,
  objects: engines.objects,
  events: engines.events,
  inventory: engines.inventory,
  clock: () => now,
  limits: { enrolPerMinute: 100_000, refusalsPerMinute: 100_000 },
});
afterAll(() => engines.close());

const next = (): string => {
  counter.value += 1;
  return createHash('sha256').update(String(counter.value)).digest('hex');
};
const newUuid = (): string => next().replace(/^(.{8})(.{4})(.{4})(.{4})(.{12}).*/, '$1-$2-$3-$4-$5');
const newMac = (): string => `00:1b:21:${next().replace(/^(..)(..)(..).*/, '$1:$2:$3')}`;
const token = (purpose: 'agent' | 'osquery' | 'glpi', body: Record<string, unknown> = {}) => {
  const secret = newTokenSecret(purpose);
  const { id } = engines.objects.create(admin, 'token', {
    name: 't',
    purpose,
    hash: tokenHash(secret),
    approve: 'auto',
    ...body,
  });
  return { secret, id };
};
type Source = 'native' | 'osquery' | 'glpi' | 'ocs';
const purposes = { native: 'agent', osquery: 'osquery', glpi: 'glpi', ocs: 'glpi' } as const;
const enrol = (
  source: Source,
  facts: Partial<ClientFacts>,
  how: { secret?: string; clientId?: string; key?: string; from?: string } = {},
) => {
  const key = how.key ?? next();
  const isKeyed = source === 'native' || source === 'osquery';
  return devices.enrolClient({
    source,
    token: how.secret ?? token(purposes[source]).secret,
    clientId: how.clientId ?? (source === 'native' ? key : `id-${next().slice(0, 12)}`),
    keyDigest: isKeyed ? key : null,
    facts: { hostname: `h-${next().slice(0, 8)}`, ...facts },
    from: how.from ?? '192.0.2.9',
  });
};
const hear = (outcome: ReturnType<typeof enrol>): void => {
  devices.heardClient(outcome.caller, { agent: 'a 1', from: '192.0.2.9' });
};
const heldReason = (outcome: ReturnType<typeof enrol>): HeldReason | null => devices.byId(outcome.device.id).heldReason;
describe('a client of any source', () => {
  it.each<Source>(['osquery', 'glpi', 'ocs'])('%s waits with a manual token and is let in by approval', (source) => {
    const { secret, id } = token(purposes[source], { approve: 'manual', uses: 1 });
    const [clientId, key, uuid] = [`host-${source}`, next(), newUuid()];
    const first = enrol(source, { uuid }, { secret, clientId, key });
    expect(first).toMatchObject({ state: 'pending', caller: { state: 'pending', source: source } });
    // Known: counted once, however often it asks.
    expect(enrol(source, { uuid }, { secret, clientId, key })).toMatchObject({
      state: 'pending',
      device: { id: first.device.id },
    });
    expect(devices.tokenUses(id)).toBe(1);
    expect(codeOf(() => enrol(source, { uuid: newUuid() }, { secret }))).toBe('TOKEN');
    devices.approve(admin, first.device.id);
    const caller =
      source === 'osquery' ? devices.callerByKey(source, key) : devices.callerByClient(source, id, clientId);
    expect(caller).toMatchObject({ id: first.device.id, publicId: first.device.publicId, state: 'managed' });
    expect(devices.callerByClient(source, 'another token', clientId)).toBeUndefined();
    devices.revoke(admin, first.device.id);
    expect(devices.callerByClient(source, id, clientId)?.state).toBe('revoked');
    // Neither the same client nor the same name with a new key comes back by itself.
    expect(codeOf(() => enrol(source, { uuid }, { clientId }))).toBe('TOKEN');
  });

  it('is not let in by a token for another one', () => {
    expect(codeOf(() => enrol('osquery', {}, { secret: token('glpi').secret }))).toBe('TOKEN');
    expect(codeOf(() => enrol('glpi', {}, { secret: token('agent').secret }))).toBe('TOKEN');
  });

  it('is let in by itself only from the addresses that the token names', () => {
    const { secret } = token('glpi', { approveFrom: ['10.1.0.0/16', 'fd00::/8'] });
    const from = (address: string): string => enrol('glpi', { uuid: newUuid() }, { secret, from: address }).state;
    expect(['10.1.2.3', '::ffff:10.1.9.9', 'fd00::7', '10.2.0.1', '::1', 'unknown'].map(from)).toEqual([
      'approved',
      'approved',
      'approved',
      'pending',
      'pending',
      'pending',
    ]);
  });

  it('follows a token that is rolled over', () => {
    const [old, fresh] = [token('glpi'), token('glpi')];
    const [clientId, uuid] = ['rolled', newUuid()];
    const first = enrol('glpi', { uuid }, { secret: old.secret, clientId });
    expect(enrol('glpi', { uuid }, { secret: fresh.secret, clientId })).toMatchObject({
      state: 'approved',
      device: { id: first.device.id },
    });
    expect(devices.callerByClient('glpi', fresh.id, clientId)?.id).toBe(first.device.id);
    expect(devices.tokenUses(fresh.id)).toBe(0);
  });

  it('writes its last contact with the flush, for the client and the device', () => {
    const client = enrol('osquery', { uuid: newUuid() });
    devices.heardClient(client.caller, { agent: '5.12.1', from: '10.0.0.3' });
    expect(devices.find(client.device.id)?.lastSeenAt).toBeNull();
    devices.flush();
    expect(devices.sourcesOf(client.device.id)).toMatchObject([{ lastSeenAt: now, agent: '5.12.1', from: '10.0.0.3' }]);
    expect(devices.byId(client.device.id).lastSeenAt).toBe(now);
  });
});

describe('who a newcomer is', () => {
  it('the same hardware through another source is no clone: it waits, whatever the token says', () => {
    const [uuid, macs] = [newUuid(), [newMac()]];
    const own = enrol('native', { uuid, macs });
    hear(own);
    for (const source of ['osquery', 'glpi', 'ocs'] as const) {
      const other = enrol(source, { uuid, macs });
      expect(other).toMatchObject({ state: 'pending', device: { resembles: own.device.id } });
      expect(devices.callerByClient(source, 'x', 'x')).toBeUndefined();
    }
  });

  it('a new name with known hardware through the same source was installed again', () => {
    const [uuid, macs] = [newUuid(), [newMac()]];
    const first = enrol('glpi', { uuid, macs });
    now += 3_600_000;
    const again = enrol('glpi', { uuid, macs });
    expect(again).toMatchObject({ state: 'pending', device: { id: first.device.id } });
    devices.approve(admin, first.device.id);
    expect(devices.sourcesOf(first.device.id).map(({ state }) => state)).toEqual(['approved', 'replaced']);
    // The old one goes on until somebody has approved.
    now += 3_600_000;
    const manual = token('glpi', { approve: 'manual' });
    const third = enrol('glpi', { uuid, macs }, { secret: manual.secret, clientId: 'third' });
    expect(third).toMatchObject({ state: 'pending', device: { id: first.device.id, reenrolling: true } });
    expect(devices.callerByClient('glpi', manual.id, 'third')?.state).toBe('pending');
    devices.approve(admin, first.device.id);
    expect(devices.callerByClient('glpi', manual.id, 'third')?.state).toBe('managed');
    expect(devices.byId(first.device.id).reenrolling).toBe(false);
  });

  it('a client without a key that lost its folder a moment ago is the same device; another host with its hardware is not', () => {
    const { secret } = token('glpi');
    // Without firmware data there are only the MACs.
    for (const facts of [{ uuid: newUuid(), macs: [newMac()] }, { macs: [newMac()] }]) {
      const hostname = `h-${next().slice(0, 8)}`;
      const first = enrol('glpi', { ...facts, hostname }, { secret, clientId: `${hostname}-1` });
      hear(first);
      const again = enrol(
        'glpi',
        { ...facts, hostname: hostname.toUpperCase() },
        { secret, clientId: `${hostname}-2` },
      );
      expect(again).toMatchObject({ state: 'pending', device: { id: first.device.id } });
      devices.approve(admin, first.device.id);
      hear(again);
      expect(heldReason(enrol('glpi', { ...facts, hostname: 'other' }, { secret }))).toBe('same-uuid-live');
      // If there are two, the first one comes again.
      const back = enrol('glpi', { ...facts, hostname }, { secret, clientId: `${hostname}-1` });
      expect(heldReason(back)).toBe('replaced-client-again');
    }
    // Whoever has a key keeps it: two that live at once are two.
    const facts = { uuid: newUuid(), hostname: 'pump' };
    hear(enrol('osquery', facts));
    expect(heldReason(enrol('osquery', facts))).toBe('same-uuid-live');
  });

  it('a client that was replaced and speaks again is held', () => {
    const [uuid, macs, clientId, { secret }] = [newUuid(), [newMac()], 'before', token('glpi')];
    const first = enrol('glpi', { uuid, macs }, { secret, clientId });
    now += 3_600_000;
    enrol('glpi', { uuid, macs }, { secret });
    devices.approve(admin, first.device.id);
    const back = enrol('glpi', { uuid, macs }, { secret, clientId });
    expect([back.state, heldReason(back), back.device.resembles]).toEqual([
      'held',
      'replaced-client-again',
      first.device.id,
    ]);
    expect(enrol('glpi', { uuid, macs }, { secret, clientId }).device.id).toBe(back.device.id);
  });

  it('one UUID live twice through one source, the same name from other hardware, the same UUID with other cards: held', () => {
    const [uuid, macs] = [newUuid(), [newMac()]];
    const live = enrol('osquery', { uuid, macs }, { clientId: 'pc' });
    hear(live);
    const twice = enrol('osquery', { uuid, macs });
    expect([twice.state, heldReason(twice)]).toEqual(['held', 'same-uuid-live']);
    const image = enrol('osquery', { uuid: newUuid(), macs: [newMac()] }, { clientId: 'pc' });
    expect([image.state, heldReason(image)]).toEqual(['held', 'same-id-other-hardware']);
    const cards = enrol('osquery', { uuid, macs: [newMac()] });
    expect([cards.state, heldReason(cards)]).toEqual(['held', 'same-uuid-other-macs']);
    expect(devices.byId(live.device.id).state).toBe('managed');
    // Approved, it is a device of its own beside the first.
    devices.approve(admin, image.device.id);
    expect(devices.byId(image.device.id).state).toBe('managed');
  });

  it('osquery that asks again and again while it is held makes one record', () => {
    const [uuid, { secret }] = [newUuid(), token('osquery')];
    hear(enrol('osquery', { uuid }, { secret, clientId: 'one' }));
    const held = Array.from({ length: 5 }, () => enrol('osquery', { uuid }, { secret, clientId: 'two' }));
    expect(new Set(held.map(({ device }) => device.id)).size).toBe(1);
    expect(held.every(({ state }) => state === 'held')).toBe(true);
  });

  it('without firmware data a random name is a new device', () => {
    const [one, two] = [enrol('glpi', {}), enrol('glpi', {})];
    expect(one.device.id).not.toBe(two.device.id);
  });

  it('a UUID in the other byte order is the same hardware', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        expect(swappedUuid(swappedUuid(uuid))).toBe(uuid);
        expect(sameUuid(uuid, swappedUuid(uuid))).toBe(true);
      }),
    );
    const uuid = newUuid();
    const own = enrol('native', { uuid });
    expect(enrol('glpi', { uuid: swappedUuid(uuid) }).device.resembles).toBe(own.device.id);
    expect(sameUuid(uuid, newUuid())).toBe(false);
  });

  it('what was revoked does not come back by itself with a new client', () => {
    const [uuid, macs] = [newUuid(), [newMac()]];
    const first = enrol('glpi', { uuid, macs });
    devices.revoke(admin, first.device.id);
    expect(enrol('glpi', { uuid, macs })).toMatchObject({ state: 'pending', device: { resembles: first.device.id } });
  });
});

describe('a managed device that is silent', () => {
  const sources: readonly Source[] = ['native', 'osquery', 'glpi', 'ocs'];
  const claims: ReadonlyArray<
    readonly [
      what: string,
      of: (facts: Required<Pick<ClientFacts, 'uuid' | 'serial' | 'macs'>>) => Partial<ClientFacts>,
    ]
  > = [
    ['UUID', ({ uuid }) => ({ uuid })],
    ['UUID in the other byte order', ({ uuid }) => ({ uuid: swappedUuid(uuid ?? '') })],
    ['UUID and cards', ({ uuid, macs }) => ({ uuid, macs })],
    ['serial number', ({ serial }) => ({ serial })],
    ['cards', ({ macs }) => ({ macs })],
  ];
  const standing = (source: Source, secretId: string, call: { clientId: string; key: string }) =>
    source === 'native' || source === 'osquery'
      ? devices.callerByKey(source, call.key)?.state
      : devices.callerByClient(source, secretId, call.clientId)?.state;

  it.each(
    sources.flatMap((known) =>
      sources.flatMap((source) => claims.map(([what, claim]) => ({ known, source, what, claim }))),
    ),
  )('known by $known waits for a person when $source brings its $what', ({ known, source, claim }) => {
    const facts = { uuid: newUuid(), serial: `s-${next().slice(0, 10)}`, macs: [newMac()], hostname: `h-${next()}` };
    const [first, second] = [token(purposes[known]), token(purposes[source])];
    const own = { clientId: `own-${next()}`, key: next() };
    const real = enrol(known, facts, { ...own, secret: first.secret });
    expect(real.state).toBe('approved');
    hear(real);
    devices.flush();
    now += 30 * 86_400_000;
    const copy = { clientId: `copy-${next()}`, key: next() };
    const come = () => enrol(source, { hostname: facts.hostname, ...claim(facts) }, { ...copy, secret: second.secret });
    // However often it asks.
    for (let n = 0; n < 3; n += 1) expect(come().state).toBe('pending');
    expect(standing(source, second.id, copy)).toBe('pending');
    expect(standing(known, first.id, own)).toBe('managed');
    expect(devices.byId(real.device.id).state).toBe('managed');
    expect(devices.sourcesOf(real.device.id).filter(({ state }) => state === 'approved')).toMatchObject([
      { source: known },
    ]);
    if (known === source) {
      devices.approve(admin, real.device.id, source === 'native' ? copy.clientId : undefined);
      expect(standing(source, second.id, copy)).toBe('managed');
    }
  });

  it.each(sources)('known by %s gets no client from an offline import', (known) => {
    const facts = { uuid: newUuid(), macs: [newMac()], hostname: `h-${next()}` };
    const real = enrol(known, facts);
    now += 30 * 86_400_000;
    devices.introduce(admin, { clientId: 'copied', facts, at: now, method: 'agent' });
    expect(devices.byId(real.device.id).state).toBe('managed');
    expect(devices.sourcesOf(real.device.id)).toMatchObject([{ source: known, state: 'approved' }]);
  });
});

describe('a device that others have seen', () => {
  const seen = (facts: Partial<ClientFacts>, names: string[] = [], addresses: string[] = []) =>
    devices.discover({ method: 'scan', at: now, facts, names, addresses });

  it('is found again by hardware, by its full name, by address and name together', () => {
    const macs = [newMac()];
    const name = `srv-${next().slice(0, 8)}`;
    const first = seen({ macs }, [`${name}.site.example`], ['10.9.0.5']);
    expect(first).toMatchObject({ created: true, device: { state: 'discovered' } });
    const id = first?.device.id;
    expect(seen({ macs })?.device.id).toBe(id);
    expect(seen({}, [`${name.toUpperCase()}.SITE.example.`])?.device.id).toBe(id);
    expect(seen({}, [name], ['10.9.0.5'])?.device.id).toBe(id);
    expect(seen({}, [name], ['10.9.0.6'])).toMatchObject({ created: true });
    expect(seen({ macs: [newMac()] }, [], ['10.9.0.5'])).toMatchObject({ created: true });
    expect(codeOf(() => devices.approve(admin, id ?? 0))).toBe('CONFLICT');
  });

  it('keeps its record when it comes in itself', () => {
    const name = `ws-${next().slice(0, 8)}`;
    const record = seen({}, [`${name}.site.example`])?.device;
    const came = enrol('native', { uuid: newUuid(), hostname: name });
    expect(came).toMatchObject({ state: 'approved', device: { id: record?.id, publicId: record?.publicId } });
    // Two records of the name: nobody's.
    const twin = `ws-${next().slice(0, 8)}`;
    seen({ macs: [newMac()] }, [`${twin}.a.example`]);
    seen({ macs: [newMac()] }, [`${twin}.b.example`]);
    expect(devices.byId(enrol('native', { uuid: newUuid(), hostname: twin }).device.id).createdAt).toBe(now);
    expect(devices.counts().discovered).toBeGreaterThanOrEqual(2);
  });

  it('expires when nobody has seen it for long, with one event and its count; who is managed or in a group never', () => {
    now += 30 * 86_400_000;
    const managed = enrol('native', { uuid: newUuid() }).device;
    const waiting = enrol('glpi', { uuid: newUuid() }, { secret: token('glpi', { approve: 'manual' }).secret }).device;
    const grouped = seen({ macs: [newMac()] }, ['kept.site.example'])?.device;
    const group = engines.objects.create(admin, 'group', { name: `g ${next()}` });
    engines.objects.put(admin, 'device-decision', grouped?.publicId ?? '', { group: group.id });
    // Whatever people entered about a record, it stays.
    const [said, tagged, apart, other, parts] = Array.from({ length: 5 }, () => seen({ macs: [newMac()] })?.device);
    engines.objects.put(admin, 'device-decision', said?.publicId ?? '', { description: 'Behind the pump' });
    engines.objects.put(admin, 'device-decision', tagged?.publicId ?? '', { tags: ['line-3'] });
    devices.setDistinct(admin, apart?.id ?? 0, other?.id ?? 0);
    engines.objects.create(admin, 'hardware-record', { name: 'Monitor', part: `device/${parts?.publicId}/monitor/1` });
    const mac = newMac();
    const idle = seen({ macs: [mac] })?.device;
    now += 6 * 86_400_000;
    devices.trim();
    expect(devices.find(idle?.id ?? 0)).toBeDefined();
    now += 2 * 86_400_000;
    const fresh = seen({ macs: [newMac()] })?.device;
    const { expired } = devices.trim();
    expect(expired).toBeGreaterThanOrEqual(2);
    expect([idle, waiting, managed, grouped, fresh].map((one) => devices.find(one?.id ?? 0) !== undefined)).toEqual([
      false,
      false,
      true,
      true,
      true,
    ]);
    expect([said, tagged, apart, other, parts].filter((one) => devices.find(one?.id ?? 0) === undefined)).toEqual([]);
    const [event] = engines.events.list({ scope: wholeSite('job'), type: ['devices-expired'], limit: 5 }).rows;
    expect(event?.params['count']).toBe(expired);
    expect(devices.trim().expired).toBe(0);
    expect(seen({ macs: [mac] })).toMatchObject({ created: true });
  });
});

describe('pairs that may be one device', () => {
  it('share hardware or a full name, until somebody says that they are two', () => {
    const [uuid, macs] = [newUuid(), [newMac()]];
    const own = enrol('native', { uuid, macs }).device;
    const other = enrol('osquery', { uuid, macs }).device;
    const pairOf = () =>
      devices.duplicates(wholeSite('job')).find((pair) => pair.one === own.id && pair.two === other.id);
    expect(pairOf()?.why.map(({ reason }) => reason)).toEqual(['uuid', 'mac', 'resembles']);
    expect(() => devices.setDistinct(admin, own.id, own.id)).toThrow(/itself/);
    devices.setDistinct(admin, other.id, own.id);
    expect(pairOf()).toBeUndefined();
  });

  it('are decided, too, by approving the newcomer', () => {
    const [uuid, macs] = [newUuid(), [newMac()]];
    const own = enrol('native', { uuid, macs }).device;
    const other = enrol('osquery', { uuid, macs }).device;
    devices.approve(admin, other.id);
    expect(devices.duplicates(wholeSite('job')).filter(({ one, two }) => one === own.id || two === own.id)).toEqual([]);
  });
});

describe('reports of identity', () => {
  it('move what a device is found by, and hold it for another hardware UUID', () => {
    const [uuid, macs] = [newUuid(), [newMac()]];
    const { device } = enrol('native', { uuid, macs });
    const card = newMac();
    const row = { id: 1, _source: 'native', _collectedAt: now } as const;
    devices.identityChanged(device.id, {
      ...row,
      name: 'press',
      dnsName: 'press.x.example',
      macs: [card],
      ipv4: ['10.3.0.4'],
    });
    expect(devices.byId(device.id)).toMatchObject({ uuid, macs: [card], state: 'managed' });
    expect(devices.discover({ method: 'scan', at: now, facts: {}, names: ['PRESS.x.example'] })).toMatchObject({
      created: false,
      device: { id: device.id },
    });
    devices.identityChanged(device.id, { ...row, uuid: swappedUuid(uuid) });
    expect(devices.byId(device.id).state).toBe('managed');
    const other = newUuid();
    devices.identityChanged(device.id, { ...row, uuid: other });
    expect(devices.byId(device.id)).toMatchObject({ state: 'held', heldReason: 'key-with-other-hardware', uuid });
    // Whoever approves it has looked: the hardware is learnt anew.
    devices.approve(admin, device.id);
    devices.identityChanged(device.id, { ...row, uuid: other });
    expect(devices.byId(device.id)).toMatchObject({ state: 'managed', uuid: other });
  });
});

describe('ranges of addresses', () => {
  it('are networks, addresses, spans; what is none holds nothing', () => {
    for (const range of ['10.1.0.0/16', '10.1.2.3', '10.1.0.10-10.1.0.99', 'fd00::/8', 'fd00::1']) {
      expect([range, isAddressRange(range)]).toEqual([range, true]);
    }
    for (const range of [
      '',
      '10.1.0.0/33',
      '10.1.0',
      'fd00::/129',
      '10.1.0.9-fd00::1',
      '10.1.0.9-10.1.0.1',
      'host',
      '1.1.1.1/-1',
    ]) {
      expect([range, isAddressRange(range) || addressRanges([range]).contains('10.1.0.5')]).toEqual([range, false]);
    }
    expect(addressRanges(['10.1.0.10-10.1.0.99']).contains('10.1.0.99')).toBe(true);
    expect(addressRanges(['10.1.0.10-10.1.0.99']).contains('10.1.0.100')).toBe(false);
  });

  it('hold exactly the addresses of their network', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 0, max: 32 }), fc.ipV4(), (network, bits, address) => {
        const number = (text: string): number => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
        const size = 2 ** (32 - bits);
        const expected = Math.floor(number(network) / size) === Math.floor(number(address) / size);
        expect(addressRanges([`${network}/${bits}`]).contains(address)).toBe(expected);
      }),
    );
  });
});
