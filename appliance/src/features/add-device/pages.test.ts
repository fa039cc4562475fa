import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { wordsOf } from '@sallyport/bundle-tools/fingerprint/words';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole, password } from '../../../test/support/console.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../devices/types.ts';
import { kitFor } from './kit.ts';
import { clients, runsOn, systems } from './types.ts';

// A token and the files for a client, from the page as a browser without scripts sees it, and from the command.

const site = await openConsole();
const admin = await site.as('administrator');
afterAll(() => site.close());

const plain = (html: string): string =>
  html
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&')
    .replaceAll('&gt;', '>')
    .replaceAll('&lt;', '<');
const secretIn = (html: string): string => /<code id="secret"[^>]*>\s*([^<\s]+)\s*<\/code>/.exec(html)?.[1] ?? '';
const wishes = { client: 'osquery', system: 'debian', server: 'https://localhost:0', days: '7', approve: 'manual' };

describe('the page', () => {
  it('makes a token that it shows once, with files that fit', async () => {
    const response = await admin.post(paths.deviceAdd(), { ...wishes, uses: '5' });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const html = plain(await response.text());
    const secret = secretIn(html);
    expect(secret).toMatch(/^sallyport-osquery-[\w-]{43}$/);
    expect(html).toContain('sudo install -m 0644 osquery.flags /etc/osquery/osquery.flags');
    const token = site.appliance.devices.enrolmentToken('osquery', secret);
    expect(token).toMatchObject({ maxUses: 5, approve: 'manual' });
    const object = site.appliance.objects.findBy('token', 'hash', tokenHash(secret));
    expect(JSON.stringify(object)).not.toContain(secret);

    const file = await admin.post(paths.deviceAddFile(), { ...wishes, secret, file: 'osquery.flags' });
    expect(file.headers.get('content-disposition')).toBe('attachment; filename="osquery.flags"');
    expect(await file.text()).toContain('--enroll_secret_path=/etc/sallyport/secret');
    expect(await (await admin.post(paths.deviceAddFile(), { ...wishes, secret, file: 'secret' })).text()).toBe(
      `${secret}\n`,
    );
    // The same token for another system makes no second one.
    const count = () => site.appliance.objects.list({ kind: 'token', limit: 1 }).total;
    const before = count();
    const other = plain(await (await admin.post(paths.deviceAdd(), { ...wishes, system: 'windows', secret })).text());
    expect(other).toContain('Restart-Service osqueryd');
    // Its fingerprint is compared by what Windows has.
    expect([other.includes('SHA256]::Create()'), other.includes('openssl')]).toEqual([true, false]);
    expect([secretIn(other), count()]).toEqual([secret, before]);
  });

  it('makes no files of a secret that is none, or is for other clients', async () => {
    for (const secret of ['sallyport-osquery-guessed', ''])
      expect((await admin.post(paths.deviceAddFile(), { ...wishes, secret, file: 'secret' })).status).toBe(404);
    const made = secretIn(await (await admin.post(paths.deviceAdd(), wishes)).text());
    const glpi = { ...wishes, client: 'glpi-agent', secret: made, file: 'agent.cfg' };
    expect((await admin.post(paths.deviceAddFile(), glpi)).status).toBe(404);
  });

  it('shows the settings of the client, and takes no range that is none', async () => {
    const html = plain(await (await admin.post(paths.deviceAdd(), wishes)).text());
    expect(html).toContain('--tls_server_certs=/etc/sallyport/ca.pem');
    const auto = { ...wishes, approve: 'auto', ranges: '10.1.0.0/16 300.1.1.1/8' };
    const wrong = await admin.post(paths.deviceAdd(), auto);
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('300.1.1.1/8');
  });

  it('says what does not go together, and keeps what was entered', async () => {
    const wrong = await admin.post(paths.deviceAdd(), {
      ...wishes,
      client: 'ocsinventory',
      system: 'macos',
      uses: 'many',
    });
    expect(wrong.status).toBe(422);
    const html = await wrong.text();
    expect(html.match(/aria-invalid="true"/g)).toHaveLength(2);
    expect(html).toContain('value="many"');
    // Without a trust root our own agent could compare nothing: the page leads to where it comes from.
    const early = await admin.post(paths.deviceAdd(), { ...wishes, client: 'agent' });
    expect(early.status).toBe(422);
    expect(await early.text()).toContain(`href="${paths.introduction()}"`);
  });

  it('is for those who may make tokens and let devices in', async () => {
    expect((await (await site.as('viewer')).get(paths.deviceAdd())).status).toBe(403);
    const { objects, accounts } = site.appliance;
    const role = objects.create(systemActor, 'role', { name: 'clerk', rights: ['accounts:write'] }).id;
    const account = objects.create(systemActor, 'account', { name: 'clerk', roles: [role] }).id;
    const clerk = site.browser();
    const link = `/first/${accounts.makeLink(systemActor, account).token}`;
    await clerk.post(link, { password, repeat: password });
    expect((await clerk.get(paths.deviceAdd())).status).toBe(200);
    expect((await clerk.post(paths.deviceAdd(), wishes)).status).toBe(403);
  });
});

