import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AgentSite, openAgentSite } from '../integration/agent-site.ts';
import { canRunWindows, openWine, type Wine, windowsAgent } from '../support/windows/wine.ts';

// The agent's executable for Windows under Wine, with a program in place of PowerShell that gives the report which the mapping is
// tested on. It is composed from the documentation of the classes: what Windows itself says was not seen.

const state = 'C:\\ProgramData\\Sallyport\\Agent';

describe.skipIf(!canRunWindows)(
  'the agent for Windows (skipped without wine, mingw and the runtime that make release-test fetches)',
  () => {
    let site: AgentSite;
    let wine: Wine;
    let agent = '';
    beforeAll(async () => {
      site = await openAgentSite();
      wine = openWine(site.folder);
      agent = await windowsAgent(site.folder);
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

    it('tells of its log', async () => {
      expect((await wine.run(agent, 'log', '--state', state)).status).toBe(0);
    });
  },
);
