import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { basename, join } from 'node:path';
import { connect } from 'node:tls';
import { compose } from '@sallyport/appliance/compose';
import { createBackup } from '@sallyport/appliance/features/backups/make-backup';
import { parseRecoveryKey, restoreBackup } from '@sallyport/appliance/features/backups/restore';
import { initialise } from '@sallyport/appliance/init';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PlantAuthority, plantAuthority } from '../../appliance/test/support/plant-authority.ts';
import { atStep } from '../support/at-step.ts';
import { seed } from '../support/chance.ts';
import { commandProcess } from '../support/command-process.ts';
import { binOf, flags, temporaryFolder } from '../support/commands.ts';
import { isLong } from '../support/long.ts';
import { repositoryRoot } from '../support/sources.ts';
import { until } from '../support/until.ts';
import { type AgentSite, openAgentSite } from './agent-site.ts';

// The certificate of a plant seen from the outside: by openssl, by curl, by real agents, beside a server that goes on.

let site: AgentSite;
let plant: PlantAuthority;
let siteCa = '';
let plantCa = '';
const data = (): string => site.appliance.paths.data;

beforeAll(async () => {
  plant = plantAuthority();
  site = await openAgentSite();
  siteCa = join(site.folder, 'site-ca.pem');
  writeFileSync(siteCa, site.appliance.ca.certificatePem);
  plantCa = plant.file('plant-ca.pem', plant.root);
});
afterAll(async () => {
  await site?.close();
  plant?.remove();
});

type Outcome = { status: number; text: string };
const run = (program: string, args: readonly string[], environment: Record<string, string> = {}): Promise<Outcome> =>
  new Promise((resolve) => {
    const env = { ...process.env, ...environment };
    const child = execFile(program, [...args], { env, timeout: 60_000 }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === 'number' ? error.code : -1;
      resolve({ status, text: `${stdout}${stderr}` });
    });
    child.stdin?.end();
  });
const curl = async (host: string, ca: string): Promise<number> =>
  (await run('curl', ['-sS', '--noproxy', '*', '--cacert', ca, `https://${host}:${site.port}/healthz`])).status;
/** What openssl's client is shown: how many certificates, who signed the first, and whether the chain leads to `ca`. */
const shown = async (name: string | undefined, ca: string) => {
  const asked = name === undefined ? ['-noservername'] : ['-servername', name, '-verify_hostname', name];
  const connect = ['s_client', '-connect', `127.0.0.1:${site.port}`, '-showcerts', '-CAfile', ca, ...asked];
  const { text } = await run('openssl', connect);
  const [first = ''] = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  return {
    certificates: text.match(/BEGIN CERTIFICATE/g)?.length,
    issuer: new X509Certificate(first).issuer,
    isTrusted: text.includes('Verify return code: 0 (ok)'),
  };
};
let made = 0;
const filesOf = (names: readonly string[] = ['localhost']) => {
  const { key, certificate } = plant.issue({ names });
  made += 1;
  return {
    key: plant.file(`given-${made}.key`, key),
    chain: plant.file(`given-${made}.pem`, certificate + plant.middle),
  };
};
const { tryCommand } = commandProcess();
const certificate = (...words: string[]) => tryCommand('sallyport', ['certificate', ...words, '--data', data()]);
const set = ({ key, chain } = filesOf()) =>
  certificate('set', '--certificate', chain, '--key', key, '--authority', plantCa);