describe('the devices that came with a token', () => {
  it('show what to compare, and are approved there, by who may', async () => {
    const { devices, objects } = site.appliance;
    const secret = newTokenSecret();
    const token = objects.create(systemActor, 'token', {
      name: 'line 9',
      purpose: 'agent',
      hash: tokenHash(secret),
      approve: 'manual',
    }).id;
    const address = paths.deviceArrivals(token);
    expect(await (await admin.get(address)).text()).toContain('No device came yet');
    const keyDigest = 'ab'.repeat(32);
    const { device } = devices.enrol({
      request: {
        token: secret,
        csr: '',
        agentVersion: '1.0.0',
        device: { hostname: 'hmi-9', os: 'linux', arch: 'amd64', macs: ['02:00:00:00:00:09'], serial: 'V8K1234569' },
      },
      csr: { publicKey: new Uint8Array(), keyDigest },
      from: '10.0.0.9',
    });
    // Its own page has the same button.
    for (const one of [address, paths.device(device.publicId)]) {
      const html = plain(await (await admin.get(one)).text());
      for (const shown of ['hmi-9', '02:00:00:00:00:09', 'V8K1234569', '10.0.0.9']) expect(html).toContain(shown);
      // A list has their numbers.
      expect(/<ol class="words"[^>]*>(.*?)<\/ol>/s.exec(html)?.[1]).toBe(
        wordsOf(keyDigest)
          .map((word) => `<li>${word}</li>`)
          .join(''),
      );
      expect(html).toContain(paths.deviceApprove(device.publicId));
    }
    expect((await admin.post(paths.deviceApprove(device.publicId), {})).status).toBe(303);
    const after = await (await admin.get(address)).text();
    expect([after.includes('Approved'), after.includes(paths.deviceApprove(device.publicId))]).toEqual([true, false]);
    expect((await admin.get(paths.deviceArrivals('f'.repeat(32)))).status).toBe(404);
  });
});

describe('a kit', () => {
  it('has a settings file that names the CA, the server and, where it is, the secret, for each client and system', () => {
    const faults: string[] = [];
    for (const client of clients) {
      for (const system of systems.filter((one) => runsOn(client, one))) {
        const { files, commands } = kitFor({
          client,
          system,
          server: 'https://10.0.0.2:8443',
          secret: 'sallyport-x-secret',
          caPem: 'PEM',
          fingerprint: 'ab'.repeat(32),
          caFingerprint: 'ab'.repeat(32),
          folder: system === 'windows' ? 'C:\\ProgramData\\Sallyport' : '/etc/sallyport',
          atMs: 0,
        });
        const texts = files.flatMap((file) => ('text' in file ? [file] : []));
        const all = texts.map(({ text }) => text).join('\n') + commands.map(({ line }) => line).join('\n');
        const wanted = [
          '10.0.0.2:8443',
          'sallyport-x-secret',
          ...(client === 'agent' ? ['ab'.repeat(32)] : ['ca.pem']),
        ];
        faults.push(
          ...wanted.filter((word) => !all.includes(word)).map((word) => `${client} on ${system}: no ${word}`),
        );
        for (const { name, text, isSecret } of texts)
          if (text.includes('sallyport-x-secret') !== isSecret) faults.push(`${client} on ${system}: ${name}`);
        if (commands.some(({ line }) => line.includes('\n'))) faults.push(`${client} on ${system}: more than a line`);
        // A shell reads each line without running it.
        if (system !== 'windows') for (const { line } of commands) execFileSync('sh', ['-n', '-c', line]);
      }
    }
    expect(faults).toEqual([]);
  });
});

