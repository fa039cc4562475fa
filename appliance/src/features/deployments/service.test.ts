import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { completed as done, openDeployments, sha } from '../../../test/support/deployment-site.ts';
import { actorWith, admin } from '../../../test/support/engines.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
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

  it('refuses an update that nobody approved, or whose files are not here', async () => {
    await expect(create()).rejects.toThrow(expect.objectContaining({ code: 'INVALID' }));
    approve();
    held.delete(sha('1'));
    await expect(create()).rejects.toThrow(expect.objectContaining({ code: 'INVALID' }));
  });

  it('needs the right to deploy', async () => {
    approve();
    await expect(deployments.create(actorWith('deployments:read'), { updates: ['a'.repeat(32)] })).rejects.toThrow(
      expect.objectContaining({ code: 'FORBIDDEN' }),
    );
  });

  it('orders the files dependencies first, and hands out the same order until its result came', async () => {
    approve();
    expect((await create()).counts).toMatchObject({ queued: 2, skipped: 0 });
    const task = taskFor(1);
    expect(task.objects.map(({ sha256 }) => sha256)).toEqual([sha('2'), sha('1')]);
    expect(task.package).toEqual({ name: 'line', version: '1.1-1', arch: 'amd64' });
    expect(taskFor(1)).toEqual(task);
    expect(deployments.queue.mayFetch(1, sha('2'))).toBe(true);
    expect(deployments.queue.mayFetch(2, sha('2'))).toBe(false);
    expect(deployments.queue.mayFetch(1, sha('3'))).toBe(false);
  });

  it('counts as installed by the result and as verified only by the next inventory', async () => {
    approve();
    const { id } = await create(['device-1']);
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

  it('keeps the reason of a failure and reports it', async () => {
    approve();
    const { id } = await create(['device-1']);
    const task = taskFor(1);
    deployments.queue.result(1, task.id, { attempt: 1, steps: [], state: 'failed', code: 'HASH' });
    expect(deployments.tasks(id, wholeSite('job'))).toMatchObject([{ state: 'failed', reason: 'HASH' }]);
    expect(site.events.list({ scope: wholeSite('job'), limit: 10, type: ['task-failed'] }).rows[0]).toMatchObject({
      type: 'task-failed',
    });
    expect(deployments.get(id, wholeSite('job')).state).toBe('finished');
  });

  it('skips devices that do not need it or are not managed, and says so', async () => {
    approve();
    states.set(2, 'revoked');
    report(1, 'software', [deb('other', '1.0-1')]);
    await expect(create(['device-1', 'device-2'])).rejects.toThrow(expect.objectContaining({ code: 'INVALID' }));
    report(1, 'software', [deb('line', '1.0-1')]);
    const { id } = await create(['device-1', 'device-2']);
    expect(deployments.tasks(id, wholeSite('job')).map(({ state, reason }) => [state, reason])).toEqual([
      ['queued', null],
      ['skipped', 'NOT_MANAGED'],
    ]);
  });

  it('takes a cancelled order back and keeps a late result', async () => {
    approve();
    const { id } = await create(['device-1']);
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

  describe('of more orders than are written at once', () => {
    const many = 250;
    /** More devices than a piece has orders. */
    const enrol = (): void => {
      for (let device = 3; device <= many; device += 1) {
        states.set(device, 'managed');
        report(device, 'platform', [debian13]);
        report(device, 'software', [deb('line', '1.0-1')]);
      }
      while (updates.settle(1_000) > 0);
      approve();
    };
    const wanted = { updates: ['a'.repeat(32)] };

    it('orders to every device of its preview, and to none where another one needs it meanwhile', async () => {
      enrol();
      const { digest, devices: shown } = deployments.preview(wanted, wholeSite('job'));
      expect(shown).toBe(many);
      states.set(many + 1, 'managed');
      report(many + 1, 'platform', [debian13]);
      report(many + 1, 'software', [deb('line', '1.0-1')]);
      while (updates.settle(1_000) > 0);
      await expect(deployments.create(admin, { ...wanted, digest })).rejects.toThrow(
        expect.objectContaining({ code: 'CONFLICT' }),
      );
      expect(deployments.list({ scope: wholeSite('job'), limit: 10 }).rows).toEqual([]);
      const again = deployments.preview(wanted, wholeSite('job')).digest;
      const { counts } = await deployments.create(admin, { ...wanted, digest: again });
      expect(counts).toMatchObject({ queued: many + 1, skipped: 0 });
    });

    it('leaves nothing of one that cannot be made, nor of one that a crash cut off', async () => {
      enrol();
      site.db.exec(`CREATE TEMP TRIGGER no_deployment BEFORE INSERT ON main.object WHEN new.kind = 'deployment'
        BEGIN SELECT RAISE(ABORT, 'the disk is full'); END`);
      await expect(deployments.create(admin, wanted)).rejects.toThrow('the disk is full');
      const tasks = () => site.db.prepare('SELECT count(*) FROM task').pluck().get();
      expect(tasks()).toBe(0);
      site.db.exec('DROP TRIGGER no_deployment');
      const { id } = await deployments.create(admin, wanted);
      site.db
        .prepare(
          `INSERT INTO task (id, deployment, device, update_id, state, queued_at)
           SELECT hex(randomblob(16)), 'cut-off', device, update_id, state, queued_at FROM task`,
        )
        .run();
      expect(tasks()).toBe(2 * many);
      deployments.cancel(admin, id);
      // What is written before its deployment waits for it.
      expect([deployments.queue.next(1), deployments.queue.isWaiting(1)]).toEqual([null, false]);
      await deployments.dropUnfinished();
      expect(tasks()).toBe(many);
      expect(deployments.get(id, wholeSite('job')).counts.cancelled).toBe(many);
    });
  });
});
