import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { httpApp } from '@sallyport/appliance/server/http-app';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { noMemory } from '../../agent/src/collectors/collector.ts';
import { collector as platformCollector } from '../../agent/src/collectors/platform.ts';
import { collector as softwareCollector } from '../../agent/src/collectors/software.ts';
import { rootFiles } from '../../agent/src/platform/root-files.ts';
import { almaMachine, windowsMachine } from '../support/osquery/machine.ts';
import { debian, macOf, type OsquerySite, openOsquerySite, uuidOf } from '../support/osquery/site.ts';
import { until } from '../support/until.ts';

// The osquery door over TLS, with a client that keeps the habits of the real one and runs the questions on tables.

let site: OsquerySite;
let appliance: OsquerySite['appliance'];
beforeAll(async () => {
  site = await openOsquerySite();
  ({ appliance } = site);
});
afterAll(() => site.close());

describe('enrolment', () => {
  it('refuses a wrong secret with a body and no key, again and again, with one event', async () => {
    const { client } = site.made('stranger', debian('stranger'), { secret: 'wrong' });
    for (let n = 0; n < 5; n += 1) expect(await client.enrol()).toBe(false);
    expect(client.nodeKey).toBeUndefined();
    const body = JSON.stringify({ enroll_secret: 'wrong', host_identifier: 'x' });
    expect(JSON.parse(await site.post('/api/osquery/enroll', body, {}))).toEqual({
      error: 'refused',
      node_invalid: true,
    });
    const told = () => site.eventsOf('enrolment-refused').filter(({ params }) => params['reason'] === 'unknown-token');
    await until(() => told().length > 0);
    expect(told()).toHaveLength(1);
  });

  it('gives a newcomer that waits a key and an empty schedule, asks it nothing and stores nothing', async () => {
    const { client, number, id } = site.made('hmi-01', debian('hmi-01'), { secret: site.manual });
    expect(await client.refreshConfig()).toBe(true);
    expect(client.schedule).toEqual([]);
    expect(await client.poll()).toBe(true);
    expect(client.lastRound).toEqual({});
    const answer = {
      node_key: client.nodeKey,
      queries: { 'sp:inv:software.deb_packages:1': [{ name: 'x', version: '1' }] },
    };
    expect(await site.post('/api/osquery/distributed/write', JSON.stringify(answer), {})).toBe('{}');
    expect(site.section(number(), 'software')).toEqual([]);
    expect(appliance.devices.byPublicId(id())).toMatchObject({
      state: 'pending',
      hostname: 'hmi-01',
      uuid: uuidOf('hmi-01'),
    });

    appliance.devices.approve(systemActor, number());
    await client.poll();
    expect(site.section(number(), 'software')).not.toEqual([]);
    expect(client.enrolments).toBe(1);
  });

  it('answers a key that is unknown or revoked with node_invalid, and the client enrols again', async () => {
    const { client, number } = site.made('hmi-02', debian('hmi-02'));
    await client.poll();
    appliance.devices.revoke(systemActor, number());
    expect(await client.poll()).toBe(false);
    expect(client.nodeKey).toBeUndefined();
    expect(await client.poll()).toBe(false);
    expect(client.enrolments).toBe(2);
    expect(JSON.parse(await site.post('/api/osquery/config', '{"node_key":"unknown"}', {}))).toMatchObject({
      node_invalid: true,
    });
  });

  it('says only that it is busy when the trouble is its own: keys are kept, and nothing is empty', async () => {
    const broken = httpApp({
      ...appliance,
      devices: {
        ...appliance.devices,
        callerByKey: () => {
          throw new Error('disk');
        },
      },
    });
    for (const [path, body] of [
      ['config', '{"node_key":"k"}'],
      ['log', '{"node_key":"k","log_type":"status","data":[]}'],
      ['distributed/read', '{"node_key":"k"}'],
      ['distributed/write', '{"node_key":"k","queries":{}}'],
    ] as const) {
      const response = await broken.request(`/api/osquery/${path}`, { method: 'POST', body });
      expect([path, response.status, await response.text()]).toEqual([path, 503, '{"error":"busy"}']);
    }
    for (const body of ['', '[]', '{', '{"node_key":5}', 'x'.repeat(100)]) {
      const text = await site.post('/api/osquery/config', body, {});
      expect(JSON.parse(text)).toEqual({ error: 'malformed' });
    }
  });
});

