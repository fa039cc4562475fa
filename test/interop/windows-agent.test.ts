import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentSite, openAgentSite, publish, sha256 } from '../integration/agent-site.ts';
import { repositoryRoot } from '../support/sources.ts';
import { until } from '../support/until.ts';
import {
  canRunWindows,
  compileForWindows,
  openWine,
  type Wine,
  windowsAgent,
  windowsPackage,
} from '../support/windows/wine.ts';
import { handedOut } from './handed-out.ts';

// The agent's executable for Windows under Wine, with a program in place of PowerShell that gives the report which the mapping is
// tested on. It is composed from the documentation of the classes: what Windows itself says was not seen.

const state = 'C:\\ProgramData\\Sallyport\\Agent';

describe.skipIf(!canRunWindows)(
  'the agent for Windows (skipped without wine, mingw and the runtime that make release-test fetches)',
  { timeout: 900_000 },
  () => {
    let site: AgentSite;
    let wine: Wine;
    let agent = '';
    beforeAll(async () => {
      site = await openAgentSite();
      wine = openWine(site.folder);
      agent = await windowsAgent(site.folder, '0.1.0');
    });
    afterAll(async () => {
      wine.end();
      await site.close();
    });

    const enrol = (fingerprint: string) =>
      wine.run(
        agent,
        'enrol',
        '--server',
        site.server,
        '--token-file',
        wine.path(site.token()),
        '--fingerprint',
        fingerprint,
        '--wait',
        '0',
      );

    it('enrols with nobody but who has the fingerprint', async () => {
      const refused = await enrol('0'.repeat(64));
      expect(refused.stderr).toContain('FINGERPRINT');
      expect(refused.status).toBe(1);
      const done = await enrol(site.fingerprint());
      expect(done.stderr).toBe('');
      expect(done.stdout).toMatch(/^enrolled at line-1 as /);
    });

    it('reports what the script wrote', async () => {
      const run = await wine.run(agent, 'once');
      expect(run.stderr).toBe('');
      expect(run.stdout).toContain('sent: identity, platform, software');
      const settings = wine.drive('ProgramData/Sallyport/Agent/agent.json');
      const { deviceId } = JSON.parse(readFileSync(settings, 'utf8')) as { deviceId: string };
      const device = site.appliance.devices.byPublicId(deviceId);
      expect(site.appliance.inventory.section(device.id, 'identity')).toMatchObject([
        { name: 'hmi-07', osType: 'windows', serial: 'V8K1234567' },
      ]);
      expect(site.appliance.inventory.section(device.id, 'software').length).toBeGreaterThan(2);
      // Nothing of the script stays.
      expect(existsSync(join(wine.drive('ProgramData/Sallyport/Agent/work'), 'report.json'))).toBe(false);
    });

    it('removes its folder when it is to forget', async () => {
      expect((await wine.run(agent, 'log', '--state', state)).status).toBe(0);
      expect((await wine.run(agent, 'forget')).status).toBe(0);
      expect(existsSync(wine.drive('ProgramData/Sallyport'))).toBe(false);
    });

    const program = (): string => wine.drive('Program Files/Sallyport Agent');
    const readState = (name: string): Record<string, string> | undefined => {
      const path = wine.drive('ProgramData/Sallyport/Agent', name);
      return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>) : undefined;
    };
    const versionThere = async (): Promise<string> =>
      (await wine.run(join(program(), 'sallyport-agent.exe'), '--version')).stdout.split(' ')[1] ?? '';
    let msi = '';
    let device = 0;

    const byHand = async (): Promise<void> => {
      const values = [
        `SERVER=${site.server}`,
        `FINGERPRINT=${site.fingerprint()}`,
        `TOKENFILE=${wine.path(site.token())}`,
      ];
      expect((await wine.run('msiexec', '/i', wine.path(msi), '/qn', ...values)).status).toBe(0);
    };

    /** The script that *Add a device* hands out, beside the package, in a folder whose name has a space. */
    const byScript = async (): Promise<void> => {
      const share = join(site.folder, 'start up');
      mkdirSync(share);
      const kit = handedOut(site, 'windows');
      for (const file of kit.files) if ('text' in file) writeFileSync(join(share, file.name), file.text);
      const script = wine.path(join(share, 'sallyport-agent-site.cmd'));
      const alone = await wine.run('cmd', '/c', script);
      expect([alone.status, alone.stdout]).toEqual([
        2,
        expect.stringContaining('sallyport-agent_VERSION_x64.msi is not beside this script'),
      ]);
      cpSync(msi, join(share, 'sallyport-agent_0.1.0_x64.msi'));
      for (const time of ['first', 'second']) {
        const { status, stdout } = await wine.run('cmd', '/c', script);
        expect(`${time} ${status} ${stdout}`).toBe(`${time} 0 `);
      }
      // The token is on the share and in the agent's folder, and nowhere else.
      expect(readdirSync(wine.drive('windows/temp')).filter((name) => name.startsWith('sallyport-'))).toEqual([]);
    };

    /** Installs the package on a computer that the site does not know yet, and waits for its first report. */
    const install = async (way: () => Promise<void>): Promise<void> => {
      wine.another();
      await way();
      expect((await wine.run('sc', 'query', 'SallyportAgent')).stdout).toMatch(/STATE\s*: 4/);
      const deviceId = await until(() => readState('agent.json')?.['deviceId']);
      device = site.appliance.devices.byPublicId(deviceId).id;
      await until(() => site.appliance.inventory.section(device, 'platform').length > 0);
      // The token is gone with the enrolment.
      expect(readState('enrolment.json')).toBeUndefined();
      expect(readdirSync(program()).sort()).toEqual(['sallyport-agent.exe', 'sallyport-service.exe']);
    };

    it('is installed by the script that is handed out, as a service that enrols, and leaves nothing when it is uninstalled', async () => {
      msi = windowsPackage(site.folder, agent, '0.1.0');
      await install(byScript);
      expect((await wine.run('msiexec', '/x', wine.path(msi), '/qn')).status).toBe(0);
      expect([existsSync(program()), existsSync(wine.drive('ProgramData/Sallyport'))]).toEqual([false, false]);
      expect((await wine.run('sc', 'query', 'SallyportAgent')).status).not.toBe(0);
    });

    /** Orders a package that the signed inventory lists, and waits for the result. */
    const update = async (version: string, path: string) => {
      const bytes = new Uint8Array(readFileSync(path));
      await site.appliance.store.put(bytes, { maxBytes: 1 << 28 });
      for (const [name, file] of publish(site.keys, ++published, [bytes])) site.trust.set(name, file);
      const id = site.order(device, { name: 'sallyport-agent', version, bytes, sha256: sha256(bytes) });
      // A service that starts checks in at once.
      await wine.run('net', 'stop', 'SallyportAgent');
      await wine.run('net', 'start', 'SallyportAgent');
      return until(
        () => site.results.find(({ task, result }) => task === id && result.state !== 'restarting')?.result,
        { seconds: 400 },
      );
    };
    let published = 1;

    it('is replaced by a signed release, and put back when the next one does not start', async () => {
      await install(byHand);
      const next = windowsPackage(site.folder, await windowsAgent(site.folder, '0.1.1'), '0.1.1');
      expect(await update('0.1.1', next)).toMatchObject({ state: 'completed' });
      expect(await versionThere()).toBe('0.1.1');
      const broken = join(site.folder, 'broken.exe');
      compileForWindows(join(repositoryRoot, 'test/support/windows/powershell.c'), broken);
      const result = await update('0.1.2', windowsPackage(site.folder, broken, '0.1.2'));
      expect(result).toMatchObject({ state: 'failed', code: 'NOT_INSTALLED' });
      expect(result.steps.at(-1)?.output).toContain('the installed program is not 0.1.2');
      expect(await versionThere()).toBe('0.1.1');
      expect((await wine.run('sc', 'query', 'SallyportAgent')).stdout).toMatch(/STATE\s*: 4/);
    });
  },
);
