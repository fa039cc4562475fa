import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

let controller = '';
let zone = '';
let job = '';

const site = await openConsole();
const admin = await site.as('administrator');
const operator = await site.as('operator');
const viewer = await site.as('viewer');
const { objects, controllers } = site.appliance;
zone = objects.create(systemActor, 'controller-zone', {
  name: 'Z-CELL3',
  level: '1',
  prefixes: ['127.0.0.0/8'],
  queryPolicy: 'identify',
  queryIdentify: 'manual',
}).id;
controller = controllers.create(systemActor, { name: 'PLC-L3-07', zone, address: '127.0.0.21' }).publicId;
afterAll(() => site.close());

const hourMs = 3_600_000;
const at = (hours: number): string => `${new Date(Date.now() + hours * hourMs).toISOString().slice(0, 19)}Z`;
const digestOf = (page: string): string => /name="digest" value="([0-9a-f]{64})"/.exec(page)?.[1] ?? '';

describe('identification in the console', () => {
  it('is off, says so, and is switched only after a question', async () => {
    expect(await viewer.html(paths.identification())).toContain('no controller is asked anything');
    expect((await viewer.post(paths.identificationSwitch(), { action: 'on' })).status).toBe(403);
    const question = await admin.post(paths.identificationSwitch(), { action: 'on' });
    expect([question.status, site.appliance.identification.isOn()]).toEqual([200, false]);
    expect((await admin.post(paths.identificationSwitch(), { action: 'on', confirmed: '1' })).status).toBe(303);
    expect(site.appliance.identification.isOn()).toBe(true);
    expect((await admin.post(paths.identificationSwitch(), { action: 'x' })).status).toBe(400);
  });

  it('makes a job by its form, with the controllers to choose from, and says what is wrong at its field', async () => {
    const form = await admin.html(paths.objectNew('controller-identification'));
    expect(form).toContain('PLC-L3-07');
    const fields = {
      'f.name': 'Cell 3',
      'f.controllers': controller,
      'f.protocols': 'modbus',
      'f.identify': 'on',
      'f.from': at(-1),
      'f.until': at(-2),
      'f.start': 'manual',
      'f.gapMs': '500',
    };
    const wrong = await admin.post(paths.objectNew('controller-identification'), fields);
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('The window must end after it begins.');
    const made = await admin.post(paths.objectNew('controller-identification'), { ...fields, 'f.until': at(4) });
    expect(made.status).toBe(303);
    job = site.appliance.identification.list(wholeSite('job'))[0]?.job.id ?? '';
    expect(await viewer.html(paths.identification())).toContain('Cell 3');
  });

  it('shows every packet with its meaning, and is approved by a second person only', async () => {
    const page = await admin.html(paths.identificationJob(job));
    expect(page).toContain('Modbus: read device identification, unit 255, code 1, object 0');
    expect(page).toContain('0000 0000 0005 ff2b 0e01 00');
    const said = { action: 'approve', digest: digestOf(page), typed: '1' };
    expect((await viewer.post(paths.identificationJob(job), said)).status).toBe(403);
    expect((await admin.post(paths.identificationJob(job), said)).status).toBe(403);
    expect((await operator.post(paths.identificationJob(job), { ...said, typed: '2' })).status).toBe(422);
    expect((await operator.post(paths.identificationJob(job), { ...said, digest: 'b'.repeat(64) })).status).toBe(422);
    expect((await operator.post(paths.identificationJob(job), said)).status).toBe(303);
    expect(site.appliance.identification.get(job, wholeSite('job')).state).toBe('approved');
  });

  it('has a notice as a page and as a file', async () => {
    expect(await viewer.html(paths.identificationNotice(job))).toContain('tcp/502');
    const file = await viewer.get(paths.identificationNoticeFile(job));
    expect(file.headers.get('content-type')).toContain('text/plain');
    expect(await file.text()).toContain('127.0.0.21');
  });

  it('starts and stops a run, and gives its packets as a file', async () => {
    expect((await viewer.get(paths.identificationCsv(job))).status).toBe(404);
    expect((await operator.post(paths.identificationJob(job), { action: 'start' })).status).toBe(303);
    const page = await operator.html(paths.identificationJob(job));
    expect(page).toContain(paths.identificationStream(job));
    expect(page).toContain('http-equiv="refresh"');
    expect((await operator.post(paths.identificationJob(job), { action: 'stop' })).status).toBe(303);
    expect(site.appliance.identification.get(job, wholeSite('job'))).toMatchObject({
      state: 'stopped',
      run: { code: 'stopped' },
    });
    expect((await operator.post(paths.identificationJob(job), { action: 'start' })).status).toBe(422);
    const rows = (await (await viewer.get(paths.identificationCsv(job))).text()).trimEnd().split('\r\n');
    expect(rows).toHaveLength(1);
    const stream = await (await viewer.get(paths.identificationStream(job))).text();
    expect(stream).toContain('event: done');
  });

  it('shows the policy beside the controller with whose word each part is, and sets its own', async () => {
    expect(await viewer.html(paths.controller(controller))).toContain('(set for the zone)');
    const form = { queryPolicy: 'never', queryIdentify: 'zone', queryGapMs: '900', queryFromTime: '22:00' };
    expect((await viewer.post(paths.identificationPolicy(controller), form)).status).toBe(403);
    const wrong = await admin.post(paths.identificationPolicy(controller), form);
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('Enter both times or none.');
    expect(
      (await admin.post(paths.identificationPolicy(controller), { ...form, queryUntilTime: '04:00' })).status,
    ).toBe(303);
    const page = await viewer.html(paths.identificationPolicy(controller));
    expect(page).toContain('(set for the controller)');
    expect(page).toContain('900');
    expect((await admin.get(paths.identificationPolicy('controller-none'))).status).toBe(404);
  });

  it('turns everything off at once', async () => {
    expect((await operator.post(paths.identificationSwitch(), { action: 'off', confirmed: '1' })).status).toBe(303);
    expect(site.appliance.identification.isOn()).toBe(false);
    const released = await admin.post(paths.identificationZones(), { zone, reason: 'x' });
    expect(released.status).toBe(404);
    expect((await admin.post(paths.identificationZones(), { zone, reason: '' })).status).toBe(422);
  });
});
