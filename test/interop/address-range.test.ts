import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { binOf } from '../support/commands.ts';
import { makeCable, within } from '../support/namespace.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { until } from '../support/until.ts';

// Two network namespaces and a cable between them: the appliance in one, a few hosts in the other, and tcpdump on the cable
// as the judge of what was sent, how fast and to whom.

const [anna, boris] = [signedIn('anna'), signedIn('boris')];
const command = [process.execPath, binOf('sallyport')];

const cable = makeCable(`range-${process.pid}`, '10.9.0.62', ['10.9.0.10', '10.9.0.20', '10.9.0.25', '10.9.0.30']);
const canRun = cable !== undefined;
const { ours = '', theirs = '' } = cable ?? {};
const hasPing = spawnSync('ping', ['-V']).status === 0;
afterAll(() => cable?.remove());

const listeners = `
const net = require('node:net');
for (const [host, port] of [['10.9.0.10', 22], ['10.9.0.20', 443], ['10.9.0.25', 22]])
  net.createServer((socket) => { let bytes = 0; socket.on('data', (data) => { bytes += data.length; }); socket.on('error', () => {}); socket.on('close', () => console.log(host, bytes)); }).listen(port, host);
`;

type Sent = { at: number; to: string; port: number | 'arp' };

const sentOf = (dump: string): Sent[] =>
  dump.split('\n').flatMap((line): Sent[] => {
    const syn = /^(\d+\.\d+) IP 10\.9\.0\.62\.\d+ > (\d+\.\d+\.\d+\.\d+)\.(\d+): Flags \[S\]/.exec(line);
    if (syn !== null) return [{ at: Number(syn[1]), to: syn[2] ?? '', port: Number(syn[3]) }];
    const arp = /^(\d+\.\d+) ARP, Request who-has (\S+) tell 10\.9\.0\.62/.exec(line);
    return arp === null ? [] : [{ at: Number(arp[1]), to: arp[2] ?? '', port: 'arp' }];
  });

