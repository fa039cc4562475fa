import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completed as done, openDeployments, sha } from '../../../test/support/deployment-site.ts';
import { actorWith, admin } from '../../../test/support/engines.ts';
import { deb } from '../../../test/support/site.ts';
import { wholeSite } from '../../platform/scope.ts';

type Fixture = Awaited<ReturnType<typeof openDeployments>>;

describe('deployments', () => {
  let site: Fixture['site'];
  let report: Fixture['report'];
  let updates: Fixture['updates'];
  let deployments: Fixture['deployments'];
  let held: Fixture['held'];
  let states: Fixture['states'];

  beforeEach(async () => {
    ({ site, report, updates, deployments, held, states } = await openDeployments(2));
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
