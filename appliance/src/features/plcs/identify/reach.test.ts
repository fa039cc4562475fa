import { describe, expect, it } from 'vitest';
import { anna, boris, identificationSite } from '../../../../test/support/controllers/identification-site.ts';
import { outbound } from '../../../platform/connect.ts';
import { identificationStore } from './store.ts';

const { state, now, device, controller, job, approve } = identificationSite();

describe('the module that connects', () => {
  it('reaches nothing that no running, approved job names, and says so', async () => {
    const plc = await device('127.0.0.11');
    const id = controller({ address: plc.host });
    const work = job([id], plc.port);
    approve(work);
    const limits = { connectMs: 500, maxBytes: 1_000 };
    const to = {
      purpose: 'controllers',
      object: `plc-identification/${work}`,
      host: plc.host,
      port: plc.port,
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
      { port: plc.port + 1 },
      { host: 'localhost' },
      { object: 'plc-identification/x' },
      { purpose: 'discovery' as const },
    ])
      expect(await link(change)).toBe('denied');
    expect(await link({}, 'udp')).toBe('denied');
    state.service.switchOff(boris);
    expect(await link({})).toBe('denied');
    expect(plc.state.connections).toBe(1);
    expect(denied.filter((line) => line.startsWith('denied'))).toHaveLength(8);
  });
});

describe('a job at an agent', () => {
  const ordered = () => {
    const id = controller({ address: '127.0.0.11' });
    const work = job([id], 1502, { agent: 'agent-1' });
    approve(work);
    const started = state.service.start(anna, work);
    const task = state.service.queue.next(7);
    if (task === null) throw new Error('no task');
    return { id, work, started, task };
  };
  const report = (plc: string, host: string) => ({
    attempt: 1,
    steps: [],
    state: 'completed' as const,
    identification: {
      end: 'done' as const,
      exchanges: [
        {
          plc,
          protocol: 'modbus' as const,
          outcome: 'read',
          readings: [
            {
              observedAtMs: now.ms,
              method: 'query' as const,
              source: 'modbus',
              said: [{ field: 'model', value: 'M340', raw: 'M340' }],
              parts: [],
            },
          ],
        },
      ],
      packets: [
        {
          at: now.ms,
          attempt: 1,
          plc,
          protocol: 'modbus' as const,
          kind: 'tcp' as const,
          host,
          port: 1502,
          what: 'send' as const,
          hex: '00',
          sha256: 'a'.repeat(64),
        },
      ],
    },
  });

  it('is given to that agent only, as exactly what was approved, and taken from it only', () => {
    const { id, work, task } = ordered();
    expect(task).toMatchObject({ action: 'identify-controllers', targets: [{ plc: id, host: '127.0.0.11' }] });
    expect(state.service.queue.next(8)).toBeNull();
    expect(state.service.queue.permit(7, task.id)).toBe(true);
    expect(state.service.queue.permit(8, task.id)).toBe(false);
    expect(state.service.queue.result(8, task.id, report(id, '127.0.0.11'))).toBe('not-found');
    expect(state.service.queue.result(7, task.id, report(id, '127.0.0.11'))).toBe('ok');
    expect(state.service.queue.result(7, task.id, report(id, '127.0.0.11'))).toBe('repeat');
    expect(state.service.get(work)).toMatchObject({ state: 'done', run: { summary: { read: 1, packets: 1 } } });
    expect(state.site.plcs.parts(state.site.plcs.get(id).id)[0]?.observed['model']).toBe('M340');
    expect(state.service.queue.next(7)).toBeNull();
  });

  it('has no permit once anything forbids it', () => {
    const { task, work } = ordered();
    state.service.queue.state(7, task.id, 'running');
    state.service.stop(boris, work);
    expect(state.service.queue.permit(7, task.id)).toBe(false);
    expect(state.service.queue.cancelled(7, [task.id])).toEqual([task.id]);
    expect(state.service.queue.next(7)).toBeNull();
  });

  it('that reports packets which nobody approved has failed', () => {
    const { id, task, work } = ordered();
    state.service.queue.result(7, task.id, report(id, '127.0.0.99'));
    expect(state.service.get(work)).toMatchObject({ state: 'failed', run: { code: 'outside' } });
  });

  it('that nobody takes, or whose end nobody tells, is over some time after its window', () => {
    const { task, work } = ordered();
    state.service.queue.state(7, task.id, 'running');
    now.ms = Date.UTC(2026, 10, 24, 10, 5);
    state.service.look();
    expect(state.service.get(work).state).toBe('running');
    now.ms = Date.UTC(2026, 10, 24, 10, 11);
    state.service.look();
    expect(state.service.get(work)).toMatchObject({ state: 'failed', run: { code: 'lost' } });
  });
});
