import { packetHash } from '@sallyport/bundle-tools/controllers/identification/guarded';
import { LEASE_MS } from '@sallyport/bundle-tools/controllers/identification/limits';
import type { PermitRequest } from '@sallyport/bundle-tools/controllers/identification/permit';
import type { IdentificationReport } from '@sallyport/bundle-tools/protocol/identify-controllers';
import { afterEach, describe, expect, it } from 'vitest';
import { anna, boris, identificationSite } from '../../../test/support/controllers/identification-site.ts';
import { outbound } from '../../platform/connect.ts';
import { wholeSite } from '../../platform/scope.ts';
import { identificationStore } from './store.ts';

const { state, now, device, addController, job, approve } = identificationSite();

describe('the module that connects', () => {
  it('reaches nothing that no running, approved job names, and says so', async () => {
    const controller = await device('127.0.0.11');
    const id = addController({ address: controller.host });
    const work = job([id], controller.port);
    approve(work);
    const limits = { connectMs: 500, maxBytes: 1_000 };
    const to = {
      purpose: 'controllers',
      object: `controller-identification/${work}`,
      host: controller.host,
      port: controller.port,
    } as const;
    const denied: string[] = [];
    const link = async (change: object, kind: 'tcp' | 'udp' = 'tcp') => {
      const out = outbound({
        targets: state.service.namedTargets,
        forbidden: () => ({ because: () => 'controller' }),
        record: ({ host, port, outcome }) => denied.push(`${outcome} ${host}:${port}`),
      });
      return out.link({ ...to, ...change }, kind, limits);
    };
    // Approved, but it does not run.
    expect(await link({})).toBe('denied');
    const { id: number } = state.service.start(anna, work);
    identificationStore(state.site.db).setRunning(number);
    const opened = await link({});
    expect(typeof opened).toBe('object');
    if (typeof opened === 'object') await opened.close();
    for (const change of [
      { host: '127.0.0.12' },
      { port: controller.port + 1 },
      { host: 'localhost' },
      { object: 'controller-identification/x' },
      { purpose: 'discovery' as const },
    ])
      expect(await link(change)).toBe('denied');
    expect(await link({}, 'udp')).toBe('denied');
    state.service.switchOff(boris);
    expect(await link({})).toBe('denied');
    expect(controller.state.connections).toBe(1);
    expect(denied.filter((line) => line.startsWith('denied'))).toHaveLength(8);
  });
});