describe('inventory', () => {
  it('of Debian fills the collections, in the words of our own agent', async () => {
    const { client, number } = site.made('hmi-03', debian('hmi-03'));
    await client.poll();
    expect(Object.keys(client.lastRound).every((name) => /^sp:inv:[a-z._-]+:1$/.test(name))).toBe(true);
    const device = number();
    expect(site.section(device, 'identity')[0]).toMatchObject({
      name: 'hmi-03',
      ipv4: ['10.20.2.15'],
      macs: [macOf('hmi-03')],
      uuid: uuidOf('hmi-03'),
      osType: 'linux',
      isVirtual: false,
    });
    expect(site.section(device, 'platform')[0]).toMatchObject({
      vendor: 'debian',
      release: '13',
      arch: 'amd64',
      kernel: '6.12.9-amd64',
    });
    expect(site.section(device, 'activity')[0]).toMatchObject({ restartPending: false });
    expect(site.section(device, 'accounts').map(({ name, isAdmin, enabled }) => [name, isAdmin, enabled])).toEqual([
      ['operator', true, true],
      ['root', true, true],
      ['www-data', false, false],
    ]);
    expect(site.section(device, 'sessions')).toMatchObject([
      { account: 'operator', kind: 'remote', remoteAddress: '10.20.4.2' },
    ]);
    expect(new Set(site.section(device, 'hardware').map(({ type }) => type))).toEqual(
      new Set(['board', 'cpu', 'disk', 'memory', 'network', 'pci', 'system']),
    );
    expect(site.section(device, 'external-device')).toMatchObject([
      { label: 'DataTraveler', vendorId: '0951', serial: 'E0D55' },
    ]);
    expect(site.section(device, 'encryption').map(({ volume, state }) => [volume, state])).toEqual([
      ['/dev/dm-0', 'encrypted'],
      ['/dev/sda', 'plain'],
    ]);
    expect(site.section(device, 'software').map(({ type, name, purl }) => [type, name, purl])).toEqual(
      expect.arrayContaining([
        ['deb', 'bash', 'pkg:deb/debian/bash@5.2.37-2+b5?arch=amd64'],
        ['npm', '@scope/tool', 'pkg:npm/%40scope/tool@1.2.3'],
        ['python', 'requests', 'pkg:pypi/requests@2.32.3'],
      ]),
    );
    expect(site.section(device, 'software')).toHaveLength(3);

    // Asked once a day, not at each poll.
    await client.poll();
    expect(client.lastRound).toEqual({});
  });

  it('of this machine is item by item what our own agent reports, and is matched as that is', async () => {
    const fields = ['db:Status-Status', 'Package', 'Version', 'Source', 'Architecture', 'Installed-Size', 'Maintainer'];
    const format = `${fields.map((field) => `\${${field}}`).join('\t')}\n`;
    const packages = execFileSync('dpkg-query', ['-W', '-f', format], { encoding: 'utf8' })
      .split('\n')
      .map((line) => line.split('\t'))
      .filter(([status]) => status === 'installed')
      .map(([, name = '', version = '', source = '', arch = '', size = '', maintainer = '']) => ({
        name,
        version,
        source,
        arch,
        size,
        maintainer,
        status: 'install ok installed',
      }));
    const release = /^VERSION_ID="?([^"\n]+)/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? '';
    const os = {
      platform: 'debian',
      name: 'Debian GNU/Linux',
      version: `${release} (x)`,
      major: Number(release),
      arch: 'x86_64',
    };
    const tables = {
      ...debian('this-one'),
      os_version: [os],
      deb_packages: packages,
      python_packages: [],
      npm_packages: [],
    };
    const { client, number } = site.made('this-one', tables);
    await client.poll();

    const own = 900_001;
    const context = { files: rootFiles('/'), memory: noMemory, clock: nowMs };
    for (const { collection, collect } of [platformCollector, softwareCollector]) {
      // What lies beside the system's packages is osquery's question to other tables, and it does not read apt's lists of other archives.
      const items = ((await collect(context)) ?? [])
        .filter(({ type }) => type === undefined || type === 'deb')
        .map(({ publisher, ...rest }) =>
          typeof publisher === 'string' ? { ...rest, publisher: publisher.replace(/ \[[^\]]*\]$/, '') } : rest,
        );
      const hash = sectionHash(items);
      appliance.inventory.putSection({
        device: own,
        collection,
        source: 'native',
        hash,
        collectedAt: toTime(nowMs()),
        items,
      });
    }
    const ids = (device: number): Set<number> => new Set(site.section(device, 'software').map(({ id }) => id));
    expect(ids(number()).size).toBeGreaterThan(50);
    expect(ids(number())).toEqual(ids(own));
    appliance.vulnerabilities.refreshSources();
    const components = (device: number): unknown =>
      appliance.db.prepare('select components from device_component where device = ?').pluck().get(device);
    expect(components(own)).toBeInstanceOf(Buffer);
    expect(components(number())).toEqual(components(own));
    appliance.inventory.forget(own);
  });

  it('of AlmaLinux and of Windows fills what these have', async () => {
    const alma = site.made(
      'scada-01',
      almaMachine('scada-01', uuidOf('scada-01'), macOf('scada-01'), [
        { name: 'openssl-libs', version: '3.2.2', release: '6.el9_5', epoch: 1 },
        { name: 'bash', version: '5.1.8', release: '9.el9' },
      ]),
    );
    await alma.client.poll();
    expect(site.section(alma.number(), 'platform')[0]).toMatchObject({
      vendor: 'almalinux',
      release: '9.6',
      arch: 'x86_64',
    });
    expect(site.section(alma.number(), 'software').filter(({ type }) => type === 'rpm')).toMatchObject([
      { name: 'bash', version: '5.1.8-9.el9', purl: 'pkg:rpm/almalinux/bash@5.1.8-9.el9?arch=x86_64' },
      { name: 'openssl-libs', version: '1:3.2.2-6.el9_5', source: 'openssl-libs', sizeKb: 200 },
    ]);

    const windows = site.made('eng-01', windowsMachine('eng-01', uuidOf('eng-01'), macOf('eng-01')));
    await windows.client.poll();
    const device = windows.number();
    expect(site.section(device, 'platform')[0]).toMatchObject({
      vendor: 'windows',
      release: '10.0.19044',
      build: '19044',
    });
    expect(site.section(device, 'software')).toMatchObject([{ name: 'TIA Portal V18', publisher: 'Siemens AG' }]);
    expect(site.section(device, 'os-update').map(({ update, state }) => [update, state])).toEqual([
      ['KB5000001', 'failed'],
      ['KB5034122', 'installed'],
      ['KB5044273', 'installed'],
    ]);
    expect(site.section(device, 'protection').map(({ product, kind, state }) => [product, kind, state])).toEqual([
      ['Windows Defender', 'antivirus', 'on'],
      ['Windows Firewall', 'firewall', 'off'],
    ]);
    expect(site.section(device, 'encryption')).toMatchObject([
      { volume: 'C:', state: 'encrypted', keyGuarded: false, percent: 100 },
    ]);
    expect(site.section(device, 'accounts').find(({ name }) => name === 'Administrator')).toMatchObject({
      isAdmin: true,
    });
  });

  it('leaves what a failed question would have said as it was, and says so', async () => {
    const name = 'hmi-04';
    const denied = { npm: false, deb: false };
    const { client, number } = site.made(name, debian(name), {
      denylisted: (sql) =>
        (denied.npm && sql.includes('from npm_packages')) || (denied.deb && sql.includes('from deb_packages')),
    });
    await client.poll();
    const first = client.lastRound;
    const again = async (): Promise<string[]> => {
      // The same questions once more, whatever the time.
      client.extra(first);
      await client.poll();
      return site.section(number(), 'software').map((row) => `${String(row['type'])} ${String(row['name'])}`);
    };
    const all = ['deb bash', 'npm @scope/tool', 'python requests'];
    expect((await again()).sort()).toEqual(all);
    // Packages of one language stay; those of the system are read anew.
    denied.npm = true;
    expect((await again()).sort()).toEqual(all);
    denied.deb = true;
    expect((await again()).sort()).toEqual(all);
    expect(site.section(number(), 'platform')).toHaveLength(1);
    expect(site.eventsOf('osquery-question-failed').map(({ params }) => [params['question'], params['state']])).toEqual(
      [
        ['software.deb_packages', 'denylisted'],
        ['software.npm_packages', 'denylisted'],
      ],
    );
  });

  it('tells of neighbours, which become records that never spoke', () => {
    const found = appliance.devices.list({ limit: 10, state: ['discovered'] }).rows;
    expect(found.map(({ macs }) => macs)).toEqual([['00:0c:29:5e:00:01']]);
  });
});

describe('log lines', () => {
  it('are taken packed and plain; a batch that is too large is taken and dropped, with an event', async () => {
    const { client, number } = site.made('log-1', debian('log-1'));
    await client.poll();
    expect(await client.log([{ action: 'added', columns: { name: 'x' } }])).toBe(true);
    expect(client.waitingLogLines).toBe(0);
    const big = JSON.stringify({ node_key: client.nodeKey, log_type: 'result', data: ['x'.repeat(9 << 20)] });
    expect(await site.post('/api/osquery/log', big, {})).toBe('{}');
    expect(site.eventsOf('osquery-log-dropped')).toMatchObject([{ device: number(), params: { bytes: big.length } }]);
  });
});
