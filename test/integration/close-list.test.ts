import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { type Browser, type Console, openConsole, password } from '../../appliance/test/support/console.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { goneSource, reportPackages, silence } from '../support/gone-source.ts';
import { knownHost } from '../support/known-host.ts';
import { fixedBy, mainText, toldBy } from '../support/told.ts';

// Packages of a collector that is gone stay on a device: they give findings, or keep them away. A person closes its lists with a reason,
// another one agrees; the packages go with history, the findings follow, and the next report of the collector brings all of it back.

const { t } = catalogue('en');
const bash = { type: 'deb', name: 'bash', version: '5.2.37-2', arch: 'amd64', source: 'bash' };
const curl = { type: 'deb', name: 'curl', version: '8.0-1', arch: 'amd64', source: 'curl' };
const flask = { type: 'python', name: 'flask', version: '2.0', purl: 'pkg:pypi/flask@2.0' };
const REASON = 'osquery was taken off line 3';

describe('the lists of a collector that is gone', () => {
  let folder: string;
  let site: Console;
  let first: Browser;
  let second: Browser;
  let scoped: Browser;
  const devices = new Map<string, { id: number; publicId: string }>();

  /** The browser of somebody else, who came by a link. */
  const signedInAs = async (name: string, role: string): Promise<Browser> => {
    const { objects, accounts } = site.appliance;
    const { id } = objects.create(systemActor, 'account', { name, roles: [role] });
    const browser = site.browser();
    const link = `/first/${accounts.makeLink(systemActor, id).token}`;
    expect((await browser.post(link, { password, repeat: password })).status).toBe(303);
    return browser;
  };
  const device = (name: string) => devices.get(name) ?? { id: 0, publicId: '' };
  const text = async (path: string, browser = first): Promise<string> => mainText(await browser.html(path));
  const settle = (): void => site.appliance.rules.recomputePending();
  const stateOf = async (name: string) => {
    settle();
    const { rows, coverage } = (await toldBy(site.appliance).answer('device.findings', {
      device: device(name).publicId,
      limit: 10,
    })) as { rows: { package: string }[]; coverage: { state: string; reasons: { code: string }[] } };
    return {
      findings: rows.map((row) => row.package).sort(),
      lists: coverage.reasons.map(({ code }) => code).filter((code) => code.startsWith('list-')),
    };
  };
  const ask = (name: string, source: string, reason: string, browser = first) =>
    browser.post(paths.deviceTasks(device(name).publicId), { kind: 'close-list', source, reason });
  const taskOf = (name: string): string => {
    return site.appliance.deviceTasks.list({ scope: wholeSite('job'), device: device(name).id, limit: 1 })[0]?.id ?? '';
  };
  const decide = (name: string, decision: 'confirm' | 'cancel', browser: Browser) =>
    browser.post(paths.deviceTaskDecide(device(name).publicId, taskOf(name)), { decision });
  const codeOf = async (answer: Response): Promise<[number, string | undefined]> => [
    answer.status,
    /[A-Z]+_[A-Z_]+/.exec(mainText(await answer.text()))?.[0],
  ];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-close-list-'));
    site = await openConsole();
    const { appliance } = site;
    const { host, bring } = await knownHost(appliance, folder);
    first = await site.as('administrator');
    for (const name of ['gone', 'again', 'preferred', 'in-use', 'silent', 'removed', 'lent'])
      devices.set(name, site.device(name));
    const group = appliance.objects.create(admin, 'group', { name: 'hall 2' }).id;
    const rights = ['devices:write', 'devices:approve'];
    const { id: role } = appliance.objects.create(systemActor, 'role', { name: 'hall 2', rights, groups: [group] });
    [second, scoped] = await Promise.all([signedInAs('second', 'administrator'), signedInAs('scoped', role)]);
    await host.publish({
      feeds: [
        {
          feed: 'osv-debian',
          advisories: [fixedBy('Debian:13', 'curl', '8.9-1'), fixedBy('PyPI', 'flask', '3.0')],
        },
      ],
    });
    await bring();
    for (const name of ['gone', 'again', 'in-use', 'removed']) goneSource(appliance, device(name).id, 'osquery');
    // Our agent, whose list of the system counts, is the one that is gone.
    reportPackages(appliance, device('preferred').id, 'native', [bash, curl]);
    reportPackages(appliance, device('preferred').id, 'osquery', [bash]);
    silence(appliance, device('preferred').id, 'native');
    // Of a device that is silent as a whole nothing else says more.
    goneSource(appliance, device('silent').id, 'osquery');
    silence(appliance, device('silent').id, 'native');
    reportPackages(appliance, device('in-use').id, 'osquery', [bash, flask, curl]);
    appliance.rules.recomputeAll();
    settle();
  });
  afterAll(async () => {
    await site?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('are named on the page of the device, which leads to where they are closed', async () => {
    expect(await stateOf('gone')).toEqual({ findings: ['flask'], lists: ['list-source-gone'] });
    expect(await text(paths.device(device('gone').publicId))).toContain(t('deviceTasks.toClose'));
    const form = await text(paths.deviceTasks(device('gone').publicId));
    expect(form).toContain(t('deviceTasks.closeTitle'));
    expect(await text(paths.deviceTasks(device('in-use').publicId))).not.toContain(t('deviceTasks.closeTitle'));
    expect(await text(paths.work())).toContain('Lists of packages of 4 devices are not read');
  });

  it('are closed with a reason by two persons: the packages go with who and why, the findings follow', async () => {
    expect((await ask('gone', 'osquery', ' ')).status).toBe(422);
    expect((await ask('gone', 'osquery', REASON)).status).toBe(303);
    expect(await stateOf('gone')).toEqual({ findings: ['flask'], lists: ['list-source-gone'] });
    const id = taskOf('gone');
    expect(await toldBy(site.appliance).printed('waiting.list', {})).toContain('list-close');
    expect(await codeOf(await decide('gone', 'confirm', first))).toEqual([403, 'APPROVAL_SELF']);
    expect((await decide('gone', 'confirm', scoped)).status).toBe(404);
    expect(await stateOf('gone')).toEqual({ findings: ['flask'], lists: ['list-source-gone'] });
    expect((await decide('gone', 'confirm', second)).status).toBe(303);
    expect(await stateOf('gone')).toEqual({ findings: [], lists: [] });
    const { rows } = (await toldBy(site.appliance).answer('device.changes', {
      device: device('gone').publicId,
      collection: ['software'],
      operation: ['removed'],
      limit: 10,
    })) as { rows: { title: string; door: string; closed: { reason: string; askedBy: string; agreedBy: string } }[] };
    expect(rows).toMatchObject([{ title: 'flask', door: 'osquery', closed: { reason: REASON } }]);
    expect(rows[0]?.closed.askedBy).not.toBe(rows[0]?.closed.agreedBy);
    for (const path of [paths.changes(), paths.deviceTab(device('gone').publicId, 'changes')])
      expect(await text(path), path).toContain(REASON);
    expect(await (await first.get(paths.changesCsv())).text()).toContain(REASON);
    expect(await text(paths.deviceTab(device('gone').publicId, 'events'))).toContain('Lists of packages of');
    expect(await text(paths.deviceTasks(device('gone').publicId))).toContain(t('deviceTasks.state.completed'));
    // What was decided is decided.
    expect(() => site.appliance.deviceTasks.confirm(admin, id)).toThrow(/decided already/);
    expect(site.appliance.inventory.verify()).toEqual([]);
  });

  it('are opened again by the next report of the collector', async () => {
    reportPackages(site.appliance, device('gone').id, 'osquery', [bash, flask]);
    expect(await stateOf('gone')).toEqual({ findings: ['flask'], lists: [] });
  });

  it('stay where the collector was heard before the second person agreed', async () => {
    expect((await ask('again', 'osquery', REASON)).status).toBe(303);
    reportPackages(site.appliance, device('again').id, 'osquery', [bash, flask, curl]);
    expect(await codeOf(await decide('again', 'confirm', second))).toEqual([409, 'LIST_NOT_GONE']);
    expect((await stateOf('again')).findings).toEqual(['flask']);
    expect((await decide('again', 'cancel', first)).status).toBe(303);
  });

  it('of the preferred collector give way to what another one reads', async () => {
    expect(await stateOf('preferred')).toEqual({ findings: ['curl'], lists: ['list-source-gone'] });
    await ask('preferred', 'native', REASON);
    expect((await decide('preferred', 'confirm', second)).status).toBe(303);
    expect(await stateOf('preferred')).toEqual({ findings: [], lists: [] });
    expect(site.appliance.inventory.verify()).toEqual([]);
  });

  it('that stood for what another one cannot read any more give back what that one read last, as not read', async () => {
    const { id } = device('lent');
    reportPackages(site.appliance, id, 'native', [bash, curl, flask]);
    reportPackages(site.appliance, id, 'native', [flask]);
    expect(await stateOf('lent')).toEqual({ findings: ['curl', 'flask'], lists: ['list-not-read'] });
    reportPackages(site.appliance, id, 'osquery', [bash]);
    expect((await stateOf('lent')).findings).toEqual(['flask']);
    silence(site.appliance, id, 'osquery');
    site.appliance.rules.recomputeAll();
    await ask('lent', 'osquery', REASON);
    expect((await decide('lent', 'confirm', second)).status).toBe(303);
    expect(await stateOf('lent')).toEqual({ findings: ['curl', 'flask'], lists: ['list-not-read'] });
    expect(site.appliance.inventory.verify()).toEqual([]);
  });

  it('are closed at once where its client was revoked', async () => {
    const { db, inventory } = site.appliance;
    const { id } = device('removed');
    reportPackages(site.appliance, id, 'osquery', [flask]);
    expect(await stateOf('removed')).toEqual({ findings: ['flask'], lists: [] });
    db.prepare(
      `insert into device_source (device, source, client_id, state, agent, first_seen_at) values (?, 'osquery', 'c', 'revoked', '', 1)`,
    ).run(id);
    expect(inventory.listSources('software', [id]).find(({ source }) => source === 'osquery')?.goneFrom).toBe(0);
    await ask('removed', 'osquery', REASON);
    expect((await decide('removed', 'confirm', second)).status).toBe(303);
    expect((await stateOf('removed')).findings).toEqual([]);
  });

  it.each([
    ['in-use', 'osquery', 'one that is heard'],
    ['silent', 'osquery', 'one of a device of which nothing is heard'],
    ['gone', 'glpi', 'one that told nothing'],
  ])('of %s from %s are refused: %s', async (name, source) => {
    const answer = await ask(name, source, REASON);
    expect(await codeOf(answer)).toEqual([409, 'LIST_NOT_GONE']);
    await expect(
      toldBy(site.appliance).answer('device.close-list', { device: device(name).publicId, source, reason: REASON }),
    ).rejects.toMatchObject({ code: 'LIST_NOT_GONE' });
  });

  it('of a device out of reach are not asked for', async () => {
    expect((await ask('preferred', 'native', REASON, scoped)).status).toBe(404);
  });
});
