import { copyFileSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { hexOfWords } from '@sallyport/bundle-tools/fingerprint/words';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, consoleOf } from '../../appliance/test/support/console.ts';
import { commandProcess } from '../support/command-process.ts';
import { flags, startCommand } from '../support/commands.ts';
import { until } from '../support/until.ts';
import { type AgentSite, layRoot, openAgentSite } from './agent-site.ts';

// A device that was away for longer than its certificate lives, the real agent on it, and a person who lets it on.

const { command } = commandProcess();
let site: AgentSite;
let admin: Browser;
beforeAll(async () => {
  site = await openAgentSite();
  const { id } = site.appliance.objects.create(systemActor, 'account', { name: 'anna', roles: ['administrator'] });
  const first = `/first/${site.appliance.accounts.makeLink(systemActor, id).token}`;
  admin = await consoleOf(site.appliance, site.folder, first).as('administrator');
});
afterAll(async () => site.close());

const settingsOf = (state: string) =>
  JSON.parse(readFileSync(join(state, 'agent.json'), 'utf8')) as { deviceId: string };
const deviceOf = (state: string) => site.appliance.devices.byPublicId(settingsOf(state).deviceId);
const identity = (state: string): string => readFileSync(join(state, 'identity.pem'), 'utf8');

/** A device whose certificate ended five days ago, with a report of its software and a name that a person gave it. */
const away = async (name: string) => {
  site.issue.daysAgo = 95;
  const { state, root } = await site.enrol(name);
  site.issue.daysAgo = 0;
  const device = deviceOf(state);
  site.appliance.objects.put(systemActor, 'device-decision', device.publicId, { displayName: `Pump ${name}` });
  return { state, root, id: device.id, publicId: device.publicId };
};

const again = (state: string, more: Record<string, string> = {}) =>
  site.agent('enrol', '--again', ...flags({ state, wait: '0', ...more }));

/** The 24 words that the agent says. */
const wordsIn = (text: string): string => /(?:[a-z]{3,8} ){23}[a-z]{3,8}/.exec(text)?.[0] ?? '';

const asked = (publicId: string) => site.appliance.devices.asking(deviceOf(join(site.folder, `state-${publicId}`)).id);

describe('a certificate that ended', () => {
  it('is a state of the device in list, filter, file, worklist and API, and the agent says it', async () => {
    const { state, publicId } = await away('ended');
    expect((await site.enrol('fine')).run.status).toBe(0);

    const turn = await site.agent('once', '--state', state);
    expect(turn).toMatchObject({ status: 1, json: { error: 'CERTIFICATE_ENDED' } });
    expect(turn.stderr).toContain('enrol --again');
    const said = await site.agent('status', '--state', state);
    expect(said).toMatchObject({ status: 1, json: { deviceId: publicId, standing: 'certificate-ended' } });

    const list = await admin.html('/devices?certificateEnded=yes');
    expect(list).toContain('Pump ended');
    expect(list).toContain('Certificate ended');
    expect(list).not.toContain('>fine<');
    const file = await (await admin.get('/devices.csv?certificateEnded=yes')).text();
    expect(file.split('\n').filter((line) => line.includes('Pump ended'))).toEqual([
      expect.stringContaining('Certificate ended'),
    ]);
    expect(await admin.html(`/devices/${publicId}`)).toContain('sallyport-agent enrol --again');
    expect(await admin.html('/')).toContain('certificate ended');
    // Told once the thread of the intake has a turn.
    await until(() =>
      site.appliance.events
        .list({ scope: { site: true } as never, limit: 10, type: ['certificate-refused'] })
        .rows.some(({ device, params }) => device === deviceOf(state).id && params['reason'] === 'expired'),
    );
  });
});

