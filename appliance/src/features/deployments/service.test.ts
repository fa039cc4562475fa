import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { updateSample } from '../../../../bundle-tools/test/samples.ts';
import { actorWith, admin, needsAlone, openEngines } from '../../../test/support/engines.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { DeviceService } from '../devices/service.ts';
import type { Device } from '../devices/types.ts';
import { type UpdateService, updateService } from '../updates/service.ts';
import { type DeploymentService, deploymentService } from './service.ts';

const at = '2026-11-01T00:00:00Z';
const sha = (digit: string) => digit.repeat(64);
const update = (id: string, name: string, version: string, file: string, depends: string[] = []): Update =>
  updateSample(name, version, { id: id.repeat(32), depends, files: [sha(file)] });

const done: TaskResult = { attempt: 1, steps: [{ name: 'install', exit: 0, output: 'ok', ms: 5 }], state: 'completed' };

describe('deployments', () => {
  let site: Awaited<ReturnType<typeof openEngines>>;
  let report: ReturnType<typeof reporter>;
  let updates: UpdateService;
  let deployments: DeploymentService;
  const held = new Set<string>();
  const states = new Map<number, Device['state']>();

  const deviceOf = (id: number): Device | undefined =>
    states.has(id) ? ({ id, publicId: `device-${id}`, state: states.get(id) } as Device) : undefined;
  const devices: Pick<DeviceService, 'byPublicId' | 'find'> = {
    find: deviceOf,
    byPublicId: (publicId) => {
      const device = deviceOf(Number(publicId.slice('device-'.length)));
      if (device === undefined) throw new Error(`no ${publicId}`);
      return device;
    },
  };

  beforeEach(async () => {
    held.clear();
    states.clear();
    site = await openEngines({ derive: () => needsAlone(updates) });
    const put = reporter(site.inventory);
    report = (device, ...rest) => {
      const outcome = put(device, ...rest);
      deployments.verifyDevice(device);
      return outcome;
    };
    site.db.prepare("INSERT INTO exchange_state (id, site, name, floor) VALUES (1, 'plant-7', 'Plant', ?)").run(at);
    const store = { has: (sha256: string) => held.has(sha256), read: () => new Uint8Array() };
    updates = updateService({
      db: site.db,
      inventory: site.inventory,
      objects: site.objects,
      events: site.events,
      changed: () => undefined,
      store,
      vulnerabilities: {
        sourceFixes: () => [],
        fixesOf: () => [],
        devicesBySource: () => new Map(),
        devicesNeeding: () => new Uint8Array(),
      },
    });
    deployments = deploymentService({
      db: site.db,
      objects: site.objects,
      events: site.events,
      changed: () => undefined,
      inventory: site.inventory,
      devices,
      updates,
      store,
    });
    for (const device of [1, 2]) {
      states.set(device, 'managed');
      report(device, 'platform', [debian13]);
      report(device, 'software', [deb('line', '1.0-1'), deb('other', '1.0-1')]);
    }
    updates.applyCatalog(
      [update('a', 'line', '1.1-1', '1', ['b'.repeat(32)]), update('b', 'helper', '2.0-1', '2')],
      new Map([
        [sha('1'), 100],
        [sha('2'), 50],
      ]),
      at,
    );
    held.add(sha('1')).add(sha('2'));
  });
  afterEach(() => site.close());

  const approve = () => updates.approve(admin, ['a'.repeat(32)]);
  const create = (devicesGiven?: string[]) =>
    deployments.create(admin, {
      updates: ['a'.repeat(32)],
      ...(devicesGiven === undefined ? {} : { devices: devicesGiven }),
    });
  const taskFor = (device: number) => {
    const task = deployments.queue.next(device);
    if (task === null) throw new Error('no task');
    return task;
  };

  it('refuses an update that nobody approved, or whose files are not here', () => {
    expect(() => create()).toThrow(expect.objectContaining({ code: 'INVALID' }));
    approve();
    held.delete(sha('1'));
    expect(() => create()).toThrow(expect.objectContaining({ code: 'INVALID' }));
  });

  it('needs the right to deploy', () => {
    approve();
    expect(() => deployments.create(actorWith('deployments:read'), { updates: ['a'.repeat(32)] })).toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  });

  it('orders the files dependencies first, and hands out the same order until its result came', () => {
    approve();
    expect(create().counts).toMatchObject({ queued: 2, skipped: 0 });
    const task = taskFor(1);
    expect(task.objects.map(({ sha256 }) => sha256)).toEqual([sha('2'), sha('1')]);
    expect(task.package).toEqual({ name: 'line', version: '1.1-1', arch: 'amd64' });
    expect(taskFor(1)).toEqual(task);
    expect(deployments.queue.mayFetch(1, sha('2'))).toBe(true);
    expect(deployments.queue.mayFetch(2, sha('2'))).toBe(false);
    expect(deployments.queue.mayFetch(1, sha('3'))).toBe(false);
  });

  it('counts as installed by the result and as verified only by the next inventory', () => {
    approve();
    const { id } = create(['device-1']);
    const task = taskFor(1);
    expect(deployments.queue.result(1, task.id, done)).toBe('ok');
    expect(deployments.queue.result(1, task.id, done)).toBe('repeat');
    expect(deployments.queue.result(2, task.id, done)).toBe('not-found');
    expect(deployments.get(id, wholeSite('job')).counts).toMatchObject({ installed: 1, verified: 0 });
    report(1, 'software', [deb('line', '1.0-1'), deb('other', '1.1-1')]);
    expect(deployments.get(id, wholeSite('job')).counts.verified).toBe(0);
    report(1, 'software', [deb('line', '1.1-1'), deb('other', '1.1-1')]);
    expect(deployments.get(id, wholeSite('job')).counts).toMatchObject({ installed: 0, verified: 1 });
    expect(deployments.queue.next(1)).toBeNull();
  });

  it('keeps the reason of a failure and reports it', () => {
    approve();
    const { id } = create(['device-1']);
    const task = taskFor(1);
    deployments.queue.result(1, task.id, { attempt: 1, steps: [], state: 'failed', code: 'HASH' });
    expect(deployments.tasks(id, wholeSite('job'))).toMatchObject([{ state: 'failed', reason: 'HASH' }]);
    expect(site.events.list({ scope: wholeSite('job'), limit: 10, type: ['task-failed'] }).rows[0]).toMatchObject({
      type: 'task-failed',
    });
    expect(deployments.get(id, wholeSite('job')).state).toBe('finished');
  });

  it('skips devices that do not need it or are not managed, and says so', () => {
    approve();
    states.set(2, 'revoked');
    report(1, 'software', [deb('other', '1.0-1')]);
    expect(() => create(['device-1', 'device-2'])).toThrow(expect.objectContaining({ code: 'INVALID' }));
    report(1, 'software', [deb('line', '1.0-1')]);
    const { id } = create(['device-1', 'device-2']);
    expect(deployments.tasks(id, wholeSite('job')).map(({ state, reason }) => [state, reason])).toEqual([
      ['queued', null],
      ['skipped', 'NOT_MANAGED'],
    ]);
  });

  it('takes a cancelled order back and keeps a late result', () => {
    approve();
    const { id } = create(['device-1']);
    const task = taskFor(1);
    deployments.cancel(admin, id);
    expect(deployments.queue.cancelled(1, [task.id])).toEqual([task.id]);
    expect(deployments.queue.next(1)).toBeNull();
    expect(deployments.queue.result(1, task.id, done)).toBe('cancelled');
    expect(deployments.tasks(id, wholeSite('job'))[0]).toMatchObject({
      state: 'cancelled',
      result: { state: 'completed' },
    });
    expect(() => deployments.cancel(admin, id)).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
  });
});