describe('a job at an agent', () => {
  afterEach(() => {
    for (const { task } of identificationStore(state.site.db).openRuns())
      state.service.queue.result(7, task ?? '', { attempt: 1, steps: [], state: 'failed', code: 'CANCELLED' });
  });

  const ordered = () => {
    const id = addController({ address: '127.0.0.11' });
    const work = job([id], 1502, { agent: 'agent-1' });
    approve(work);
    const started = state.service.start(anna, work);
    const task = state.service.queue.next(7);
    if (task?.action !== 'identify-controllers' || started.task === null) throw new Error('no task');
    const number = started.task;
    const packets = state.service.planOfRun(started)?.targets[0]?.asks[0]?.packets ?? [];
    const connect: PermitRequest = { what: 'connect', controller: id, protocol: 'modbus', kind: 'tcp' };
    /** A packet of the plan, as an agent asks for it. */
    const packet = (place: number, hex = packets[place]?.hex ?? ''): Extract<PermitRequest, { what: 'send' }> => ({
      what: 'send',
      controller: id,
      protocol: 'modbus',
      kind: 'tcp',
      place,
      hex,
      sha256: packetHash(Buffer.from(hex, 'hex')),
    });
    const ask = (request: PermitRequest, device = 7) => state.service.queue.permit(device, number, request);
    /** A permit, after the pause. */
    const permit = (request: PermitRequest): string => {
      now.ms += 500;
      const reply = ask(request);
      if (reply?.go !== true) throw new Error(JSON.stringify(reply));
      return reply.permit;
    };
    return { id, work, number, task, connect, packet, ask, permit };
  };
  type Sent = IdentificationReport['packets'][number];
  const sentOf = (id: string, request: PermitRequest, permit: string, over: Partial<Sent> = {}): Sent => ({
    at: now.ms,
    attempt: 1,
    controller: id,
    protocol: 'modbus',
    kind: 'tcp',
    host: '127.0.0.11',
    port: 1502,
    what: request.what === 'connect' ? 'connect' : 'send',
    ...(request.what === 'send' ? { hex: request.hex } : {}),
    sha256: request.what === 'send' ? request.sha256 : packetHash(Buffer.alloc(0)),
    permit,
    ...over,
  });
  const report = (id: string, packets: Sent[]) => ({
    attempt: 1,
    steps: [],
    state: 'completed' as const,
    identification: {
      end: 'done' as const,
      exchanges: [
        {
          controller: id,
          protocol: 'modbus' as const,
          outcome: 'read',
          readings: [
            {
              observedAtMs: now.ms,
              method: 'query' as const,
              source: 'modbus',
              facts: [{ field: 'model', value: 'M340', raw: 'M340' }],
              parts: [],
            },
          ],
        },
      ],
      packets,
    },
  });

  it('is given to that agent only, as exactly what was approved, and taken from it only', () => {
    const { id, work, task, connect, packet, ask, permit } = ordered();
    expect(task).toMatchObject({ action: 'identify-controllers', targets: [{ controller: id, host: '127.0.0.11' }] });
    expect(task.packets[task.targets[0]?.asks[0]?.packets ?? -1]?.length).toBeGreaterThan(1);
    expect(state.service.queue.next(8)).toBeNull();
    expect(ask(connect, 8)).toBeUndefined();
    const packets = [sentOf(id, connect, permit(connect)), sentOf(id, packet(0), permit(packet(0)))];
    expect(state.service.queue.result(8, task.id, report(id, packets))).toBe('not-found');
    expect(state.service.queue.result(7, task.id, report(id, packets))).toBe('ok');
    expect(state.service.queue.result(7, task.id, report(id, packets))).toBe('repeat');
    expect(state.service.get(work, wholeSite('job'))).toMatchObject({
      state: 'done',
      run: { summary: { read: 1, packets: 1 } },
    });
    expect(
      state.site.controllers.parts(state.site.controllers.get(id, wholeSite('job')).id)[0]?.observed['model'],
    ).toBe('M340');
    expect(state.service.queue.next(7)).toBeNull();
    // What it said was planned so, and the log names it.
    const kept = state.service.packets(state.service.get(work, wholeSite('job')).run?.id ?? 0, 0, 10);
    expect(kept.map(({ meaning }) => meaning?.key ?? null)).toEqual([null, 'modbus.device-id']);
  });

  it('has no permit once anything forbids it', () => {
    const { task, work, connect, ask } = ordered();
    state.service.queue.state(7, task.id, 'running');
    state.service.stop(boris, work);
    expect(ask(connect)).toEqual({ go: false, why: 'stopped' });
    expect(state.service.queue.cancelled(7, [task.id])).toEqual([task.id]);
    expect(state.service.queue.next(7)).toBeNull();
  });

  it('has permits for the packets of its plan, each for one packet, in their order', () => {
    const { connect, packet, ask, permit } = ordered();
    const hex = packet(0).hex;
    permit(connect);
    // Its open fields may be as they come, and nothing else.
    permit(packet(0, `0007${hex.slice(4)}`));
    expect(ask(packet(1))).toMatchObject({ go: false, waitMs: 500 });
    now.ms += 499;
    expect(ask(packet(1))).toMatchObject({ go: false, waitMs: 1 });
    permit(packet(1));
    now.ms += 500;
    expect(ask(packet(0))).toEqual({ go: false, why: 'outside' });
    // From then on there is none at all.
    expect(ask(packet(1))).toEqual({ go: false, why: 'outside' });
  });

  const others: readonly [what: string, change: (of: ReturnType<typeof ordered>) => PermitRequest][] = [
    ['one byte is another', ({ packet }) => packet(0, packet(0).hex.replace('2b0e01', '2b0d01'))],
    ['a register would be written', ({ packet }) => packet(0, '000100000006ff0600010001')],
    ['more bytes follow', ({ packet }) => packet(0, `${packet(0).hex}00`)],
    ['it is a packet of another place', ({ packet }) => ({ ...packet(0), place: 2 })],
    ['the place is none', ({ packet }) => ({ ...packet(0), place: 127 })],
    ['other bytes would leave', ({ packet }) => ({ ...packet(0), sha256: 'a'.repeat(64) })],
    ['it goes by datagram', ({ packet }) => ({ ...packet(0), kind: 'udp' })],
    ['the protocol is none of the plan', ({ packet }) => ({ ...packet(0), protocol: 's7' })],
    ['the controller is none of the plan', ({ packet }) => ({ ...packet(0), controller: 'controller-other' })],
  ];
  it.each(others)('has no permit for another packet, and has failed: %s', (_what, change) => {
    const made = ordered();
    made.permit(made.connect);
    now.ms += 500;
    expect(made.ask(change(made))).toEqual({ go: false, why: 'outside' });
    state.service.queue.result(7, made.task.id, report(made.id, []));
    expect(state.service.get(made.work, wholeSite('job'))).toMatchObject({ state: 'failed', run: { code: 'outside' } });
  });

  const reports: readonly [
    what: string,
    packets: (of: ReturnType<typeof ordered>, permits: readonly [string, string]) => Sent[],
  ][] = [
    ['no permit', ({ id, packet }) => [sentOf(id, packet(0), 'b'.repeat(32))]],
    ['the permit of another packet', ({ id, packet }, [, second]) => [sentOf(id, packet(2), second)]],
    [
      'a permit that was used',
      ({ id, packet }, [, second]) => [sentOf(id, packet(0), second), sentOf(id, packet(0), second)],
    ],
    ['the permit of a connection', ({ id, packet }, [first]) => [sentOf(id, packet(0), first)]],
    ['another address', ({ id, packet }, [, second]) => [sentOf(id, packet(0), second, { host: '127.0.0.99' })]],
    ['another port', ({ id, packet }, [, second]) => [sentOf(id, packet(0), second, { port: 502 })]],
    [
      'other bytes than their hash says',
      ({ id, packet }, [, second]) => [sentOf(id, packet(0), second, { hex: '00' })],
    ],
    [
      'other bytes under the permit',
      ({ id, packet }, [, second]) => [sentOf(id, packet(0), second, { hex: '00', sha256: packetHash(Buffer.of(0)) })],
    ],
  ];
  it.each(reports)('that reports packets with %s has failed', (_what, packets) => {
    const made = ordered();
    const given = [made.permit(made.connect), made.permit(made.packet(0))] as const;
    state.service.queue.result(7, made.task.id, report(made.id, packets(made, given)));
    expect(state.service.get(made.work, wholeSite('job'))).toMatchObject({ state: 'failed', run: { code: 'outside' } });
  });

  it('has a permit of its own run only', () => {
    const [one, two] = [ordered(), ordered()];
    const permit = one.permit(one.connect);
    state.service.queue.result(7, two.number, report(two.id, [sentOf(two.id, two.connect, permit)]));
    expect(state.service.get(two.work, wholeSite('job'))).toMatchObject({ state: 'failed', run: { code: 'outside' } });
  });

  it('keeps a controller to itself until its connection is closed, or until it has been silent for too long', () => {
    const [one, two] = [ordered(), ordered()];
    // Two records, one address.
    one.permit(one.connect);
    now.ms += 500;
    expect(two.ask(two.connect)).toEqual({ go: false, waitMs: 1_000 });
    expect(one.ask({ what: 'close', controller: one.id, protocol: 'modbus' })).toEqual({ go: false, waitMs: 0 });
    // The pause counts from the end of the other's connection.
    expect(two.ask(two.connect)).toEqual({ go: false, waitMs: 500 });
    two.permit(two.connect);
    two.permit(two.packet(0));
    expect(one.ask(one.connect)).toMatchObject({ go: false, waitMs: 1_000 });
    // Dead: nothing is heard of it any more.
    now.ms += 500 + LEASE_MS;
    one.permit(one.connect);
    expect(two.ask(two.packet(1))).toEqual({ go: false, why: 'lapsed' });
    // A run that has ended holds nothing once its runner says so.
    state.service.queue.result(7, one.number, report(one.id, []));
    two.permit(two.connect);
  });

  it('that nobody takes, or whose end nobody tells, is over some time after its window', () => {
    const { task, work } = ordered();
    state.service.queue.state(7, task.id, 'running');
    now.ms = Date.UTC(2026, 10, 24, 10, 5);
    state.service.look();
    expect(state.service.get(work, wholeSite('job')).state).toBe('running');
    now.ms = Date.UTC(2026, 10, 24, 10, 11);
    state.service.look();
    expect(state.service.get(work, wholeSite('job'))).toMatchObject({ state: 'failed', run: { code: 'lost' } });
  });
});
