import { type ChildProcess, spawn } from 'node:child_process';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { binOf } from '../support/commands.ts';
import { makeCable, within } from '../support/namespace.ts';
import { introduce, signedIn } from '../support/persons.ts';
import { until } from '../support/until.ts';

// Two network namespaces and a cable between them: the appliance in one, controllers in the other, and tcpdump on the cable as
// the judge of what was sent, how fast and to whom (OT Q1, Q4).

const target = '10.9.1.10';
const neighbour = '10.9.1.20';

const cable = makeCable(`ask-${process.pid}`, '10.9.1.62', [target, neighbour]);
const canRun = cable !== undefined;
const { ours = '', theirs = '' } = cable ?? {};
afterAll(() => cable?.remove());

/** Devices that answer every request of function 43 with three texts. */
const responders = `
const net = require('node:net');
for (const host of ['${target}', '${neighbour}'])
  net.createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (ask) => {
      const list = ['Vendor', 'Code', 'V1'].flatMap((text, id) => [id, text.length, ...Buffer.from(text)]);
      const pdu = [0x2b, 0x0e, ask[9], 0x83, 0, 0, 3, ...list];
      const head = Buffer.from(ask.subarray(0, 7));
      head.writeUInt16BE(pdu.length + 1, 4);
      socket.write(Buffer.concat([head, Buffer.from(pdu)]));
    });
  }).listen(502, host, () => console.log('up'));
`;

type Sent = { at: number; to: string; port: number; data: boolean };

/** What left the appliance's address. */
const sentOf = (dump: string): Sent[] =>
  dump.split('\n').flatMap((line): Sent[] => {
    const found = /^(\d+\.\d+) IP 10\.9\.1\.62\.\d+ > (\d+\.\d+\.\d+\.\d+)\.(\d+): .*?(?:length (\d+))?$/.exec(line);
    if (found === null) return [];
    return [{ at: Number(found[1]), to: found[2] ?? '', port: Number(found[3]), data: Number(found[4] ?? 0) > 0 }];
  });

describe.skipIf(!canRun)('identification on a wire (root, iproute2 and tcpdump are needed)', () => {
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let job = '';
  let dump = '';
  const started: ChildProcess[] = [];
  const start = (...args: string[]): ChildProcess => {
    const child = spawn('ip', args, { stdio: ['ignore', 'pipe', 'pipe'] });
    started.push(child);
    return child;
  };

  beforeAll(async () => {
    site = await openAppliance();
    introduce(site.db, 'anna', 'boris');
    const zone = site.objects.create(systemActor, 'controller-zone', {
      name: 'Z',
      level: '1',
      prefixes: ['10.9.1.0/26'],
      queryPolicy: 'details',
      queryIdentify: 'manual',
      queryDetails: 'manual',
      queryGapMs: 500,
    }).id;
    const controller = site.controllers.create(systemActor, { name: 'PLC-1', zone, address: target }).publicId;
    site.controllers.create(systemActor, { name: 'PLC-2', zone, address: neighbour });
    job = site.objects.create(signedIn('anna'), 'controller-identification', {
      name: 'One',
      controllers: [controller],
      protocols: ['modbus'],
      details: true,
      gapMs: 500,
      from: toTime(nowMs() - 60_000),
      until: toTime(nowMs() + 3_600_000),
    }).id;
    site.identification.switchOn(systemActor);
    const { plan } = site.identification.plan(signedIn('boris'), job);
    site.identification.approve(signedIn('boris'), job, { digest: plan.digest, targets: 1 });
    site.identification.switchOff(systemActor);
    const hosts = start(...within(theirs, process.execPath, '-e', responders));
    let up = '';
    await new Promise<void>((resolve) => {
      hosts.stdout?.on('data', (data: Buffer) => {
        up += data.toString();
        if (up.split('up').length > 2) resolve();
      });
    });
    const judge = start(...within(ours, 'tcpdump', '-tt', '-n', '-l', '-Z', 'root', '--immediate-mode', '-i', 'cable'));
    judge.stdout?.on('data', (data: Buffer) => {
      dump += data.toString();
    });
    await new Promise<void>((resolve) => judge.stderr?.once('data', () => resolve()));
    start(
      ...within(
        ours,
        process.execPath,
        binOf('sallyport'),
        'serve',
        '--listen',
        '127.0.0.1:8443',
        '--data',
        site.dataDir,
      ),
    );
    await until(() => site.events.list({ scope: wholeSite('job'), type: ['server-started'], limit: 1 }).total > 0);
  });
  afterAll(async () => {
    for (const child of started.reverse()) {
      child.kill('SIGTERM');
      await new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(0)));
    }
    await site?.stop();
  });

  it('sends nothing while the site does not allow it, though a job is approved and its window is open', async () => {
    site.identification.look();
    expect(() => site.identification.start(signedIn('anna'), job)).toThrow('off');
    expect(sentOf(dump)).toEqual([]);
  });

  it('sends to the address and port of the job and nowhere else, never faster than its pause', async () => {
    site.identification.switchOn(systemActor);
    site.identification.start(signedIn('anna'), job);
    await until(() => site.identification.get(job, wholeSite('job')).state === 'done');
    const sent = sentOf(dump);
    expect([...new Set(sent.map(({ to, port }) => `${to}:${port}`))]).toEqual([`${target}:502`]);
    const data = sent.filter(({ data: isData }) => isData);
    expect(data.length).toBeGreaterThan(1);
    for (const [index, { at }] of data.entries())
      if (index > 0) expect(at - (data[index - 1]?.at ?? 0)).toBeGreaterThan(0.49);
    // As many as the log of packets says.
    const number = site.identification.get(job, wholeSite('job')).run?.id ?? 0;
    expect(site.identification.packets(number, 0, 100).filter(({ what }) => what === 'send')).toHaveLength(data.length);
    expect(dump).not.toContain(`who-has ${neighbour} tell 10.9.1.62`);
    expect(dump).not.toMatch(/IP 10\.9\.1\.62\.\d+ > \S+: Flags \[R/);
  });
});