/** Whether a caller who trusts `ca` alone gets through: what curl says, without a process for each look. */
const isTrusted = (ca: string): Promise<boolean> =>
  new Promise((resolve) => {
    const place = { host: '127.0.0.1', port: site.port, servername: 'localhost', ca: readFileSync(ca) };
    const socket = connect(place, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
const untilPresented = (isPlant: boolean) => until(() => isTrusted(isPlant ? plantCa : siteCa));

const system = { type: 'system', id: 'appliance', label: '', rights: new Set(['all'] as const) } as const;
const clearNow = (): void => {
  const { serverCertificate } = site.appliance;
  if (serverCertificate.plant().state !== 'none') serverCertificate.clear(system, 'line-1');
};

beforeEach(async () => {
  clearNow();
  await untilPresented(false);
});

describe('a certificate of the plant', () => {
  it('is presented by a running server to those who ask for a name in it, and to no others', async () => {
    // 60: curl does not trust the chain, or the name is not in it.
    expect(await curl('localhost', plantCa)).toBe(60);
    const { status, stderr, stdout } = await set();
    expect(status, stderr).toBe(0);
    expect(stdout).toMatch(/localhost +the plant's certificate/);
    expect(stdout).toMatch(/127\.0\.0\.1 +the site's certificate/);
    await untilPresented(true);
    expect(await curl('localhost', siteCa)).toBe(60);
    expect(await curl('127.0.0.1', siteCa)).toBe(0);
    expect(await curl('127.0.0.1', plantCa)).toBe(60);
    // The chain with the authority in between, and without the root, which callers have.
    expect(await shown('localhost', plantCa)).toMatchObject({ certificates: 2, isTrusted: true });
    for (const name of [undefined, 'other.plant.example', 'appliance.sallyport.internal'])
      expect([name, await shown(name, siteCa)]).toEqual([
        name,
        {
          certificates: 2,
          issuer: expect.stringContaining('Sallyport line-1') as string,
          isTrusted: name !== 'other.plant.example',
        },
      ]);
    // The file that clients of others get under the name holds both.
    const both = join(site.folder, 'both.pem');
    writeFileSync(both, (await certificate('authorities', 'localhost')).stdout);
    expect([await curl('localhost', both), await curl('127.0.0.1', both)]).toEqual([0, 0]);
  });

  it('leaves connections that are open, and takes the way back', async () => {
    const agent = new Agent({ ca: site.appliance.ca.certificatePem, keepAlive: true, maxSockets: 1 });
    const ask = async (): Promise<{ status?: number | undefined; reused: boolean }> => {
      const sent = request(`https://localhost:${site.port}/healthz`, { agent });
      sent.end();
      const [response] = (await once(sent, 'response')) as [import('node:http').IncomingMessage];
      response.resume();
      await once(response, 'end');
      return { status: response.statusCode, reused: sent.reusedSocket };
    };
    expect((await ask()).status).toBe(200);
    await set();
    await untilPresented(true);
    expect(await ask()).toEqual({ status: 200, reused: true });
    agent.destroy();
    expect((await certificate('clear', '--confirm', 'another')).status).toBe(1);
    expect((await certificate('clear', '--confirm', 'line-1')).status).toBe(0);
    await untilPresented(false);
    expect(await curl('localhost', plantCa)).toBe(60);
  });

  it('is nothing to our agents, whatever address they were given', async () => {
    await set();
    await untilPresented(true);
    const token = site.token({ approve: 'auto' });
    const [state, root] = [join(site.folder, 'state-named'), join(site.folder, 'root-named')];
    mkdirSync(join(root, 'etc'), { recursive: true });
    writeFileSync(join(root, 'etc/hostname'), 'named\n');
    writeFileSync(join(root, 'etc/machine-id'), `${'5'.repeat(32)}\n`);
    const server = ['--server', `https://localhost:${site.port}`, '--fingerprint', site.fingerprint()];
    const where = ['--state', state, '--root', root, '--wait', '0'];
    const enrolled = await site.agent('enrol', ...server, '--token-file', token, ...where);
    expect(enrolled.status, enrolled.stderr).toBe(0);
    const once1 = await site.agent('once', '--state', state);
    expect(once1.status, once1.stderr).toBe(0);
    // An agent that was there before goes on, too.
    const { state: earlier, run: enrolment } = await site.enrol('by-address', {
      token: site.token({ approve: 'auto' }),
    });
    expect(enrolment.status, enrolment.stderr).toBe(0);
    expect((await site.agent('once', '--state', earlier)).status).toBe(0);
  });

  it('that does not fit is refused with what is wrong, and the one that is presented stays', async () => {
    const good = filesOf();
    await set(good);
    await untilPresented(true);
    const wrong = await set({ ...good, key: filesOf().key });
    expect(wrong).toMatchObject({ status: 1, stdout: '' });
    expect(wrong.stderr).toContain('INVALID: KEY_OTHER');
    const ended = plant.issue({ names: ['localhost'], until: '20240101000000Z' });
    const past = {
      key: plant.file('past.key', ended.key),
      chain: plant.file('past.pem', ended.certificate + plant.middle),
    };
    expect((await set(past)).stderr).toContain('INVALID: EXPIRED');
    expect((await certificate('set', '--certificate', '/nowhere', '--key', good.key)).status).toBe(2);
    expect((await shown('localhost', plantCa)).isTrusted).toBe(true);
  });

  it('is whole or not there, in front of whichever step the command is killed', async () => {
    const counts = join(site.folder, 'counts');
    mkdirSync(counts);
    const role = `certificate-${basename(repositoryRoot)}`;
    const { key, chain } = filesOf();
    const words = ['certificate', 'set', ...flags({ certificate: chain, key, authority: plantCa, data: data() })];
    const attempt = (order: Parameters<typeof atStep>[0]) =>
      run(process.execPath, [binOf('sallyport'), ...words], atStep(order));
    const state = () => site.appliance.serverCertificate.plant().state;
    expect((await attempt({ counts })).status).toBe(0);
    const steps = Number(readFileSync(join(counts, role), 'utf8'));
    expect(steps).toBeGreaterThan(5);
    const seen = new Set<string>();
    // What comes before the last steps opens the data directory; the very last write the two files of the witness.
    const last = Array.from({ length: isLong ? steps : 30 }, (_, before) => steps - before);
    const tried = isLong
      ? last
      : [0, 1 + (seed % 3), 13 + (seed % 4), 20 + (seed % 4), 29].flatMap((before) => last[before] ?? []);
    for (const step of tried) {
      clearNow();
      await attempt({ role, step, act: 'kill' });
      seen.add(state());
    }
    // Killed between the file and the journal's commit it is there: presented, and shown as such.
    expect([...seen].sort()).toEqual(['none', 'presented']);
    expect((await set()).status).toBe(0);
  });
});

describe('a backup', () => {
  it('carries it, and the restored server presents it', async () => {
    const folder = temporaryFolder('certificate-backup');
    const log = openLog('silent');
    const at = (name: string): string => join(folder.path, name);
    const { recoveryKey } = await initialise({
      dataDir: at('data'),
      site: 'line-2',
      addresses: ['localhost'],
      listen: { address: '127.0.0.1', port: 0 },
      administrator: 'admin',
      log,
    });
    const { key, certificate: leaf } = plant.issue({ names: ['localhost'] });
    const before = await compose({ dataDir: at('data'), log });
    const given = { key, certificate: leaf + plant.middle, authority: plant.root };
    const { fingerprint } = before.serverCertificate.set(system, given);
    await createBackup(before, at('one.spb'));
    await before.close();
    await restoreBackup(at('one.spb'), await parseRecoveryKey(recoveryKey), at('again'), {});
    const after = await compose({ dataDir: at('again'), log });
    expect(after.serverCertificate.plant()).toMatchObject({ state: 'presented', held: { fingerprint } });
    expect((await after.serverCertificate.presented()).named?.files.key.trim()).toBe(key.trim());
    expect(readdirSync(join(at('again'), 'keys'))).toContain('plant-certificate');
    await after.close();
    folder.remove();
  });
});
