import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { signedIn } from '../../../../test/support/persons.ts';
import { openConsole } from '../../../test/support/console.ts';
import { seedControllers } from '../../../test/support/controllers/seed.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

// What advisories say of controllers, as people see it: lists, why, questions and their answers, families.

const hostile = '<script>alert(1)</script>';

const site = await openConsole();
const seeded = await seedControllers(site.appliance, hostile);
afterAll(() => site.close());

const text = async (path: string): Promise<string> => {
  const response = await (await site.as('operator')).get(path);
  expect(`${path} ${response.status}`).toBe(`${path} 200`);
  const body = await response.text();
  expect(body).not.toContain(hostile);
  return body;
};

describe('vulnerabilities of controllers in the console', () => {
  it('are listed with their counts, filtered, exported, and on the page of all vulnerabilities', async () => {
    const list = await text(paths.controllerFindings());
    expect(list).toContain('CVE-2024-0001');
    expect(list).toContain('V2.9.4');
    expect(await text(paths.controllerFindings({ verdict: 'affected', decision: 'track' }))).not.toContain(
      'CVE-2024-0001</a>',
    );
    expect(await text(paths.controllerFindings({ cve: 'CVE-2024-0002' }))).not.toContain('>CVE-2024-0001<');
    expect(await text(paths.controllerFindingsCsv())).toContain('CVE-2024-0001');
    expect(await text(paths.vulnerabilities())).toContain(paths.controllerFindings());
    expect(await text(paths.controllers({ cve: 'CVE-2024-0001' }))).toContain('PLC-L3-07');
    expect(await text(paths.controllers({ cve: 'CVE-1999-0001' }))).not.toContain('PLC-L3-07');
    expect(await text(paths.search({ q: 'CVE-2024-0001' }))).toContain('PLC-L3-07');
  });

  it('say why, and are on the page of their controller', async () => {
    const finding = site.appliance.controllerFindings.list({ scope: wholeSite('job'), limit: 1 }).rows[0]?.id ?? '';
    const why = await text(paths.controllerFinding(finding));
    for (const said of ['https://www.siemens.com/SSA-1', '&lt; V2.9.7', 'Update to V2.9.7', 'PLC-L3-07'])
      expect(why).toContain(said);
    const page = await text(paths.controller(seeded.read));
    expect(page).toContain('CVE-2024-0001');
    // Findings are part of the state of a controller.
    expect(page).toContain('Vulnerabilities to attend to: 2');
    expect((await (await site.as('operator')).get(paths.controllerFinding('1.CVE-0'))).status).toBe(404);
  });

  it('are disputed with a reason that is shown, and taken back; an accepted risk holds them back until it is no more', async () => {
    const { controllerFindings, objects, patches } = site.appliance;
    const finding = controllerFindings.list({ scope: wholeSite('job'), limit: 1 }).rows[0]?.id ?? '';
    const operator = await site.as('operator');
    const path = paths.controllerFindingDispute(finding);
    const given = { justification: 'vulnerable-code-not-present', reason: hostile, evidence: 'WO-7' };
    expect((await (await site.as('viewer')).post(path, given)).status).toBe(403);
    expect((await operator.post(path, { ...given, reason: '' })).status).toBe(422);
    expect((await operator.post(path, given)).status).toBe(303);
    const answered = await text(paths.controllerFinding(finding));
    for (const said of ['WO-7', 'operator', paths.controllerFindingRetract(finding)]) expect(answered).toContain(said);
    expect((await operator.post(paths.controllerFindingRetract(finding), {})).status).toBe(303);

    const owner = objects.create(systemActor, 'account', { name: 'risk-owner', roles: ['operator'] }).id;
    const accepted = objects.create(signedIn(owner), 'risk-acceptance', {
      name: 'Until the outage',
      vulnerability: 'CVE-2024-0001',
      product: '6ES7 515-2AM02-0AB0',
      versions: '*',
      reason: 'no window',
      owner,
      expiresAt: '2099-01-01T00:00:00Z',
    }).id;
    expect(await text(paths.controllerFindings({ held: 'only' }))).not.toContain('Until the outage');
    const approver = objects.create(systemActor, 'account', { name: 'approver', roles: ['operator'] }).id;
    patches.measures.approve(signedIn(approver, 'controllers:approve'), accepted);
    expect(await text(paths.controllerFindings({ held: 'only' }))).toContain('Until the outage');
    expect(await text(paths.controllerFindings({ verdict: 'affected' }))).not.toContain('>CVE-2024-0001<');
    const page = await text(paths.controller(seeded.read));
    expect(page).toContain('Until the outage');
    expect(page).toContain('Vulnerabilities to attend to: 1');
    expect(await text(`${paths.controllerFindingsCsv()}?held=only`)).toContain('Until the outage');
    objects.remove(systemActor, 'risk-acceptance', accepted);
    expect(await text(paths.controllerFindings({ verdict: 'affected' }))).toContain('CVE-2024-0001');
  });

  it('are asked about in the inbox, and one answer settles all of a question', async () => {
    const inbox = await text(paths.controllerReview());
    const id = /\/controllers\/review\/([0-9a-f]{24})/.exec(inbox)?.[1] ?? '';
    expect(await text(paths.controllerQuestion(id))).toContain('name="about"');
    const operator = await site.as('operator');
    const about = ['https://www.siemens.com/SSA-1'];
    expect(
      (await operator.post(paths.controllerQuestion(id), { answer: 'not-affected', reason: '', about })).status,
    ).toBe(422);
    const viewer = await site.as('viewer');
    expect(
      (await viewer.post(paths.controllerQuestion(id), { answer: 'not-affected', reason: 'x', about })).status,
    ).toBe(403);
    const answered = await operator.post(paths.controllerQuestion(id), {
      answer: 'not-affected',
      reason: 'no network',
      about,
    });
    expect([answered.status, answered.headers.get('location')]).toEqual([303, paths.controllerReview()]);
    expect(await text(paths.controllerReview())).not.toContain(id);
    expect((await operator.get(paths.controllerQuestion(id))).status).toBe(404);
  });

  it('are counted by family and vendor', async () => {
    expect(await text(paths.controllerFamilies())).toContain('V2.9.4');
    expect(await text(paths.controllerVendors())).toContain('Siemens');
    expect(await text(paths.controllerFirmware())).toContain('never writes to a controller');
  });
});
