import { afterAll, describe, expect, it } from 'vitest';
import { introduce, signedIn, testGate } from '../../../../test/support/persons.ts';
import { openApiSite } from '../../../test/support/api-site.ts';
import type { Actor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { wholeSite } from '../../platform/scope.ts';
import { deviceTaskService } from './service.ts';
import type { Ask } from './types.ts';

let device: { id: number; publicId: string };
const time = { ms: Date.UTC(2026, 5, 1) };
const [anna, boris] = [signedIn('anna'), signedIn('boris')];

const site = await openApiSite();
introduce(site.appliance.db, 'anna', 'boris');
device = site.device('hmi-1', 'auto');
const other = site.device('hmi-2', 'auto');
site.report(device.id, 'quarantine-file', [
  { product: 'Guard', number: '17', name: 'x.exe', path: '/srv/in/x.exe', state: 'infected' },
]);
afterAll(() => site.close());

const service = () => {
  const { appliance } = site;
  return deviceTaskService({ ...appliance, gate: testGate(appliance.db), clock: () => time.ms });
};
const file = (act: 'restore' | 'delete' | 'rescan', number = '17'): Ask => ({
  kind: 'kept-file',
  list: 'quarantine',
  product: 'Guard',
  number,
  act,
});
const failure = (work: () => unknown) => {
  try {
    work();
    return undefined;
  } catch (error) {
    const { code, details } = toFailure(error);
    return { code, fields: details.fields };
  }
};
const eventsOf = (task: string): string[] =>
  site.appliance.events
    .list({ scope: wholeSite('job'), limit: 100 })
    .rows.filter(({ params }) => params['task'] === task)
    .map(({ type }) => type)
    .reverse();
const done = (output: string) => ({
  attempt: 1,
  steps: [{ name: 'x', exit: 0, output, ms: 1 }],
  state: 'completed' as const,
});

describe('the log of a device', () => {
  it('is asked for at once, comes without secrets, is journalled and forgotten after its time', () => {
    const tasks = service();
    const { id } = tasks.ask(anna, device.publicId, { kind: 'show-log', lines: 50 }, 'no report since Monday');
    expect(tasks.queue.next(device.id)).toMatchObject({ id, action: 'show-log', lines: 50, attempt: 1 });
    expect(tasks.queue.next(other.id)).toBeNull();
    tasks.queue.state(device.id, id, 'running');
    const token = `sallyport-agent-${'A'.repeat(43)}`;
    expect(tasks.queue.result(other.id, id, done('stolen'))).toBe('not-found');
    expect(tasks.queue.result(device.id, id, done(`one\ntoken: hunter2hunter2\n${token}\ntwo`))).toBe('ok');
    expect(tasks.queue.result(device.id, id, done('again'))).toBe('repeat');
    expect(tasks.get(id, wholeSite('job'))).toMatchObject({
      state: 'completed',
      output: 'one\ntoken: [removed]\n[removed]\ntwo',
    });
    expect(eventsOf(id)).toEqual(['device-task-asked', 'device-task-ended']);
    // What was asked and what came back are encrypted where they lie.
    const stored = Object.values(
      site.appliance.db.prepare<[string], Record<string, unknown>>('select * from device_task where id = ?').get(id) ??
        {},
    ).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : String(value)));
    for (const text of ['no report since', 'two', 'removed']) expect(stored.join('\n')).not.toContain(text);
    time.ms += 31 * 86_400_000;
    expect(tasks.trim()).toBe(1);
    expect(failure(() => tasks.get(id, wholeSite('job')))).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('that nobody fetches is waited for no longer than a day', () => {
    const tasks = service();
    const { id } = tasks.ask(anna, device.publicId, { kind: 'show-log', lines: 1 }, 'why');
    time.ms += 86_400_001;
    expect(tasks.queue.next(device.id)).toBeNull();
    expect(tasks.get(id, wholeSite('job'))).toMatchObject({ state: 'timed-out', code: 'TIMEOUT' });
    expect(tasks.queue.result(device.id, id, done('late'))).toBe('repeat');
  });

  it('is asked of devices that have our agent, with a reason, within bounds', () => {
    const tasks = service();
    const log = (lines: number): Ask => ({ kind: 'show-log', lines });
    expect(failure(() => tasks.ask(anna, device.publicId, log(50), ' '))).toMatchObject({ fields: { reason: {} } });
    for (const lines of [0, 501, 1.5, Number.NaN])
      expect(failure(() => tasks.ask(anna, device.publicId, log(lines), 'x'))).toMatchObject({ fields: { lines: {} } });
    const waiting = site.device('hmi-3', 'manual');
    expect(failure(() => tasks.ask(anna, waiting.publicId, log(5), 'x'))).toMatchObject({ code: 'CONFLICT' });
    const reader: Actor = { ...anna, rights: new Set(['devices:read']) };
    expect(failure(() => tasks.ask(reader, device.publicId, log(5), 'x'))).toMatchObject({ code: 'FORBIDDEN' });
    for (let n = 0; n < 20; n += 1) tasks.ask(anna, other.publicId, log(5), 'x');
    expect(failure(() => tasks.ask(anna, other.publicId, log(5), 'x'))).toMatchObject({ code: 'CONFLICT' });
  });
});

describe('a file that a product keeps', () => {
  it('is given back only when another person confirms it', () => {
    const tasks = service();
    const { id, state } = tasks.ask(anna, device.publicId, file('restore'), 'a false alarm');
    expect(state).toBe('asked');
    expect(tasks.queue.next(device.id)).toBeNull();
    expect(failure(() => tasks.confirm(anna, id))).toMatchObject({ code: 'APPROVAL_SELF' });
    expect(tasks.confirm(boris, id)).toMatchObject({ state: 'queued', confirmedBy: 'account:boris' });
    expect(failure(() => tasks.confirm(boris, id))).toMatchObject({ code: 'CONFLICT' });
    expect(tasks.queue.next(device.id)).toMatchObject({ id, action: 'kept-file', act: 'restore', number: '17' });
    expect(tasks.queue.result(device.id, id, { ...done('no such file'), state: 'failed', code: 'EXIT' })).toBe('ok');
    expect(tasks.get(id, wholeSite('job'))).toMatchObject({ state: 'failed', code: 'EXIT', output: 'no such file' });
    expect(eventsOf(id)).toEqual(['device-task-asked', 'device-task-confirmed', 'device-task-ended']);
  });

  it('is deleted after a second look, also by who asked', () => {
    const tasks = service();
    const { id } = tasks.ask(anna, device.publicId, file('delete'), 'a known worm');
    expect(tasks.confirm(anna, id).state).toBe('queued');
    expect(tasks.cancel(anna, id).state).toBe('cancelled');
    expect(tasks.queue.cancelled(device.id, [id])).toEqual([id]);
    expect(tasks.queue.next(device.id)).toBeNull();
    expect(tasks.queue.result(device.id, id, done('too late'))).toBe('cancelled');
    expect(tasks.get(id, wholeSite('job'))).toMatchObject({ state: 'cancelled', output: null });
    expect(failure(() => tasks.cancel(anna, id))).toMatchObject({ code: 'CONFLICT' });
  });

  it('is one of the list, and waits no longer than a week for its second look', () => {
    const tasks = service();
    expect(failure(() => tasks.ask(anna, device.publicId, file('delete', '18'), 'x'))).toMatchObject({
      fields: { number: {} },
    });
    const { id } = tasks.ask(anna, device.publicId, file('rescan'), 'x');
    time.ms += 7 * 86_400_000 + 1;
    expect(failure(() => tasks.confirm(boris, id))).toMatchObject({ code: 'CONFLICT' });
    expect(tasks.get(id, wholeSite('job')).state).toBe('timed-out');
  });

  it('is asked for, confirmed and seen over the API, too', async () => {
    const token = site.tokenOf('administrator');
    const wanted = { kind: 'kept-file', list: 'quarantine', product: 'Guard', number: '17', act: 'delete' };
    const asked = await site.call('POST', `/devices/${device.publicId}/tasks`, {
      token,
      body: { wanted, reason: 'x' },
    });
    expect(`${asked.status} ${asked.text}`).toContain('201 ');
    expect(asked.json).toMatchObject({ state: 'asked', wanted: { name: 'x.exe' }, device: { name: 'hmi-1' } });
    const id = String(asked.json['id']);
    expect((await site.call('POST', `/device-tasks/${id}/confirm`, { token })).json).toMatchObject({ state: 'queued' });
    const listed = await site.call('GET', `/device-tasks?device=${device.publicId}`, { token });
    expect(listed.json).toMatchObject({ rows: expect.arrayContaining([expect.objectContaining({ id })]) });
    expect((await site.call('POST', `/device-tasks/${id}/cancel`, { token })).json).toMatchObject({
      state: 'cancelled',
    });
    const viewer = site.tokenOf('viewer');
    expect((await site.call('GET', `/device-tasks/${id}`, { token: viewer })).status).toBe(200);
    expect(
      (await site.call('POST', `/devices/${device.publicId}/tasks`, { token: viewer, body: { wanted, reason: 'x' } }))
        .status,
    ).toBe(403);
    const register = (await site.call('GET', '/provision', { token })).json as { rows: { name: string }[] };
    expect(register.rows).toContainEqual(expect.objectContaining({ name: 'device-tasks', personal: 'possible' }));
  });
});