describe('the lines for Windows', () => {
  const lines = (client: (typeof clients)[number]): string =>
    kitFor({
      client,
      system: 'windows',
      server: 'https://10.0.0.2:8443',
      secret: 'sallyport-x-secret',
      caPem: 'PEM',
      fingerprint: 'ab'.repeat(32),
      caFingerprint: 'ab'.repeat(32),
      folder: 'C:\\ProgramData\\Sallyport',
      atMs: 0,
    })
      .commands.map(({ line }) => line)
      .join('\n');

  it('name SYSTEM and the administrators in no language, and close the folder before a secret is in it', () => {
    for (const client of clients.filter((one) => runsOn(one, 'windows'))) {
      const text = lines(client);
      expect(text).not.toMatch(/Administrators|SYSTEM:|\/ru /);
      // Our own package closes its folder itself.
      if (client !== 'agent') expect(text.indexOf('icacls')).toBeLessThan(text.indexOf('Copy-Item'));
    }
  });

  it('leave other settings of an agent', () => {
    expect(lines('glpi-agent')).not.toContain("New-Item -Force 'HKLM");
  });
});

describe('sallyport token create', () => {
  beforeAll(() => {
    site.appliance.objects.setSetting(systemActor, 'devices.agent-ports', ['8443']);
  });

  it('sends no client to a port that two persons did not agree to, to one of controllers, or to a controller', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-kit-'));
    site.appliance.controllers.create(systemActor, { name: 'P-1', address: '10.0.0.77' });
    const run = async (server: string) => {
      const words = ['token', 'create', '--for', 'glpi', '--out', folder, '--data', site.dataDir, '--server', server];
      const { code, stderr } = await runHere(...words);
      return `${code} ${stderr}`;
    };
    expect(await run('https://10.0.0.2:9443')).toMatch(/^2 [\s\S]*devices\.agent-ports/);
    expect(await run('https://10.0.0.2:502')).toMatch(/^2 [\s\S]*controllers speak on port 502/);
    expect(await run('https://10.0.0.77:8443')).toContain('FORBIDDEN_ADDRESS');
    expect(readdirSync(folder)).toEqual([]);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['osquery', ['ca.pem', 'osquery.flags', 'secret']],
    ['glpi', ['agent.cfg', 'ca.pem', 'ocsinventory-agent.cfg', 'secret']],
  ])('--for %s writes what the client needs, secrets for the owner only', async (purpose, names) => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-kit-'));
    const options = ['--for', purpose, '--out', folder, '--server', 'https://10.0.0.2:8443', '--json'];
    const said = await runHere('token', 'create', ...options, '--data', site.dataDir);
    expect([said.code, said.stderr.includes('Error')]).toEqual([0, false]);
    const result = JSON.parse(said.stdout) as { files: Record<string, string>; caFingerprint: string };
    expect(Object.keys(result.files).sort()).toEqual(names);
    const secret = readFileSync(join(folder, 'secret'), 'utf8').trim();
    for (const name of names) {
      const hasSecret = readFileSync(join(folder, name), 'utf8').includes(secret);
      expect([name, statSync(join(folder, name)).mode & 0o777]).toEqual([name, hasSecret ? 0o600 : 0o644]);
    }
    const shown = execFileSync('openssl', ['x509', '-in', join(folder, 'ca.pem'), '-noout', '-fingerprint', '-sha256']);
    expect(shown.toString().split('=')[1]?.trim().replaceAll(':', '').toLowerCase()).toBe(result.caFingerprint);
    rmSync(folder, { recursive: true });
  });

  it('refuses a range that is none, and says when the certificate does not name the address', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-kit-'));
    const run = (...words: string[]) =>
      runHere('token', 'create', '--for', 'glpi', '--out', folder, '--data', site.dataDir, ...words);
    const range = await run('--approve', 'auto', '--from', '300.1.1.1/8');
    expect([range.code, range.stderr.includes('300.1.1.1/8')]).toEqual([2, true]);
    const named = 'does not name';
    expect((await run('--server', 'https://10.99.99.99:8443')).stderr).toContain(named);
    expect((await run('--server', 'https://LOCALHOST:8443')).stderr).not.toContain(named);
    expect((await run()).stderr).not.toContain(named);
    rmSync(folder, { recursive: true });
  });
});
