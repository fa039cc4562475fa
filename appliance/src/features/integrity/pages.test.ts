import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { type Browser, openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

let id = '';

const said = (values: Record<string, string>): Reading['facts'] =>
  Object.entries(values).map(([field, value]) => ({ field, value, raw: value }));

const reading = (checksum: string, observedAtMs: number): Reading => ({
  observedAtMs,
  method: 'query',
  source: 's7',
  facts: said({
    name: 'PLC-L3-07 <i>',
    vendorRaw: 'Siemens AG',
    orderNumber: '6ES7 315-2EH14-0AB0',
    serial: 'S C-C2UR28922012',
    firmware: 'V3.2.6',
    protectionLevel: '1',
    keySwitch: 'RUN_P',
    programChecksum1: checksum,
    programChecksum2: '5e6f',
  }),
  parts: [{ type: 'service', key: 'tcp/80', facts: said({ protocol: 'http' }) }],
});

const take = (name: string, one: Reading): void => {
  site.appliance.controllers.ingest(systemActor, { type: 'identification', name }, [one]);
};
const html = async (browser: Browser, path: string): Promise<string> => (await browser.get(path)).text();

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
take('job 1', reading('3c4d', Date.now() - 60_000));
id = site.appliance.integrity.list({}, wholeSite('job'))[0]?.publicId ?? '';
afterAll(() => site.close());

describe('programs of controllers', () => {
  it('are not OK before somebody approved them, and hardening says what was seen', async () => {
    const list = await html(viewer, paths.controllerIntegrity());
    expect(list).toContain('PLC-L3-07 &lt;i&gt;');
    expect(list).toContain('Nothing approved');
    const page = await html(viewer, paths.controllerProgram(id));
    for (const text of ['No protection level', 'Key switch allows changes', 'Web server without encryption'])
      expect(page).toContain(text);
    expect(await html(viewer, paths.controllerZones())).toContain('OK: 0, not normal: 1, not judged or in part: 1.');
  });

  it('say on the page of the controller how bad each reason is', async () => {
    const page = await html(viewer, paths.controller(id));
    const levelOf = (reason: string) =>
      new RegExp(`data-l="([a-z]+)"(?:(?!data-l=).)*<span>${reason}`, 's').exec(page)?.[1];
    expect(levelOf('No protection level')).toBe('critical');
    expect(levelOf('Key switch allows changes')).toBe('warning');
  });

  it('are approved with a reason, found changed after the next reading, and accepted with a work order', async () => {
    const hash = site.appliance.integrity.get(id, wholeSite('job')).currentHash;
    const post = (fields: Record<string, string>) => admin.post(paths.controllerProgram(id), fields);
    const refused = await post({ action: 'approve', reason: '', hash });
    expect(refused.status).toBe(422);
    expect((await post({ action: 'approve', reason: 'commissioning', hash: 'other' })).status).toBe(422);
    expect((await post({ action: 'approve', reason: 'commissioning', hash })).status).toBe(303);
    expect(await html(viewer, paths.controllerProgram(id))).toContain('commissioning');
    take('job 2', reading('ffff', Date.now()));
    expect(await html(viewer, paths.controllerIntegrity({ state: 'changed' }))).toContain('User program, checksum 1');
    expect(
      site.appliance.events.list({ scope: wholeSite('job'), type: ['controller-program-changed'], limit: 1 }).rows[0]
        ?.params,
    ).toMatchObject({
      what: 'programChecksum1',
    });
    const accepted = { action: 'approve', reason: 'recipe 12', workOrder: 'WO-12' };
    expect(
      (await post({ ...accepted, hash: site.appliance.integrity.get(id, wholeSite('job')).currentHash })).status,
    ).toBe(303);
    expect(site.appliance.integrity.get(id, wholeSite('job'))).toMatchObject({
      state: 'ok',
      approval: { workOrder: 'WO-12' },
    });
  });

  it('are forgotten as OK when what brought the reading is taken back', () => {
    const [batch] = site.appliance.controllers.batches({ limit: 1 });
    site.appliance.controllers.undo(systemActor, batch?.id ?? 0);
    expect(site.appliance.integrity.get(id, wholeSite('job')).state).toBe('changed');
  });

  it('have files as evidence: the hash is kept, the bytes are not', async () => {
    const boundary = 'x'.repeat(20);
    const field = (name: string, value: string, file = ''): string =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${value}\r\n`;
    const body = [
      field('csrf', await admin.csrf()),
      field('sort', 'backup'),
      field('tool', 'TIA Portal'),
      field('toolVersion', 'V19'),
      field('place', 'safe 2'),
      field('restoreTestedAt', '2026-10-01'),
      field('file', 'the bytes of the project', '; filename="C:\\projects\\pump.zap19"'),
      `--${boundary}--\r\n`,
    ].join('');
    const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` };
    expect((await admin.postRaw(paths.controllerProjectFile(id), body, headers)).status).toBe(303);
    const [file] = site.appliance.objects.list({ kind: 'controller-project-file', limit: 10 }).rows;
    expect(file?.body).toMatchObject({ controller: id, name: 'pump.zap19', sizeBytes: 24, place: 'safe 2' });
    expect(await html(viewer, paths.controllerProgram(id))).toContain('pump.zap19');
  });

  it('that are not there are not found, and viewers change nothing', async () => {
    expect((await viewer.get(paths.controllerProgram('nothing'))).status).toBe(404);
    expect((await viewer.post(paths.controllerProgram(id), { action: 'approve', reason: 'x' })).status).toBe(403);
  });
});