// First, while the namespace knows of no connection.
describe.skipIf(!canRun)('an appliance that nobody gave a target', () => {
  it('opens no socket but the one it listens on', async () => {
    const site = await openAppliance();
    const port = 8443;
    const server = spawn(
      'ip',
      within(ours, ...command, 'serve', '--listen', `127.0.0.1:${port}`, '--data', site.dataDir),
      { stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => server.once('exit', resolve));
    try {
      const files = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6'].map((kind) => `/proc/net/${kind}`);
      // One process for all of them: `/proc/net/tcp:   0: 0100007F:20FB 00000000:0000 0A …`
      const sockets = (): string[] =>
        spawnSync('ip', within(ours, 'grep', '-H', '[0-9]:', ...files), { encoding: 'utf8' })
          .stdout.split('\n')
          .filter((line) => line !== '')
          .map((line) => /^\/proc\/net\/(\w+):\s*\d+: (\S+ \S+ \S+)/.exec(line)?.slice(1, 3).join(' ') ?? line);
      /** What went out of the namespace, by the counters of its kernel. */
      const opened = (): Record<string, number> => {
        const text = spawnSync('ip', within(ours, 'cat', '/proc/net/snmp', '/proc/net/snmp6'), {
          encoding: 'utf8',
        }).stdout;
        const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
        // `Tcp: RtoAlgorithm …`, and the same with figures below it.
        const counted = (protocol: string, name: string): number => {
          const [titles = [], figures = []] = rows.filter(([first]) => first === protocol);
          return Number(figures[titles.indexOf(name)] ?? Number.NaN);
        };
        return {
          ActiveOpens: counted('Tcp:', 'ActiveOpens'),
          OutDatagrams: counted('Udp:', 'OutDatagrams'),
          OutMsgs: counted('Icmp:', 'OutMsgs'),
          Udp6OutDatagrams: Number(rows.find(([first]) => first === 'Udp6OutDatagrams')?.[1] ?? Number.NaN),
        };
      };
      const listening = `tcp 0100007F:${port.toString(16).toUpperCase()} 00000000:0000 0A`;
      await until(() => sockets().includes(listening));
      await until(() => site.events.list({ scope: wholeSite('job'), type: ['server-started'], limit: 1 }).total > 0);
      expect(sockets()).toEqual([listening]);
      server.kill('SIGTERM');
      await ended;
      // The kernel has counted since the namespace was made: a connection that was there for a moment only is in it, too.
      expect(opened()).toEqual({ ActiveOpens: 0, OutDatagrams: 0, OutMsgs: 0, Udp6OutDatagrams: 0 });
    } finally {
      server.kill('SIGKILL');
      await ended;
      await site.stop();
    }
  });
});

describe.skipIf(!canRun)('an address range', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let id = '';
  const started: ChildProcess[] = [];
  let dump = '';
  let met = '';
  const rate = 40;
  beforeAll(async () => {
    site = await openAppliance();
    introduce(site.db, 'anna', 'boris');
    const hosts = spawn('ip', within(theirs, process.execPath, '-e', listeners), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    hosts.stdout.on('data', (data: Buffer) => {
      met += data.toString();
    });
    const judge = spawn(
      'ip',
      within(ours, 'tcpdump', '-tt', '-n', '-l', '-Z', 'root', '--immediate-mode', '-i', 'cable'),
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    judge.stdout.on('data', (data: Buffer) => {
      dump += data.toString();
    });
    started.push(hosts, judge);
    await new Promise<void>((resolve) => judge.stderr.once('data', () => resolve()));
    const body = { name: 'Offices', network: '10.9.0.0/26', ports: ['22', '443'], ratePerSecond: rate, enabled: true };
    id = site.objects.create(anna, 'address-range', body).id;
  });
  afterAll(async () => {
    for (const child of started) {
      child.kill('SIGINT');
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0)));
    }
    await site?.stop();
  });
  const scan = () =>
    spawnSync('ip', within(ours, ...command, 'range', 'scan', '--range', 'Offices', '--json', '--data', site.dataDir), {
      encoding: 'utf8',
      timeout: 60_000,
    });
  let marks = 9_000;
  /** Sends a datagram after all the rest, and waits until the judge has seen it. */
  const judged = async (): Promise<void> => {
    marks += 1;
    spawnSync('ip', within(ours, 'bash', '-c', `echo > /dev/udp/10.9.0.10/${marks}`));
    await until(() => dump.includes(` > 10.9.0.10.${marks}: UDP`));
  };
  const confirm = () => {
    const plan = site.discovery.plan(systemActor, id);
    site.discovery.confirm(boris, id, plan);
    return plan;
  };

  it('is not asked before exactly its plan is confirmed, and again after any change', () => {
    expect(site.discovery.hindrance(id)).toBe('unconfirmed');
    expect(scan().stdout).toContain('"CONFLICT"');
    const plan = confirm();
    expect(plan).toMatchObject({ addresses: 62, excluded: 0, probes: 124, seconds: 4 });
    expect(site.discovery.hindrance(id)).toBeUndefined();
    expect(() => site.discovery.confirm(systemActor, id, { ...plan, addresses: 61 })).toThrow('typed');
    // Somebody says that controllers live in a part of it: the confirmed plan is another one now.
    site.objects.create(systemActor, 'address-range', { name: 'PLC', network: '10.9.0.24/29', controllers: true });
    expect(site.discovery.hindrance(id)).toBe('unconfirmed');
    expect(confirm()).toMatchObject({ addresses: 54, excluded: 8 });
    site.objects.update(anna, 'address-range', id, { ratePerSecond: rate + 1 });
    expect(site.discovery.hindrance(id)).toBe('unconfirmed');
    // A confirmation is of a revision: it does not come back with the values.
    site.objects.update(anna, 'address-range', id, { ratePerSecond: rate });
    expect(site.discovery.hindrance(id)).toBe('unconfirmed');
    confirm();
    expect(site.discovery.hindrance(id)).toBeUndefined();
    expect(() => site.discovery.confirm(anna, id, site.discovery.plan(anna, id))).toThrow('another person');
    // Who is no person confirms nothing.
    expect(() => site.discovery.confirm(systemActor, id, site.discovery.plan(systemActor, id))).toThrow('sign in');
    expect(sentOf(dump)).toEqual([]);
  });

  it('is asked politely, and nobody else is', async () => {
    const { stdout } = scan();
    expect(JSON.parse(stdout)).toMatchObject({ asked: 53, probes: 106, found: 2, created: 1 });
    await judged();
    const sent = sentOf(dump);
    const allowed = new Set(Array.from({ length: 62 }, (_, at) => `10.9.0.${at + 1}`));
    for (let last = 24; last <= 31; last += 1) allowed.delete(`10.9.0.${last}`);
    expect(sent.filter(({ to }) => !allowed.has(to))).toEqual([]);
    // All but its own.
    expect(new Set(sent.map(({ to }) => to)).size).toBe(53);
    // Handshakes of the same second, over any second: the rate, and one for the edge of the window.
    const handshakes = sent.filter(({ port }) => port !== 'arp');
    for (const { at } of handshakes)
      expect(handshakes.filter((other) => other.at >= at && other.at < at + 1).length).toBeLessThanOrEqual(rate + 1);
    // Addresses come in no order.
    const order = [...new Set(sent.map(({ to }) => Number(to.split('.')[3])))];
    expect(order).not.toEqual([...order].sort((a, b) => a - b));
    expect(handshakes.every(({ port }) => port === 22 || port === 443)).toBe(true);
    // Nobody was sent a byte, of the two that took connections.
    await until(() => met.trim().split('\n').length >= 2);
    expect(
      met
        .trim()
        .split('\n')
        .every((line) => line.endsWith(' 0')),
    ).toBe(true);
    expect(met).not.toContain('10.9.0.25');
  });

  it('leaves what was found in the list: two addresses of one MAC are one device', () => {
    const { rows } = site.inventory.list({
      scope: wholeSite('job'),
      collection: 'discovery',
      where: { addresses: '10.9.0.10' },
      limit: 2,
    });
    expect(rows).toMatchObject([
      {
        method: 'scan',
        by: 'Offices',
        visible: true,
        ports: ['22', '443'],
        addresses: ['10.9.0.10', '10.9.0.20'],
        macs: [expect.stringMatching(/^([0-9a-f]{2}:){5}/)],
      },
    ]);
    expect(site.devices.byId(Number(rows[0]?.['_device'])).state).toBe('discovered');
    expect(site.events.list({ scope: wholeSite('job'), type: ['range-scanned'], limit: 5 }).rows).toMatchObject([
      { params: { asked: 53, found: 2 } },
    ]);
  });

  it.skipIf(!hasPing)('is asked by ping, by a command that needs no right of ours', async () => {
    const before = sentOf(dump).length;
    site.objects.update(anna, 'address-range', id, { ping: true, ports: [], network: '10.9.0.8/29' });
    expect(confirm()).toMatchObject({ addresses: 6, probes: 6 });
    expect(JSON.parse(scan().stdout)).toMatchObject({ asked: 6, probes: 6, found: 1, created: 0 });
    await judged();
    expect(
      sentOf(dump)
        .slice(before)
        .every(({ port }) => port === 'arp'),
    ).toBe(true);
    expect(dump).toMatch(/10\.9\.0\.62 > 10\.9\.0\.10: ICMP echo request/);
    site.objects.update(anna, 'address-range', id, { ping: false, ports: ['22'], network: '10.9.0.0/26' });
  });

  it('can be stopped, and says so', async () => {
    site.objects.update(anna, 'address-range', id, { ratePerSecond: 5 });
    confirm();
    const done = site.discovery.scan(id, systemActor, {
      onProgress: ({ done: asked }) => asked === 2 && site.discovery.stop(systemActor, 'scan', id),
    });
    await expect(done).rejects.toMatchObject({ code: 'CANCELLED' });
    expect(site.discovery.ranges().find((run) => run.id === id)?.last).toMatchObject({ code: 'CANCELLED' });
  });
});
