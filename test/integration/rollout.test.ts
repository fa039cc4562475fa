import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compose } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { type Browser, type Console, consoleOf, password } from '../../appliance/test/support/console.ts';
import { tryCommand } from '../support/commands.ts';
import { makeFilledSite } from '../support/filled-site.ts';

// A rollout as people meet it: the question with its rings, the page that holds and resumes it, and the commands beside them.

let site: Console;
let dataDir: string;
let first: Browser;
let second: Browser;
let update = '';

beforeAll(async () => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-rollout-'));
  const made = await makeFilledSite(folder, 0);
  ({ dataDir } = made);
  const appliance = await compose({ dataDir, log: openLog('silent') });
  site = consoleOf(appliance, folder, `/first/${made.token}`);
  first = await site.as('administrator');
  const account = appliance.objects.create(systemActor, 'account', { name: 'second', roles: ['administrator'] });
  second = site.browser();
  const link = `/first/${appliance.accounts.makeLink(systemActor, account.id).token}`;
  expect((await second.post(link, { password, repeat: password })).status).toBe(303);
  const item = appliance.updates
    .list({ scope: wholeSite('job'), limit: 200 })
    .rows.find(({ approval, supply, devices }) => approval === 'approved' && supply === 'arrived' && devices > 1);
  update = item?.id ?? '';
});
afterAll(async () => site.close());

const sallyport = async (...words: string[]): Promise<string> => {
  const outcome = await tryCommand('sallyport', [...words, '--data', dataDir]);
  expect(outcome.status, outcome.stderr).toBe(0);
  return outcome.stdout;
};
/** The newest deployment. */
const newest = () => site.appliance.deployments.list({ scope: wholeSite('job'), limit: 1 }).rows[0];
const states = (id: string) => site.appliance.deployments.rollouts.of(id, wholeSite('job')).map(({ state }) => state);

describe('a rollout', () => {
  it('is ordered on its page, held, and goes on by another person alone', async () => {
    const { devices } = site.appliance.updates.get(update, wholeSite('job'));
    const fields = { update, target: 'group', group: '', timeoutMinutes: '30', ringPlan: 'one-device-first' };
    const asked = await (await first.post(paths.deploymentNew(), { ...fields, recount: '1' })).text();
    expect(asked).toContain('Ring 1: 1 device,');
    expect(asked).toContain(`Ring 2: ${devices - 1} devices`);
    expect((await first.post(paths.deploymentNew(), fields)).status).toBe(303);
    const { id = '' } = newest() ?? {};
    expect(states(id)).toEqual(['open', 'closed']);

    const act = (who: Browser, action: string, comment: string) =>
      who.post(paths.deploymentRings(id), { action, comment });
    expect((await act(first, 'hold', '')).status).toBe(422);
    expect((await act(first, 'hold', 'line 3 reports errors')).status).toBe(303);
    expect(newest()?.state).toBe('held');
    for (const language of ['en', 'ru', 'kk']) {
      const page = await (await second.get(paths.deployment(id), { 'accept-language': language })).text();
      expect(page).toContain('line 3 reports errors');
      expect(page).toContain('value="resume"');
    }
    // Its author may look, and no more.
    const own = await first.html(paths.deployment(id));
    expect([/aria-disabled="true"[^>]*>Resume/.test(own), own.includes('value="resume"')]).toEqual([true, false]);
    expect((await act(first, 'resume', 'all is well')).status).toBe(403);
    expect(states(id)).toEqual(['held', 'closed']);
    expect((await act(second, 'resume', 'the sensor was broken')).status).toBe(303);
    expect(states(id)).toEqual(['open', 'closed']);
    expect((await first.post(paths.deploymentCancel(id), { confirmed: '1' })).status).toBe(303);
    expect(states(id)).toEqual(['stopped', 'stopped']);
  });

  it('is shown before, ordered, looked at and held by commands', async () => {
    expect(await sallyport('deployment', 'preview', '--update', update, '--ring', '1', '--ring', '50%')).toMatch(
      /ring 1: 1 devices; notices an update that silences 5 % with 5 %/,
    );
    await sallyport('deployment', 'create', '--update', update, '--ring', '1');
    const { id = '' } = newest() ?? {};
    expect(await sallyport('deployment', 'rings', '--deployment', id)).toMatch(/1\s+open\s+1/);
    expect(await sallyport('deployment', 'hold', '--deployment', id, '--comment', 'the wrong day')).toContain('held');
    expect(await sallyport('deployment', 'rings', '--deployment', id)).toMatch(/1\s+held\s+PERSON/);
    expect(states(id)[0]).toBe('held');
    const [one, two] = site.appliance.objects
      .list({ kind: 'device-decision', limit: 2 })
      .rows.map(({ id: device }) => device);
    const devices = [one ?? '', two ?? ''];
    site.appliance.objects.create(systemActor, 'redundancy-group', { name: 'Recorders', devices });
    expect(await sallyport('redundancy', 'list')).toMatch(/GROUP\s+DEVICE\s+HEARD\s+BUSY\s+EXCUSED\s+Recorders/);
  });
});
