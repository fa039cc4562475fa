import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { newTokenSecret, tokenHash } from '@sallyport/appliance/features/devices/types';
import { openLog } from '@sallyport/appliance/platform/log';
import BetterSqlite3 from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { admin } from '../../appliance/test/support/engines.ts';
import { makeHost } from '../../appliance/test/support/host.ts';
import { type Device, enrolDevice, newId } from '../fault/intake-kill-device.ts';
import { freePort, temporaryFolder } from '../support/commands.ts';
import { type InstalledSite, initSite, installedSite } from '../support/installed-site.ts';
import { breakServer, layRelease, nextStep, nextStepFile, presentStep } from '../support/release-tree.ts';
import { shellBlocks } from '../support/shell-blocks.ts';
import { until } from '../support/until.ts';

// Releases that lie installed, a server that a supervisor starts, devices over TLS: from one release to the next, and back.

const folder = temporaryFolder('upgrade');
const documented = shellBlocks('ui/help/en/upgrade.md').join('\n');
/** The arguments of the documented line that holds `part`. */
const typed = (part: RegExp): string[] => {
  const line = documented.split('\n').find((one) => part.test(one)) ?? '';
  const words = line.replace(/#.*$/, '').match(/"[^"]*"|\S+/g) ?? [];
  return words.slice(1).map((word) => word.replaceAll('"', ''));
};
const step = 'create table next (n integer) strict; insert into next values (1)';

/** What a command with --json said, whether it ended well or not. */
const saidBy = ({ stdout }: { stdout: string }) => JSON.parse(stdout) as Record<string, unknown>;

describe('an upgrade', () => {
  let site: InstalledSite;
  let port = 0;
  let [before, later]: Array<Device | undefined> = [];
  let secret = '';

  const enrol = (name: string): Promise<Device> =>
    enrolDevice({ port, ca: readFileSync(join(site.data, 'keys/ca.pem'), 'utf8') }, name, secret);
  const checkIn = async (device: Device | undefined): Promise<number | undefined> =>
    (await device?.call('POST', '/check-in', { bootId: newId(), seq: 1, version: '1', sections: {} }))?.status;
  const upgrade = (release: string, ...args: string[]) =>
    site.run(site.release(release), ['upgrade', ...site.place, '--json', ...args]);
  const version = async (release: string) =>
    saidBy(await site.run(site.release(release), [...typed(/version/), '--data', site.data, '--json']));
  const findings = async (release: string) =>
    saidBy(await site.run(site.release(release), ['doctor', '--data', site.data, '--json'])) as {
      findings: unknown[];
      warnings: Array<{ check: string; detail: string }>;
    };

  beforeAll(async () => {
    for (const [release, migrations] of [
      ['0.2.0', {}],
      ['0.3.0', { [nextStepFile]: step }],
      ['0.4.0', { [nextStepFile.replace('next', 'broken')]: `${step}; insert into missing values (1)` }],
      ['0.5.0', { [nextStepFile]: step }],
      ['0.6.0', { [nextStepFile]: step }],
    ] as const)
      layRelease(folder.path, release, migrations);
    for (const release of ['0.5.0', '0.6.0']) breakServer(join(folder.path, 'releases', release));
    port = await freePort();
    site = installedSite(join(folder.path, 'site'), join(folder.path, 'releases'), '0.2.0', port);
    await initSite(site.data, port);
    secret = newTokenSecret();
    const appliance = await compose({ dataDir: site.data, log: openLog('silent') });
    const host = makeHost(join(folder.path, 'host'));
    await host.publish();
    const trust = await host.trustFile(join(folder.path, 'trust'));
    await appliance.exchange.importTrust(admin, trust, host.rootFingerprint);
    appliance.objects.create(systemActor, 'token', {
      name: 'line',
      purpose: 'agent',
      hash: tokenHash(secret),
      approve: 'auto',
    });
    await appliance.close();
    await site.supervise('start');
    await site.serves();
    before = await enrol('before');
    expect(await checkIn(before)).toBe(200);
  });
  afterAll(async () => {
    before?.close();
    later?.close();
    await site?.supervise('stop');
    folder.remove();
  });

  it('whose trial fails changes nothing, and the server of before goes on', async () => {
    const pid = site.serverPid();
    const refused = await upgrade('0.4.0');
    expect(refused.status).toBe(1);
    expect(refused.stderr).toContain('tries release 0.4.0 on a copy');
    expect([site.current(), site.serverPid(), await site.page()]).toEqual(['0.2.0', pid, 200]);
    expect(JSON.parse(readFileSync(join(site.data, 'upgrade.json'), 'utf8'))).toMatchObject({
      state: 'done',
      failed: { to: '0.4.0', from: '0.2.0', how: 'refused' },
    });
    expect(await checkIn(before)).toBe(200);
    // The script of a package is told the same, without another trial.
    const packaged = await site.run(site.release('0.4.0'), ['upgrade', '--package', ...site.place]);
    expect(packaged).toMatchObject({
      status: 0,
      stdout: 'not tried again: stayed: 0.2.0 runs, 0.4.0 did not pass its trial, see doctor\n',
    });
    expect(packaged.stderr).not.toContain('tries release');
  });

  it('goes back by itself where the new release does not serve, and the reason is kept', async () => {
    // Its server ends by itself: nobody waits for it.
    const failed = await upgrade('0.5.0');
    expect(failed.status).toBe(1);
    expect(saidBy(failed)).toMatchObject({
      error: 'UPGRADE',
      message:
        'the server of release 0.5.0 ended before it served; release 0.2.0 serves again, and nothing of before is lost',
    });
    expect([site.current(), await site.page()]).toEqual(['0.2.0', 200]);
    expect(await version('0.2.0')).toMatchObject({ database: { schema: presentStep } });
    expect(await checkIn(before)).toBe(200);
    const { findings: found, warnings } = await findings('0.2.0');
    expect(found).toEqual([]);
    expect(warnings.find(({ check }) => check === 'last upgrade')?.detail).toContain(
      'the upgrade to release 0.5.0 failed, 0.2.0 runs: the server of release 0.5.0 ended before it served',
    );
    // It had migrated: the database of before was put back.
    expect(warnings.find(({ check }) => check === 'restored backup')?.detail).toContain('pre-0.5.0 was restored');
    // Nothing was taken away in between, which the witness shows: tokens of before go on.
    const listed = await site.run(site.release('0.2.0'), ['rollback', 'show', '--data', site.data, '--json']);
    expect(saidBy(listed)).toMatchObject({ returns: [{ isCovered: true, tokensGoOn: true, held: 0 }] });
    const goesOn = await enrol('goes-on');
    expect(await checkIn(goesOn)).toBe(200);
    goesOn.close();
  });

  it('that failed is told until a person puts it aside, and no package tries it again', async () => {
    const { release, data, place, run } = site;
    const command = async (...args: string[]) => {
      const { status, stdout } = await run(release('0.2.0'), [...args, '--data', data, '--json']);
      return { status, answer: JSON.parse(stdout) as Record<string, unknown> };
    };
    const wasTold = async () => ({
      failure: (await command('release', 'failure')).answer['failure'],
      check: (await command('health')).answer['checks'] as Array<{ name: string; code: string }>,
      work: JSON.stringify((await command('work', 'list')).answer),
      doctor: (await findings('0.2.0')).warnings.some(({ check }) => check === 'last upgrade'),
    });
    const db = new BetterSqlite3(join(data, 'state.db'), { readonly: true });
    const events = (): unknown[] =>
      db.prepare("select severity, params from event where type = 'upgrade-failed' and params like '%0.5.0%'").all();
    await until(() => (events().length > 0 ? true : undefined));
    expect(events()).toEqual([{ severity: 'critical', params: expect.stringContaining('ended before it served') }]);
    db.close();
    const told = await wasTold();
    expect(told.failure).toMatchObject({ to: '0.5.0', from: '0.2.0', how: 'ended' });
    expect(told.check).toContainEqual(expect.objectContaining({ name: 'upgrade', code: 'UPGRADE_FAILED' }));
    expect(told.work).toContain('"id":"appliance.upgrade"');
    expect(told.doctor).toBe(true);
    const pid = site.serverPid();
    const packaged = await run(release('0.5.0'), ['upgrade', '--package', ...place]);
    expect(packaged).toMatchObject({
      status: 0,
      stdout: 'not tried again: went back: 0.2.0 runs, 0.5.0 did not start, see doctor\n',
    });
    expect([site.serverPid(), await site.page()]).toEqual([pid, 200]);

    expect((await command('release', 'put-aside')).status).toBe(2);
    expect(await command('release', 'put-aside', '--reason', 'the vendor mends it')).toMatchObject({ status: 0 });
    const quiet = await wasTold();
    expect(quiet).toMatchObject({ failure: null, doctor: false });
    expect(quiet.check).toContainEqual(expect.objectContaining({ name: 'upgrade', code: 'OK' }));
    expect(quiet.work).not.toContain('appliance.upgrade');
    expect((await command('release', 'put-aside', '--reason', 'again')).answer).toMatchObject({ error: 'NOT_FOUND' });

    // A person who asks has it tried again, and told again.
    const asked = await run(release('0.2.0'), ['upgrade', ...place, '--json']);
    expect(saidBy(asked)).toMatchObject({ error: 'UPGRADE', message: expect.stringContaining('release 0.5.0') });
    expect((await wasTold()).failure).toMatchObject({ to: '0.5.0' });
    expect(site.serverPid()).not.toBe(pid);
  });

  it('whose package finds a server that does not start ends well for the packager, in one line', async () => {
    const packaged = await site.run(site.release('0.6.0'), ['upgrade', '--package', ...site.place]);
    expect(packaged.status, packaged.stderr).toBe(0);
    expect(packaged.stdout).toBe('went back: 0.2.0 runs, 0.6.0 did not start, see doctor\n');
    expect(packaged.stderr).toContain('the server of release 0.6.0 ended before it served');
    expect([site.current(), await site.page()]).toEqual(['0.2.0', 200]);
  });

  it('brings the next release, with every step written down, and keeps the one before', async () => {
    const tried = await site.run(site.release('0.2.0'), [...typed(/--trial/), ...site.place, '--json']);
    expect(saidBy(tried)).toMatchObject({ release: '0.3.0', schema: { from: presentStep, to: nextStep } });
    expect(site.current()).toBe('0.2.0');
    const done = await site.run(site.release('0.2.0'), [...typed(/upgrade --to/), ...site.place, '--json']);
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(saidBy(done)).toMatchObject({ state: 'done', from: '0.2.0', to: '0.3.0' });
    expect([site.current(), await site.page()]).toEqual(['0.3.0', 200]);
    expect(await version('0.3.0')).toMatchObject({
      schema: nextStep,
      database: { schema: nextStep, release: '0.3.0' },
    });
    expect(existsSync(site.release('0.2.0'))).toBe(true);
    expect(existsSync(site.release('0.4.0'))).toBe(false);
    expect(await checkIn(before)).toBe(200);
    expect((await findings('0.3.0')).findings).toEqual([]);
    expect(await site.run(site.release('0.2.0'), ['device', 'list', '--data', site.data, '--json'])).toMatchObject({
      stdout: expect.stringContaining('"error":"SCHEMA_NEWER"'),
    });
    expect(saidBy(await upgrade('0.3.0'))).toMatchObject({ state: 'same' });
  });

  it('is taken back when a person says so: what is lost is counted, and what was taken away stays so', async () => {
    const { release, data, place, run } = site;
    const inNew = (...args: string[]) => run(release('0.3.0'), [...args, '--data', data, '--json']);
    const secretOfBefore = secret;
    const madeToken = join(site.root, 'token');
    expect(await inNew('token', 'create', '--for', 'agent', '--approve', 'auto', '--out', madeToken)).toMatchObject({
      status: 0,
    });
    secret = readFileSync(join(madeToken, 'secret'), 'utf8').trim();
    later = await enrol('later');
    expect(await checkIn(later)).toBe(200);
    expect(await inNew('device', 'revoke', before?.publicId ?? '')).toMatchObject({ status: 0 });
    expect(await inNew('tag', 'add', 'line-1', before?.publicId ?? '')).toMatchObject({ status: 0 });
    expect(await inNew('setting', 'set', 'devices.not-visible-hours', '30')).toMatchObject({ status: 0 });

    const back = (...args: string[]) => run(release('0.3.0'), [...args, ...place, '--json']);
    const asked = await back(...typed(/rollback$/));
    expect(asked.status).toBe(1);
    expect(saidBy(asked)).toMatchObject({
      done: false,
      lost: { devices: 1, bundles: 0, tags: 1, settings: 1, approvals: 0, accounts: 1, deployments: 0, exceptions: 0 },
    });
    const named = (await run(release('0.3.0'), [...typed(/rollback$/), ...place])).stdout;
    for (const what of ['tags', 'settings', 'approvals', 'accounts', 'deployments', 'exceptions'])
      expect(named).toMatch(new RegExp(`^  \\d+ ${what}`, 'm'));
    expect(site.current()).toBe('0.3.0');

    const done = await back(...typed(/--confirm/));
    expect(done, done.stderr).toMatchObject({ status: 0 });
    expect(saidBy(done)).toMatchObject({ done: true, from: '0.3.0', to: '0.2.0', lost: { devices: 1 } });
    expect([site.current(), await site.page()]).toEqual(['0.2.0', 200]);
    expect(await version('0.2.0')).toMatchObject({ database: { schema: presentStep } });
    // Who enrolled in the time that was lost comes back by its certificate; who was revoked in it does not.
    expect([await checkIn(before), await checkIn(later)]).toEqual([401, 200]);
    // A person brought the older state: tokens of before wait for two persons.
    secret = secretOfBefore;
    await expect(enrol('held')).rejects.toThrow('TOKEN_HELD');
    const { findings: found, warnings } = await findings('0.2.0');
    expect(found).toEqual([]);
    expect(warnings.find(({ check }) => check === 'restored backup')?.detail).toContain('pre-0.3.0 was restored');
    expect(await back(...typed(/rollback$/))).toMatchObject({
      stdout: expect.stringContaining('"error":"CONFLICT"'),
    });
  });
});
