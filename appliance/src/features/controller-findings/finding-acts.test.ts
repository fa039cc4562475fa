import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { signedIn } from '../../../../test/support/persons.ts';
import { openConsole } from '../../../test/support/console.ts';
import { seedControllers } from '../../../test/support/controllers/seed.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

// The action area of a finding on controllers: each act from the panel and from the page, without script.

const scope = wholeSite('job');
const hostile = '<script>alert(1)</script>';

const site = await openConsole();
const seeded = await seedControllers(site.appliance);
const operator = await site.as('operator');
const owner = site.appliance.objects.create(systemActor, 'account', { name: 'Owner', roles: ['viewer'] }).id;
const id =
  site.appliance.controllerFindings
    .list({ scope, limit: 10 })
    .rows.find(({ vulnerability, firmware }) => vulnerability === 'CVE-2024-0001' && firmware === 'V2.9.4')?.id ?? '';
afterAll(() => site.close());

const held = (): number => site.appliance.controllerFindings.why(id, scope).finding.held;
const entered = (kind: 'mitigation' | 'risk-acceptance') => site.appliance.objects.list({ kind, limit: 10 }).rows;

beforeEach(() => {
  for (const kind of ['mitigation', 'risk-acceptance'] as const)
    for (const { id: one } of entered(kind)) site.appliance.objects.remove(systemActor, kind, one);
});

describe('the acts of a finding on controllers', () => {
  const control = () => ({
    action: 'compensate',
    measure: 'acl',
    description: 'Port 102 is closed at the firewall',
    owner,
    expiresAt: '2099-03-31',
    controller: [seeded.read],
  });

  it('stand in the panel beside the list and on the page, each with its form, and name the controllers', async () => {
    for (const path of [paths.controllerFinding(id), `${paths.controllerFindings()}?open=${id}`]) {
      const page = await operator.html(path);
      for (const part of [
        paths.controllerFindingHold(id),
        paths.controllerFindingDispute(id),
        paths.patchNew({ vendor: 'Siemens' }),
        'value="compensate"',
        'value="accept"',
        'PLC-L3-07',
        'No second person is asked',
        'another person than you and the owner approves it',
      ])
        expect(page, `${path} ${part}`).toContain(part.replaceAll('&', '&amp;'));
    }
    const form = await operator.html(
      paths.patchNew({ vendor: 'Siemens', product: 'P', vulnerabilities: 'CVE-2024-0001' }),
    );
    for (const value of ['value="Siemens"', 'value="P"', 'CVE-2024-0001']) expect(form).toContain(value);
  });

  it('compensate the chosen controllers until an end, at once', async () => {
    expect(held()).toBe(0);
    const back = `${paths.controllerFindings()}?open=${id}`;
    const done = await operator.post(paths.controllerFindingHold(id), { ...control(), back });
    expect([done.status, done.headers.get('location')]).toEqual([303, back]);
    expect(held()).toBe(1);
    const [made] = entered('mitigation');
    expect(made?.body).toMatchObject({
      measure: 'acl',
      controllers: [seeded.read],
      vulnerabilities: ['CVE-2024-0001'],
      owner,
    });
    expect(await operator.html(paths.controllerFindings())).not.toContain(`open=${id}"`);
    site.appliance.objects.remove(systemActor, 'mitigation', made?.id ?? '');
    expect(held()).toBe(0);
  });

  it('compensate no controller that does not have the finding, and none without an end that is to come', async () => {
    const post = async (change: Record<string, string | string[]>): Promise<[number, string]> => {
      const response = await operator.post(paths.controllerFindingHold(id), { ...control(), ...change });
      return [response.status, await response.text()];
    };
    for (const [change, words] of [
      [{ controller: [seeded.configured] }, 'Choose at least one controller'],
      [{ controller: [] }, 'Choose at least one controller'],
      [{ expiresAt: '2001-01-01' }, 'compensate-expiresAt-fault'],
      [{ expiresAt: 'soon' }, 'compensate-expiresAt-fault'],
      [{ description: ' ' }, 'compensate-description-fault'],
      [{ measure: 'prayer' }, 'compensate-measure-fault'],
    ] as const) {
      const [status, page] = await post(change as Record<string, string | string[]>);
      expect([status, page.includes(words)], JSON.stringify(change)).toEqual([422, true]);
      // What was typed is kept, and its form is open.
      if (!('description' in change)) expect(page).toContain('Port 102 is closed');
    }
    expect(entered('mitigation')).toEqual([]);
  });

  it('ask for a risk to be accepted, which holds nothing back before another person approves it', async () => {
    const asked = {
      action: 'accept',
      reason: hostile,
      owner,
      expiresAt: '2099-03-31 06:00',
      versions: 'V2.9.4',
    };
    const faulty = await operator.post(paths.controllerFindingHold(id), { ...asked, versions: 'all of them' });
    expect(faulty.status).toBe(422);
    const page = await faulty.text();
    expect(page).toContain('accept-versions-fault');
    expect(page).not.toContain(hostile);
    const admin = await site.as('administrator');
    expect((await admin.post(paths.controllerFindingHold(id), asked)).status).toBe(303);
    expect(held()).toBe(0);
    const [made] = entered('risk-acceptance');
    expect(made?.body).toMatchObject({ vulnerability: 'CVE-2024-0001', versions: 'V2.9.4', owner });
    const refused = await admin.post(paths.measureApprove(), { id: made?.id ?? '' });
    expect([refused.status, (await refused.text()).includes('APPROVAL_SELF')]).toEqual([403, true]);
    expect(held()).toBe(0);
    const approver = site.appliance.objects.create(systemActor, 'account', {
      name: 'Approver',
      roles: ['operator'],
    }).id;
    site.appliance.patches.measures.approve(signedIn(approver, 'controllers:approve'), made?.id ?? '');
    expect(held()).toBe(1);
  });

  it('are there for who lacks the right as buttons that say so, and are refused', async () => {
    const viewer = await site.as('viewer');
    const page = await viewer.html(paths.controllerFinding(id));
    expect(page).toContain('controllers:write');
    expect(page).not.toContain('value="compensate"');
    expect((await viewer.post(paths.controllerFindingHold(id), control())).status).toBe(403);
    expect(entered('mitigation')).toEqual([]);
  });

  it('lead back to no other host', async () => {
    const done = await operator.post(paths.controllerFindingHold(id), { ...control(), back: '//elsewhere.example/' });
    expect(done.headers.get('location')).toBe(paths.controllerFinding(id));
  });
});