describe('enrol --again', () => {
  it('keeps the device, once a person has compared the words of its new key', async () => {
    const { state, id, publicId } = await away('back');
    const old = identity(state);
    const waits = await again(state);
    expect(waits).toMatchObject({ status: 1, json: { error: 'PENDING' } });
    const words = wordsIn(waits.stderr);
    expect(words.split(' ')).toHaveLength(24);
    // Until then the device is what it was, and the old key is there.
    expect(identity(state)).toBe(old);
    const page = await admin.html(`/devices/${publicId}`);
    for (const word of words.split(' ')) expect(page).toContain(word);
    expect(page).toContain('It has the key of a certificate of this device');
    expect(await admin.html('/devices?reenrolling=yes')).toContain('Pump back');
    expect(await admin.html('/')).toContain('again');

    // No one lets it on without naming the key that was compared.
    expect((await admin.post('/devices/bulk', { action: 'approve', id: publicId, confirmed: '1' })).status).not.toBe(
      303,
    );
    expect((await admin.post(`/devices/${publicId}/approve`)).status).toBe(409);
    const other = 'ab'.repeat(32);
    expect((await admin.post(`/devices/${publicId}/approve`, { client: other })).status).toBe(409);
    expect(await again(state)).toMatchObject({ status: 1, json: { error: 'PENDING' } });

    const key = hexOfWords(words.split(' '));
    expect((await admin.post(`/devices/${publicId}/approve`, { client: key })).status).toBe(303);
    expect(await again(state)).toMatchObject({ status: 0, json: { deviceId: publicId } });
    expect(identity(state)).not.toBe(old);
    expect(existsSync(join(state, 'enrol-key.pem'))).toBe(false);
    expect((await site.agent('once', '--state', state)).status).toBe(0);
    expect(await site.agent('status', '--state', state)).toMatchObject({ status: 0, json: { standing: 'accepted' } });
    expect(deviceOf(state)).toMatchObject({ id, publicId, state: 'managed', reenrolling: false });
    expect(site.appliance.objects.get('device-decision', publicId).body.displayName).toBe('Pump back');
    expect(await admin.html('/devices?certificateEnded=yes')).not.toContain('Pump back');
    // Who has a copy of the key that ended asks in vain from now on.
    writeFileSync(join(state, 'identity.pem'), old);
    expect(await again(state)).toMatchObject({ status: 1, json: { error: 'REFUSED' } });
  });

  it('of a stranger neither takes the place of the device nor that of its request', async () => {
    const { state, root, id, publicId } = await away('wanted');
    const own = wordsIn((await again(state)).stderr);
    // A token that was left behind, and the same hardware: what everybody on the network can say.
    const token = site.token({ approve: 'auto' });
    for (const n of [1, 2, 3]) {
      const stranger = await site.agent(
        'enrol',
        ...flags({
          server: site.server,
          'token-file': token,
          fingerprint: site.fingerprint(),
          state: join(site.folder, `state-stranger-${n}`),
          root,
          wait: '0',
        }),
      );
      expect(stranger).toMatchObject({ status: 1, json: { error: 'PENDING' } });
    }
    const page = await admin.html(`/devices/${publicId}`);
    for (const word of own.split(' ')) expect(page).toContain(word);
    expect(site.appliance.devices.asking(id)).toMatchObject([{ byCertificate: true }, { byCertificate: false }]);
    expect((await admin.post(`/devices/${publicId}/approve`, { client: hexOfWords(own.split(' ')) })).status).toBe(303);
    expect(site.appliance.devices.asking(id)).toEqual([]);
    expect((await again(state)).status).toBe(0);
  });

  it('with a certificate of this site that is on other hardware is held as a copy', async () => {
    const { state, id } = await away('copied');
    const copy = join(site.folder, 'state-carried-off');
    cpSync(state, copy, { recursive: true });
    const root = join(site.folder, 'root-carried-off');
    layRoot(root, 'carried-off');
    const settings = JSON.parse(readFileSync(join(copy, 'agent.json'), 'utf8')) as object;
    writeFileSync(join(copy, 'agent.json'), JSON.stringify({ ...settings, root }));
    expect(await again(copy)).toMatchObject({ status: 1, json: { error: 'POSSIBLE_CLONE' } });
    expect(site.appliance.devices.asking(id)).toEqual([]);
  });

  it('of a revoked device is refused and says so, and without a certificate of this site it is only refused', async () => {
    const { state, id } = await away('revoked');
    site.appliance.devices.revoke(systemActor, id);
    const refused = await again(state);
    expect(refused).toMatchObject({ status: 1, json: { error: 'DEVICE_REVOKED' } });
    expect(refused.stderr).toContain('revoked');
    expect(site.appliance.devices.asking(id)).toEqual([]);

    const unknown = await away('unknown');
    const other = await away('other');
    site.appliance.devices.revoke(systemActor, other.id);
    site.appliance.devices.forget(systemActor, other.id);
    copyFileSync(join(other.state, 'identity.pem'), join(unknown.state, 'identity.pem'));
    expect(await again(unknown.state)).toMatchObject({ status: 1, json: { error: 'REFUSED', message: 'refused' } });
    expect(asked('unknown')).toEqual([]);
    // With a token it asks as a device that was installed anew.
    expect(await again(unknown.state, { 'token-file': site.token() })).toMatchObject({
      status: 1,
      json: { error: 'PENDING' },
    });
    expect(asked('unknown')).toMatchObject([{ byCertificate: false }]);
  });

  it('is approved on the command line by its words, and the service that runs meanwhile goes on', async () => {
    const { state, publicId } = await away('served');
    const service = await startCommand('sallyport-agent', ['run', '--state', state], /CERTIFICATE_ENDED/);
    const words = wordsIn((await again(state)).stderr);
    const approve = (key: string) =>
      command('sallyport', 'device', 'approve', publicId, '--key', key, '--data', join(site.folder, 'data'));
    // One word in another place is another key.
    const [first = '', second = '', ...rest] = words.split(' ');
    await expect(approve([second, first, ...rest].join(' '))).rejects.toThrow();
    await approve(words);
    expect((await again(state)).status).toBe(0);
    await expect.poll(service.output).toContain('the server accepts this device again');
    await service.kill('SIGTERM');
    expect(deviceOf(state)).toMatchObject({ publicId, state: 'managed', reenrolling: false });
  });

  it('where nothing is enrolled says what to do', async () => {
    expect(await again(join(site.folder, 'state-empty'))).toMatchObject({ status: 1, json: { error: 'NOT_ENROLLED' } });
  });
});
