import { execFile, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { allowedOf } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { JobRun } from '../../support/controllers/job-run.ts';
import { has } from '../../support/controllers/peers.ts';
import { makeNamespace, type Namespace } from '../../support/namespace.ts';
import { repositoryRoot } from '../../support/sources.ts';

// A whole job of the appliance, from its approval to its end, judged by Wireshark's dissectors: what was sent, how fast, and
// to whom (OT 3.1, Q1, Q4, Q5). In a network of its own there is nothing on the wire but the job.

const run = promisify(execFile);
const namespace = has('dumpcap') && has('tshark') ? makeNamespace(`sallyport-job-${process.pid}`) : undefined;
const folder = mkdtempSync(join(tmpdir(), 'sallyport-job-'));
afterAll(() => {
  namespace?.remove();
  rmSync(folder, { recursive: true, force: true });
});

/** What a closed port says holds the head of what was sent to it. */
const icmp = '1';

type Frame = { number: number; atMs: number; to: string; port: number; payload: Buffer; isOurs: boolean };

describe.skipIf(namespace === undefined)('a job on the wire (skipped without root, dumpcap and tshark)', () => {
  const file = join(folder, 'lo.pcapng');
  let asked: JobRun;
  let sent: Frame[];
  let allowed: Set<number>;

  const tshark = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await run('tshark', ['-n', '-r', file, ...args], { maxBuffer: 64 * 1024 * 1024 });
    return stdout.split('\n').filter((line) => line !== '');
  };

  beforeAll(async () => {
    const script = join(repositoryRoot, 'test/support/controllers/job-run.ts');
    const [command, ...args] = [
      ...(namespace as Namespace).prefix,
      process.execPath,
      '--conditions=@sallyport/source',
      script,
      file,
    ];
    // Outside the runner nothing is shared between tests.
    const env = { ...process.env, SALLYPORT_TEST_MADE: undefined };
    asked = JSON.parse(
      (await run(command, args, { cwd: repositoryRoot, env, maxBuffer: 16 * 1024 * 1024 })).stdout,
    ) as JobRun;
    // dumpcap gives the file to nobody but its owner.
    spawnSync('chmod', ['a+r', file]);
    const names = [
      'frame.number',
      'ip.proto',
      'frame.time_epoch',
      'ip.dst',
      'tcp.dstport',
      'udp.dstport',
      'tcp.payload',
      'udp.payload',
    ];
    const known = new Set([102, 502, 44_818]);
    sent = (await tshark('-T', 'fields', '-E', 'occurrence=f', ...names.flatMap((name) => ['-e', name]))).flatMap(
      (line) => {
        const [number, protocol, time, to = '', tcpPort, udpPort, tcp, udp] = line.split('\t');
        const port = Number(tcpPort || udpPort);
        const payload = Buffer.from(tcp || udp || '', 'hex');
        return [
          {
            number: Number(number),
            atMs: Number(time) * 1_000,
            to,
            port,
            payload,
            isOurs: protocol !== icmp && known.has(port),
          },
        ];
      },
    );
    const filter = (['s7', 'modbus', 'enip'] as const)
      .map((protocol) => {
        const { port, requests } = allowedOf(protocol);
        return `((tcp.dstport == ${port} || udp.dstport == ${port}) && (${requests.map((one) => `(${one.filter})`).join(' || ')}))`;
      })
      .join(' || ');
    allowed = new Set((await tshark('-Y', filter, '-T', 'fields', '-e', 'frame.number')).map(Number));
  });

  const requests = (): Frame[] => sent.filter(({ isOurs, payload }) => isOurs && payload.length > 0);

  it('ends as it should, and where the controller leaves RUN it stops and says why', () => {
    expect(asked.ends).toEqual([
      { state: 'done', code: null },
      { state: 'anomaly', code: 'left-run' },
    ]);
  });

  it('sends only what the lists allow, each packet as it was logged', () => {
    expect(requests().length).toBeGreaterThan(8);
    expect(requests().filter(({ number }) => !allowed.has(number))).toEqual([]);
    expect(
      requests()
        .map(({ payload }) => hash('sha256', payload, 'hex'))
        .sort(),
    ).toEqual([...asked.logged].sort());
  });

  it('speaks to the controllers of the job at their ports and to nobody else, also not after an anomaly', () => {
    const named = new Set(asked.targets.map(({ host, port }) => `${host} ${port}`));
    const strangers = sent.filter(({ isOurs, to, port }) => isOurs && !named.has(`${to} ${port}`));
    expect(strangers).toEqual([]);
    for (const host of [asked.neighbour, ...asked.untouched]) expect(sent.some(({ to }) => to === host)).toBe(false);
  });

  it('leaves half a second between any two packets, to whichever controller', () => {
    const times = requests().map(({ atMs }) => atMs);
    const gaps = times.slice(1).map((time, at) => time - (times[at] ?? 0));
    expect(gaps.filter((gap) => gap < 499)).toEqual([]);
  });
});
