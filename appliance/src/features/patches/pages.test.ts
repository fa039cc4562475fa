import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { agreeToLists } from '../../../../test/support/agreed-lists.ts';
import { type Browser, openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { waitingOperations } from '../waiting/operations.ts';
import { CHECK_ITEMS } from './types.ts';

// Some hours ahead, whenever the test runs: a window that has begun takes the OT owner.
const nightlyFrom = (new Date().getHours() + 3) % 21;
const nightly = `daily ${String(nightlyFrom).padStart(2, '0')}-${String(nightlyFrom + 2).padStart(2, '0')}`;

const upload = async (
  browser: Browser,
  path: string,
  fields: Record<string, string>,
  name: string,
  content: string,
) => {
  const boundary = 'xxxxxxxxxx';
  const parts = Object.entries({ csrf: await browser.csrf(), ...fields })
    .map(([field, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${field}"\r\n\r\n${value}\r\n`)
    .join('');
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="${name}"\r\n\r\n${content}\r\n--${boundary}--\r\n`;
  return browser.postRaw(path, parts + file, { 'content-type': `multipart/form-data; boundary=${boundary}` });
};

const site = await openConsole();
const ann = await site.as('operator');
const otto = await site.as('administrator');
const { objects, controllers } = site.appliance;
const admin = objects.findBy('account', 'name', 'admin');
objects.create(systemActor, 'patch-duty', { name: 'Otto', duty: 'ot-owner', account: admin?.id ?? '' });
controllers.ingest(systemActor, { type: 'capture', name: 'c' }, [
  {
    observedAtMs: 1_000,
    method: 'query',
    source: 's7',
    facts: [
      { field: 'name', value: 'PLC-L3-07', raw: 'PLC-L3-07' },
      { field: 'vendor', value: 'Siemens', raw: 'Siemens' },
      { field: 'serial', value: 'S1', raw: 'S1' },
      { field: 'firmware', value: '2.9.2', raw: 'V2.9.2' },
    ],
    parts: [],
  },
]);
const controller = site.appliance.patches.controllers.list({ limit: 1 })[0]?.id ?? '';
afterAll(() => site.close());

describe('patches in the console', () => {
  it('come from a list, are tested, authorized by the OT owner, planned, checked and noted as installed', async () => {
    expect(controller).not.toBe('');
    expect(await ann.html(paths.patches())).toContain('No patches yet');
    expect(await ann.html(paths.approvals())).toContain('not verified');
    const list = 'vendor,product,productVersion,patchId,vendorState\nSiemens,CPU,2.9,SP-4,vendor_approved\nA,,,,x\n';
    const shown = await upload(ann, paths.approvals(), { preset: 'neutral' }, 'list.csv', list);
    const plan = await shown.text();
    expect(shown.status).toBe(200);
    expect(plan).toContain('SP-4');
    expect(plan).toContain('vendorState: unknown word');
    const draft = /name="draft" value="([0-9a-f]{32})"/.exec(plan)?.[1] ?? '';
    const applied = await ann.post(paths.approvalsApply(), { draft, preset: 'neutral', name: 'list.csv' });
    expect(applied.headers.get('location')).toBe(paths.patches());
    expect(await ann.html(paths.patch(1))).toContain('The list list.csv proposes another vendor state: Approved');
    expect(await ann.html(paths.patches({ state: 'imported' }))).toContain('SP-4');
    agreeToLists(site.appliance);
    expect(await ann.html(paths.patches({ state: 'vendor_approved' }))).toContain('SP-4');
    const page = await ann.html(paths.patch(1));
    expect(page).toContain('to be checked');
    expect(page).toContain('Test it here');

    await ann.post(paths.patchDescribe(1), { targetVersion: 'V2.9.4', sha256: '', vulnerabilities: 'CVE-2026-1' });
    const bare = await ann.post(paths.patchMove(1), { to: 'site_testing', reason: '' });
    expect(bare.status).toBe(422);
    expect(await bare.text()).toContain('aria-invalid="true"');
    expect(await ann.html(paths.patchMove(1, { to: 'site_testing' }))).toContain('Test bench');
    expect((await ann.get(paths.patchMove(1, { to: 'installed' }))).status).toBe(409);
    await ann.post(paths.patchMove(1), { to: 'site_testing', reason: 'try it', testedOn: 'bench' });
    expect(site.appliance.patches.within(wholeSite('job')).get(1).state).toBe('site_testing');
    expect(await ann.html(paths.patchMove(1, { to: 'authorized' }))).toContain('OT owner');
    await ann.post(paths.patchMove(1), { to: 'authorized', reason: 'good', reference: 'report 7' });
    const waiting = await otto.html(paths.patch(1));
    expect(waiting).toContain('Still to sign: OT owner');
    // Several steps of a patch may wait: people read which one it is, programs its code.
    expect(await otto.html(paths.waiting())).toMatch(/SP-4<\/span>: Authorized</);
    const [listed] = waitingOperations;
    const asked = { waiting: site.appliance.waiting, actor: systemActor, note: () => undefined };
    expect(await listed?.run(asked, {})).toMatchObject({ rows: [{ act: 'patch-sign', what: 'SP-4: authorized' }] });
    const request = /name="request" value="(\d+)"/.exec(waiting)?.[1] ?? '';
    expect((await ann.post(paths.patchSign(1), { request, agrees: 'yes' })).status).toBe(403);
    const mute = await otto.post(paths.patchSign(1), { request, agrees: 'no' });
    expect(mute.status).toBe(422);
    await otto.post(paths.patchSign(1), { request, agrees: 'yes' });
    expect(site.appliance.patches.within(wholeSite('job')).get(1).state).toBe('authorized');

    await ann.post(paths.patchTarget(1), { controller, wanted: 'yes' });
    const wrong = await ann.post(paths.patchTarget(1), { controller: 'nobody', wanted: 'yes' });
    expect(wrong.status).toBe(422);
    const bad = await ann.post(paths.objectNew('maintenance-window'), { 'f.name': 'W', 'f.recurrence': 'sometimes' });
    expect(bad.status).toBe(422);
    await ann.post(paths.objectNew('maintenance-window'), {
      'f.name': 'Nightly',
      'f.recurrence': nightly,
      'f.leadDays': '0',
    });
    const calendar = await ann.html(paths.windows());
    expect(calendar).toContain(nightly);
    const planLink = /href="(\/calendar\/plans\/new\?[^"]+)"/.exec(calendar)?.[1]?.replaceAll('&amp;', '&') ?? '';
    expect(await ann.html(planLink)).toContain('SP-4');
    const form = new URL(planLink, 'http://localhost').searchParams;
    const made = await ann.post(paths.planNew(), {
      window: form.get('window') ?? '',
      from: form.get('from') ?? '',
      name: 'Winter outage',
      patch: ['1'],
      notes: '',
    });
    expect(await ann.html(made.headers.get('location') ?? '')).toContain('PLC-L3-07');
    const choice = `${form.get('window')} ${form.get('from')}`;
    await ann.post(paths.patchMove(1), { to: 'scheduled', reason: 'outage', window: choice });
    expect(site.appliance.patches.within(wholeSite('job')).get(1).state).toBe('scheduled');
    const scheduled = await ann.html(paths.patch(1));
    expect(scheduled).toContain('The window has not begun.');
    expect(scheduled).toContain('The checklist is not complete: PLC-L3-07');

    await upload(ann, paths.measureAttach(), {}, 'firmware.bin', 'old firmware');
    const [file] = site.appliance.patches.files(5);
    for (const item of CHECK_ITEMS) {
      const value = item === 'rollback-firmware' ? (file?.sha256 ?? '') : '19';
      const answered = await ann.post(paths.patchCheck(1, controller), { item, answer: 'yes', value, note: '' });
      expect(answered.status).toBe(303);
    }
    expect(await ann.html(paths.patchCheck(1, controller))).not.toContain('Not answered');
    const record = await ann.html(paths.controller(controller));
    expect(record).toContain('Nightly');
    expect(record).toContain(paths.patch(1));
    const early = await ann.post(paths.patchMove(1), { to: 'installed', reason: 'x', installedAt: '2026-01-01T00:00' });
    expect(early.status).toBe(422);
    const history = await ann.html(paths.patch(1));
    for (const part of ['try it', 'report 7', 'Signed: admin', 'outage']) expect(history).toContain(part);
    const events = await ann.html(paths.events());
    for (const said of ['to Scheduled', 'PLC-L3-07: Project backup is there – Yes']) expect(events).toContain(said);
  });

  it('are entered by hand, deferred and extended, and what is wrong is said at its field', async () => {
    const bare = await ann.post(paths.patchNew(), { patchId: '', vendor: '', product: 'x', publishedAt: 'soon' });
    expect(bare.status).toBe(422);
    const made = await ann.post(paths.patchNew(), {
      patchId: 'FW 33.011',
      vendor: 'Rockwell Automation',
      product: '1756-L83E',
      publishedAt: '2026-01-02',
    });
    const at = made.headers.get('location') ?? '';
    const id = Number(at.split('/').at(-1));
    expect(await ann.html(at)).toContain('Done late');
    const twice = await ann.post(paths.patchNew(), {
      patchId: 'fw 33.011',
      vendor: 'rockwell automation',
      product: '1756-L83E',
    });
    expect(twice.status).toBe(422);
    const past = await ann.post(paths.patchMove(id), { to: 'deferred', reason: 'later', until: '2020-01-01T00:00' });
    expect(past.status).toBe(422);
    const year = new Date(site.appliance.patches.within(wholeSite('job')).get(id).createdAt + 90 * 86_400_000)
      .toISOString()
      .slice(0, 10);
    await ann.post(paths.patchMove(id), { to: 'deferred', reason: 'later', until: `${year}T06:30` });
    expect(await ann.html(at)).toContain('Then it is again: Available');
    expect((await ann.post(paths.patchExtend(id), { clock: 'due', until: '', reason: '' })).status).toBe(422);
    await ann.post(paths.patchExtend(id), { clock: 'due', until: `${year}T06:30`, reason: 'spare part' });
    expect(await ann.html(at)).toContain('Extension of the deadline: Due');
    expect((await ann.get(paths.patch(999))).status).toBe(404);
  });

  it('stand beside measures, accepted risks and evidence', async () => {
    expect(await ann.html(paths.measures())).toContain('No compensating controls yet');
    const owner = site.appliance.objects.findBy('account', 'name', 'admin')?.id ?? '';
    await ann.post(paths.objectNew('risk-acceptance'), {
      'f.name': 'no spare',
      'f.vulnerability': 'CVE-2026-1',
      'f.product': 'CPU',
      'f.versions': '<2.9.4',
      'f.reason': 'no spare part',
      'f.owner': owner,
      'f.expiresAt': '2099-01-01T00:00:00Z',
    });
    const [one] = site.appliance.patches.measures.acceptances();
    expect(one?.state).toBe('waiting');
    for (const browser of [ann, otto])
      expect((await browser.post(paths.measureApprove(), { id: one?.id ?? '' })).status).toBe(403);
    expect(await otto.html(paths.measures())).toContain('Another person than the owner and the author approves this.');
    const [file] = site.appliance.patches.files(5);
    const download = await ann.get(paths.measureFile(file?.sha256 ?? ''));
    expect([download.status, await download.text()]).toEqual([200, 'old firmware']);
    expect((await ann.post(paths.evidence(), { from: 'x', to: '2026-01-01', lang: 'en' })).status).toBe(422);
    const asked = await ann.post(paths.evidence(), { from: '2026-01-01', to: '2026-12-31', lang: 'en' });
    expect(asked.headers.get('location')).toBe(paths.evidence());
    expect(await ann.html(paths.evidence())).toContain('Being made');
    expect((await ann.get(paths.evidenceFile(1, 'pdf'))).status).toBe(503);
    await site.appliance.patches.evidence.make(1);
    expect(await ann.html(paths.evidence())).toContain(paths.evidenceFile(1, 'pdf'));
    const pdf = await ann.get(paths.evidenceFile(1, 'pdf'));
    expect([
      pdf.headers.get('content-type'),
      Buffer.from(await pdf.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ]).toEqual(['application/pdf', '%PDF-']);
    await ann.post(paths.approvalsUndo(), { import: '1' });
    expect(await ann.html(paths.approvals())).toContain('Taken back on');
    // People had gone on with it.
    expect(site.appliance.patches.within(wholeSite('job')).get(1).state).toBe('scheduled');
  });

  it('are read by viewers and changed by others', async () => {
    const viewer = await site.as('viewer');
    for (const path of [paths.patches(), paths.patch(1), paths.windows(), paths.measures(), paths.evidence()])
      await viewer.html(path);
    expect((await viewer.get(paths.patchMove(1, { to: 'deferred' }))).status).toBe(403);
    expect((await viewer.post(paths.patchSign(1), { request: '1', agrees: 'yes' })).status).toBe(403);
    expect((await viewer.post(paths.evidence(), { from: '2026-01-01', to: '2026-02-01', lang: 'en' })).status).toBe(
      403,
    );
  });
});
