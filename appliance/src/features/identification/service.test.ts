import { describe, expect, it } from 'vitest';
import { testGate } from '../../../../test/support/persons.ts';
import {
  anna,
  boris,
  codeOf,
  identificationSite,
  person,
} from '../../../test/support/controllers/identification-site.ts';
import { s7Device } from '../../../test/support/controllers/s7-device.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { planDigest } from './plan.ts';
import { identificationStore } from './store.ts';

const { state, now, devices, open, device, addController, job, approve, run, eventsOf } = identificationSite();

describe('a job', () => {
  it('asks its controllers, logs each packet before it leaves, and gives the record what they said', async () => {
    const controller = await device('127.0.0.11');
    const id = addController({ address: controller.host });
    const work = job([id], controller.port);
    const records = state.site.controllers.ids(0, 1_000).length;
    const { plan } = state.service.plan(boris, work);
    expect(plan.targets).toMatchObject([
      { controller: id, host: controller.host, zoneName: state.zoneName, gapMs: 500 },
    ]);
    expect(plan.targets[0]?.missing).toEqual(['vendor', 'model', 'orderNumber', 'firmware', 'serial', 'details']);
    approve(work);
    expect(await run(work)).toMatchObject({ state: 'done', summary: { exchanges: 1, read: 1 } });
    const packets = state.service.packets(state.service.get(work, wholeSite('job')).run?.id ?? 0, 0, 1_000);
    expect(packets.filter(({ what }) => what === 'send').map(({ hex }) => hex)).toEqual(
      controller.seen.map(({ bytes }) => bytes.toString('hex')),
    );
    // Everything that left was shown before, but for the number of the transaction, which the plan names as open.
    const [shown] = plan.targets[0]?.asks[0]?.packets ?? [];
    expect(shown?.fields).toEqual([{ name: 'transaction', at: 0, length: 2, source: 'count' }]);
    const bytes = new Set(plan.targets[0]?.asks.flatMap((ask) => ask.packets.map(({ hex }) => hex.slice(4))));
    for (const { what, hex } of packets) if (what === 'send') expect(bytes.has((hex ?? '').slice(4))).toBe(true);
    expect(packets.every(({ meaning, what }) => what === 'connect' || meaning !== null)).toBe(true);
    expect(controller.state).toEqual({ connections: 1, mostAtOnce: 1 });
    const parts = state.site.controllers
      .parts(state.site.controllers.get(id, wholeSite('job')).id)
      .find(({ type }) => type === 'controller');
    expect(parts?.observed).toMatchObject({ vendor: 'Schneider Electric', firmware: 'V3.10' });
    // It is the record that was asked about, not a new one.
    expect(state.site.controllers.ids(0, 1_000)).toHaveLength(records);
    expect(eventsOf('identification-ended')).toHaveLength(1);
  });

  it('never sends faster than its pause, to whichever device', async () => {
    const [one, two] = [await device('127.0.0.11'), await device('127.0.0.12')];
    // The same port at two addresses.
    const ids = [addController({ address: one.host }), addController({ address: two.host })];
    const first = job([ids[0] ?? ''], one.port, { gapMs: 700 });
    approve(first);
    await run(first);
    const at = state.service
      .packets(state.service.get(first, wholeSite('job')).run?.id ?? 0, 0, 1_000)
      .map((packet) => packet.at);
    expect(at.length).toBeGreaterThan(2);
    for (const [index, time] of at.entries())
      if (index > 0) expect(time - (at[index - 1] ?? 0)).toBeGreaterThanOrEqual(700);
  });

  it('is for exactly the plan, the person and the window that were approved', async () => {
    const controller = await device('127.0.0.11');
    const work = job([addController({ address: controller.host })], controller.port);
    const { plan } = state.service.plan(boris, work);
    const said = { digest: plan.digest, targets: 1 };
    expect(codeOf(() => state.service.approve(anna, work, said))).toBe('APPROVAL_SELF');
    expect(codeOf(() => state.service.approve(systemActor, work, said))).toBe('APPROVAL_PERSON');
    expect(codeOf(() => state.service.approve(person('boris', 'controllers:read'), work, said))).toBe('FORBIDDEN');
    expect(codeOf(() => state.service.approve(boris, work, { ...said, digest: 'a'.repeat(64) }))).toBe('CONFLICT');
    expect(codeOf(() => state.service.approve(boris, work, { ...said, targets: 2 }))).toBe('INVALID');
    expect(codeOf(() => state.service.start(anna, work))).toBe('CONFLICT');
    state.service.approve(boris, work, said);
    // Any change ends it, and so does taking the change back; who changed it may not approve it any more.
    state.site.objects.update(boris, 'controller-identification', work, { gapMs: 900 });
    expect(state.service.get(work, wholeSite('job')).state).toBe('unapproved');
    state.site.objects.revert(boris, 'controller-identification', work, 1);
    expect(state.service.get(work, wholeSite('job')).state).toBe('unapproved');
    expect(codeOf(() => approve(work))).toBe('APPROVAL_SELF');
    approve(work, person('clara'));
    now.ms = Date.UTC(2026, 10, 24, 5);
    expect(codeOf(() => state.service.start(anna, work))).toBe('CONFLICT');
    now.ms = Date.UTC(2026, 10, 24, 10);
    expect(codeOf(() => state.service.start(anna, work))).toBe('CONFLICT');
    expect(state.service.get(work, wholeSite('job')).state).toBe('missed');
    now.ms = Date.UTC(2026, 10, 24, 9);
    await run(work);
    expect(codeOf(() => state.service.start(anna, work))).toBe('CONFLICT');
    expect(controller.state.connections).toBe(1);
  });

  it('whose author holds a token is not approved by that token', () => {
    const account = state.site.objects.create(systemActor, 'account', { name: 'anna', roles: ['administrator'] });
    const token = state.site.objects.create(systemActor, 'token', {
      name: 't',
      purpose: 'api',
      account: account.id,
      hash: 'a'.repeat(64),
    });
    const work = state.site.objects.create(person(account.id), 'controller-identification', {
      name: 'Own',
      controllers: ['x'],
      protocols: ['modbus'],
      from: '2026-11-24T06:00:00Z',
      until: '2026-11-24T10:00:00Z',
    }).id;
    expect(state.service.mayApprove({ ...person('x'), type: 'token', id: token.id }, work)).toBe('APPROVAL_TOKEN');
    expect(state.service.mayApprove(boris, work)).toBeUndefined();
  });

  it('has an approval that the journal vouches for: who, when, and the digest of every byte', async () => {
    const controller = await device('127.0.0.11');
    const work = job([addController({ address: controller.host })], controller.port);
    approve(work);
    const { approval } = state.service.get(work, wholeSite('job'));
    const [event] = eventsOf('identification-approved');
    const persons = [...testGate(state.site.db).personsBehind(boris)];
    expect(approval).toMatchObject({ by: 'account:boris', persons, entry: event?.auditSeq });
    expect(event).toMatchObject({
      actor: 'account:boris',
      params: { digest: state.service.plan(boris, work).plan.digest, persons: persons.join(' ') },
    });
    expect(state.site.events.verifyChain()).toMatchObject({ ok: true });
    const started = state.service.start(anna, work);
    expect(state.service.approvalOfRun(started)).toMatchObject({ whole: true });
    // Whoever rewrites the plan and its digest alike meets the journal.
    const plan = state.service.planOfRun(started);
    if (plan === undefined) throw new Error('no plan');
    const targets = plan.targets.map((target) => ({ ...target, gapMs: 501 }));
    const digest = planDigest({ ...plan, targets });
    state.site.db
      .prepare('update identification_approval set plan = ?, digest = ? where id = ?')
      .run(JSON.stringify({ ...plan, targets, digest }), digest, started.approval);
    expect(state.service.approvalOfRun(started)).toMatchObject({ whole: false });
    expect(await state.service.work(started.id, { onProgress: () => undefined })).toMatchObject({ code: 'approval' });
    expect(controller.state.connections).toBe(0);
  });

  const rewritten: readonly [what: string, sql: string][] = [
    ['another has approved', "update identification_approval set by = 'account:clara' where id = ?"],
    ['other persons have approved', "update identification_approval set persons = '[]' where id = ?"],
    [
      'the journal was rewritten',
      `update event set params = replace(params, '"targets":1', '"targets":2')
       where audit_seq = (select entry from identification_approval where id = ?)`,
    ],
  ];
  it.each(rewritten)('sends nothing when afterwards %s', async (_what, sql) => {
    const controller = await device('127.0.0.11');
    const work = job([addController({ address: controller.host })], controller.port);
    approve(work);
    const started = state.service.start(anna, work);
    expect(state.site.db.prepare(sql).run(started.approval).changes).toBe(1);
    expect(await state.service.work(started.id, { onProgress: () => undefined })).toMatchObject({ code: 'approval' });
    expect(controller.state.connections).toBe(0);
  });

  it('asks only what is missing, and leaves out what may not be asked', async () => {
    const controller = await device('127.0.0.11');
    const known = addController({ address: controller.host });
    const first = job([known], controller.port, { details: false });
    approve(first);
    await run(first);
    const whole = { vendor: 'v', model: 'm', orderNumber: 'o', serial: 's1234', firmware: '1' };
    state.site.controllers.ingest(
      anna,
      { type: 'capture', name: 'c' },
      [
        {
          observedAtMs: now.ms,
          method: 'passive',
          source: 'pcap',
          facts: Object.entries(whole).map(([field, value]) => ({ field, value, raw: value })),
          parts: [],
        },
      ],
      { about: state.site.controllers.get(known, wholeSite('job')).id },
    );
    const others = {
      outside: addController({ address: '10.1.1.1' }),
      nowhere: addController({}),
      safety: addController({ address: '127.0.0.13', safety: 'yes' }),
      never: addController({ address: '127.0.0.14', queryPolicy: 'never' }),
      zoneless: addController({ address: '127.0.0.15', zone: null }),
    };
    const { plan } = state.service.plan(
      anna,
      job([known, ...Object.values(others), 'gone'], controller.port, { details: false }),
    );
    expect(plan.targets).toEqual([]);
    expect(plan.leftOut.map(({ why }) => why)).toEqual([
      'known',
      'prefix',
      'no-address',
      'safety',
      'never',
      'no-zone',
      'gone',
    ]);
    expect(codeOf(() => approve(first))).toBe('CONFLICT');
    // A named person takes the safety controller upon himself.
    expect(codeOf(() => state.service.setPolicy(systemActor, others.safety, { safetyReason: 'because' }))).toBe(
      'APPROVAL_PERSON',
    );
    state.service.setPolicy(boris, others.safety, { safetyReason: 'acceptance test' });
    const own = state.service.plan(anna, job([others.safety], controller.port)).plan;
    expect(own.targets).toMatchObject([{ override: { by: 'account:boris', reason: 'acceptance test' } }]);
  });

  it('ends before the next packet when the switch of the state.site is turned off', async () => {
    const controller = await device('127.0.0.11', ({ answer, n }) => {
      if (n === 1) state.service.switchOff(boris);
      return answer;
    });
    const work = job([addController({ address: controller.host })], controller.port);
    approve(work);
    expect(await run(work)).toMatchObject({ state: 'stopped', code: 'site-off' });
    expect(controller.seen).toHaveLength(1);
    expect(eventsOf('identification-switched-off')).toHaveLength(1);
    expect(state.service.isOn()).toBe(false);
  });

  const hindrances: readonly [what: string, code: string, act: (id: string) => unknown][] = [
    ['somebody stops it', 'stopped', (id) => state.service.stop(boris, id)],
    [
      'it is changed',
      'changed',
      (id) => state.site.objects.update(boris, 'controller-identification', id, { gapMs: 900 }),
    ],
    [
      'its zone becomes stricter',
      'switch',
      () => state.site.objects.update(boris, 'controller-zone', state.zone, { queryDetails: 'off', queryMode: 'off' }),
    ],
    [
      'the window is over',
      'window',
      () => {
        now.ms = Date.UTC(2026, 10, 24, 10);
      },
    ],
  ];
  it.each(hindrances)('ends before the next packet when %s', async (_what, code, act) => {
    const held = { id: '' };
    const controller = await device('127.0.0.11', ({ answer, n }) => {
      if (n === 1) act(held.id);
      return answer;
    });
    held.id = job([addController({ address: controller.host })], controller.port);
    approve(held.id);
    expect(await run(held.id)).toMatchObject({ state: 'stopped', code });
    expect(controller.seen).toHaveLength(1);
  });

  it('stops at a reset, halts the state.zone, and asks nothing else in it until a person says so', async () => {
    const bad = await device('127.0.0.11', ({ socket, n, answer }) => {
      if (n === 1) return answer;
      socket.resetAndDestroy();
      return undefined;
    });
    const good = await device('127.0.0.12');
    const ids = [addController({ address: bad.host }), addController({ address: good.host })];
    const work = job(ids, bad.port);
    const other = job([ids[1] ?? ''], good.port);
    approve(work);
    approve(other);
    expect(await run(work)).toMatchObject({ state: 'anomaly', code: 'reset' });
    expect(eventsOf('controller-anomaly')).toMatchObject([{ severity: 'critical' }]);
    expect(state.service.halts(wholeSite('job'))).toMatchObject([{ zoneName: state.zoneName, code: 'reset' }]);
    expect(await run(other)).toMatchObject({ state: 'stopped', code: 'halted' });
    expect(good.seen).toEqual([]);
    expect(state.service.plan(anna, job([ids[1] ?? ''], good.port)).plan.leftOut).toMatchObject([{ why: 'halted' }]);
    expect(codeOf(() => state.service.releaseZone(boris, state.zone, ' '))).toBe('INVALID');
    state.service.releaseZone(boris, state.zone, 'a cable was loose');
    const again = job([ids[1] ?? ''], good.port);
    approve(again);
    expect(await run(again)).toMatchObject({ state: 'done' });
  });

  it('stops when replies become slow', async () => {
    const controller = await device('127.0.0.11', ({ answer, n }) => {
      if (n === 2) now.ms += 1_000;
      return answer;
    });
    const work = job([addController({ address: controller.host })], controller.port);
    approve(work);
    expect(await run(work)).toMatchObject({ state: 'anomaly', code: 'slow' });
    expect(controller.seen).toHaveLength(2);
  });

  it('asks a controller that refuses no second time', async () => {
    const gone = await device('127.0.0.11');
    await gone.close();
    devices.pop();
    const work = job([addController({ address: gone.host })], gone.port);
    approve(work);
    expect(await run(work)).toMatchObject({ state: 'done', summary: { read: 0, silent: 1, packets: 0 } });
    const number = state.service.get(work, wholeSite('job')).run?.id ?? 0;
    expect(state.service.exchanges(number)).toMatchObject([{ outcome: 'refused' }]);
    expect(state.service.packets(number, 0, 100).map(({ what }) => what)).toEqual(['connect']);
  });

  it('goes on after a restart without saying anything again', async () => {
    const stop = new AbortController();
    const first = await device('127.0.0.11', ({ answer, n }) => {
      if (n === 1) stop.abort();
      return answer;
    });
    const ids = [addController({ address: first.host }), addController({ address: '127.0.0.12' })];
    const work = job(ids, first.port);
    approve(work);
    const { id: number } = state.service.start(anna, work);
    await expect(
      state.service.work(number, { signal: stop.signal, onProgress: () => undefined }),
    ).rejects.toMatchObject({
      code: 'CANCELLED',
    });
    expect(state.service.run(number, wholeSite('job')).state).toBe('running');
    expect(first.seen).toHaveLength(1);
    // Another process finds the run where it stood.
    state.service = open();
    expect(await state.service.work(number, { onProgress: () => undefined })).toMatchObject({ state: 'done' });
    expect(first.seen).toHaveLength(1);
    expect(first.state.connections).toBe(1);
  });

  it('that was cut off in the middle of a packet does not send it again', async () => {
    const controller = await device('127.0.0.11');
    const work = job([addController({ address: controller.host })], controller.port);
    approve(work);
    const { id: number } = state.service.start(anna, work);
    // As a crash leaves it: the exchange is begun and has no end.
    identificationStore(state.site.db).setRunning(number);
    identificationStore(state.site.db).beginExchange(
      number,
      state.service.plan(anna, work).plan.targets[0]?.controller ?? '',
      'modbus',
    );
    expect(await state.service.work(number, { onProgress: () => undefined })).toMatchObject({ state: 'done' });
    expect(controller.state.connections).toBe(0);
  });

  it('that starts by itself does so when its window opens, once', () => {
    const work = job([addController({ address: '127.0.0.11' })], 502, {
      start: 'scheduled',
      from: '2026-11-24T08:30:00Z',
    });
    approve(work);
    const queued: number[] = [];
    const working = open({
      jobs: {
        enqueue: (_kind, payload) => queued.push((payload as { run: number }).run),
        list: () => queued.map((run) => ({ state: 'queued', payload: { run } })) as never,
      },
    });
    expect(working.look().started).toBe(0);
    now.ms = Date.UTC(2026, 10, 24, 8, 30);
    expect(working.look().started).toBe(1);
    expect(working.get(work, wholeSite('job')).state).toBe('waiting');
    expect(working.look().started).toBe(0);
    // One that nobody works on any more is over.
    state.service.look();
    expect(state.service.get(work, wholeSite('job'))).toMatchObject({ state: 'failed', run: { code: 'missed' } });
  });

  it('that repeats runs once in each window, by the words of then, until its end or until something was odd', async () => {
    const controller = await device('127.0.0.11');
    const id = addController({ address: controller.host });
    const day = 86_400_000;
    const first = Date.UTC(2026, 10, 24, 6);
    const made = (body: Record<string, unknown> = {}) =>
      job([id], controller.port, {
        start: 'scheduled',
        details: false,
        askKnown: true,
        repeatDays: 7,
        repeatUntil: '2026-12-10T00:00:00Z',
        ...body,
      });
    expect(codeOf(() => made({ start: 'manual' }))).toBe('INVALID');
    expect(codeOf(() => made({ repeatUntil: null }))).toBe('INVALID');
    expect(codeOf(() => made({ repeatUntil: '2028-01-01T00:00:00Z' }))).toBe('INVALID');
    const work = made();
    expect(state.service.get(work, wholeSite('job')).next).toBeUndefined();
    approve(work);
    const queued: number[] = [];
    const jobs = {
      enqueue: (_kind: string, payload: unknown) => queued.push((payload as { run: number }).run),
      list: () => queued.map((run) => ({ state: 'queued', payload: { run } })) as never,
    };
    state.service = open({ jobs });
    const goes = async (at: number): Promise<string> => {
      now.ms = at;
      if (state.service.look().started === 0) return 'nothing';
      const number = queued.splice(0)[0] ?? 0;
      return (await state.service.work(number, { onProgress: () => undefined })).state;
    };
    expect(await goes(first + 3_600_000)).toBe('done');
    expect(await goes(first + 2 * 3_600_000)).toBe('nothing');
    expect(state.service.get(work, wholeSite('job')).next).toEqual({
      from: first + 7 * day,
      until: first + 7 * day + 4 * 3_600_000,
    });
    expect(await goes(first + 3 * day)).toBe('nothing');
    // The next week, with the same word of the same second person.
    expect(await goes(first + 7 * day)).toBe('done');
    expect(controller.state.connections).toBe(2);
    expect(state.service.get(work, wholeSite('job')).approval?.by).toBe('account:boris');
    // The policy of then: stricter, so nothing is sent, and it does not come again by itself.
    state.site.objects.update(boris, 'controller-zone', state.zone, { queryIdentify: 'manual' });
    expect(await goes(first + 14 * day)).toBe('stopped');
    expect(controller.state.connections).toBe(2);
    expect(state.service.get(work, wholeSite('job'))).toMatchObject({ next: undefined, run: { code: 'switch' } });
    state.site.objects.update(boris, 'controller-zone', state.zone, { queryIdentify: 'scheduled' });
    expect(await goes(first + 14 * day + 3_600_000)).toBe('nothing');
    // A second person may approve it anew; its end stays.
    approve(work);
    expect(await goes(first + 14 * day + 2 * 3_600_000)).toBe('done');
    expect(state.service.get(work, wholeSite('job')).next).toBeUndefined();
    expect(await goes(first + 21 * day)).toBe('nothing');
    expect(codeOf(() => approve(work))).toBe('CONFLICT');
  });

  it('that missed a window takes the next one', () => {
    const work = job([addController({ address: '127.0.0.11' })], 502, {
      start: 'scheduled',
      details: false,
      repeatDays: 1,
      repeatUntil: '2026-11-30T00:00:00Z',
    });
    approve(work);
    now.ms = Date.UTC(2026, 10, 26, 7);
    expect(state.service.look().started).toBe(1);
    expect(state.service.planOfRun(state.service.runs(work, wholeSite('job'))[0] ?? (undefined as never))?.from).toBe(
      Date.UTC(2026, 10, 26, 6),
    );
  });

  it('stops when a controller leaves RUN while it is asked, says so, and halts its zone', async () => {
    const controller = await s7Device({ host: '127.0.0.11', port: 0 }, true);
    const good = await device('127.0.0.12');
    const ids = [addController({ address: controller.host }), addController({ address: good.host })];
    const work = job(ids, good.port, {
      protocols: ['s7', 'modbus'],
      mode: true,
      ports: [`s7/${controller.port}`, `modbus/${good.port}`],
    });
    approve(work);
    expect(await run(work)).toMatchObject({ state: 'anomaly', code: 'left-run', detail: 'RUN -> STOP' });
    expect(good.seen).toEqual([]);
    expect(state.service.halts(wholeSite('job'))).toMatchObject([{ zoneName: state.zoneName, code: 'left-run' }]);
    expect(eventsOf('controller-anomaly')[0]?.params).toMatchObject({ code: 'left-run', reason: 'RUN -> STOP' });
    expect(eventsOf('identification-stopped')[0]?.params).toMatchObject({ code: 'left-run' });
    await controller.close();
  });

  it('has a notice with source, times, protocols and targets', () => {
    const work = job([addController({ address: '127.0.0.11' })], 502);
    const { text } = state.service.notice(anna, work, (ref) => ref);
    for (const part of [
      '10.1.9.9',
      '2026-11-24T06:00:00Z',
      '2026-11-24T10:00:00Z',
      'tcp/502',
      '127.0.0.11',
      state.zoneName,
    ])
      expect(text).toContain(part);
  });
});
