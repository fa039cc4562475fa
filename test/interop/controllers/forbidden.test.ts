import { execFile, spawnSync } from 'node:child_process';
import { hash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { allowedOf } from '@sallyport/bundle-tools/controllers/protocols/identify-by';
import { PROTOCOLS } from '@sallyport/bundle-tools/controllers/protocols/types';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ForbiddenRun, Target } from '../../support/controllers/forbidden-run.ts';
import { has } from '../../support/controllers/peers.ts';
import { snmpSecrets } from '../../support/controllers/snmpd.ts';
import { makeNamespace, type Namespace } from '../../support/namespace.ts';
import { repositoryRoot } from '../../support/sources.ts';

// The forbidden-function test (OT 3.1): every exchange against every peer and every hostile device, in a network of its own.
// What was on the wire is judged by Wireshark's dissectors and by nothing of ours: only what `Allowed` lists may have been
// sent, only to the devices that were named, and no faster than a plant allows.

const run = promisify(execFile);
const namespace = has('dumpcap') && has('tshark') ? makeNamespace(`sallyport-ot-${process.pid}`) : undefined;
afterAll(() => namespace?.remove());

type Frame = {
  number: number;
  atMs: number;
  from: string;
  to: string;
  kind: 'tcp' | 'udp' | 'icmp';
  fromPort: number;
  toPort: number;
  /** Bytes that a request carries; empty for handshakes and acknowledgements. */
  payload: Buffer;
};

const fields = [
  'frame.number',
  'frame.time_epoch',
  'ip.src',
  'ip.dst',
  'ip.proto',
  'tcp.srcport',
  'tcp.dstport',
  'udp.srcport',
  'udp.dstport',
  'tcp.payload',
  'udp.payload',
] as const;
/** As many bytes of hex as our requests have; floods are longer. */
const maxPayload = 4_096;

const users = `uat:snmp_users:"","sha256","SHA2-256","${snmpSecrets.auth}","AES","${snmpSecrets.privacy}"`;

const reader = (file: string, targets: readonly Target[]) => {
  const decodeAs = targets.flatMap(({ protocol, port }) =>
    protocol === 'opcua' ? ['-d', `tcp.port==${port},opcua`] : [],
  );
  const tshark = async (...args: string[]): Promise<string[]> => {
    const { stdout } = await run('tshark', ['-n', '-r', file, ...decodeAs, '-o', users, ...args], {
      maxBuffer: 256 * 1024 * 1024,
    });
    return stdout.split('\n').filter((line) => line !== '');
  };
  const frames = async (): Promise<Frame[]> => {
    const wanted = fields.flatMap((field) => ['-e', field]);
    const lines = await tshark('-T', 'fields', '-E', 'occurrence=f', ...wanted);
    return lines.map((line) => {
      const [number, time, from, to, protocol, tcpFrom, tcpTo, udpFrom, udpTo, tcp, udp] = line.split('\t');
      return {
        number: Number(number),
        atMs: Number(time) * 1_000,
        from: from ?? '',
        to: to ?? '',
        kind: protocol === '6' ? 'tcp' : protocol === '17' ? 'udp' : 'icmp',
        fromPort: Number(tcpFrom || udpFrom),
        toPort: Number(tcpTo || udpTo),
        payload: Buffer.from((tcp || udp || '').slice(0, 2 * maxPayload), 'hex'),
      };
    });
  };
  /** Numbers of the frames that a display filter takes. */
  const taken = async (filter: string): Promise<Set<number>> =>
    new Set((await tshark('-Y', filter, '-T', 'fields', '-e', 'frame.number')).map(Number));
  return { frames, taken };
};

/** All that `Allowed` lists, each for the places where its protocol was spoken. */
const allowedFilter = (targets: readonly { protocol: Target['protocol']; host: string; port: number }[]): string =>
  PROTOCOLS.map((protocol) => {
    const { kinds, requests } = allowedOf(protocol);
    const places = targets
      .filter((target) => target.protocol === protocol)
      .map(
        ({ host, port }) =>
          `(ip.dst == ${host} && (${kinds.map((kind) => `${kind}.dstport == ${port}`).join(' || ')}))`,
      );
    return `((${places.join(' || ')}) && (${requests.map(({ filter }) => `(${filter})`).join(' || ')}))`;
  }).join(' || ');

describe.skipIf(namespace === undefined)(
  'what is sent to controllers (skipped without root, dumpcap and tshark)',
  () => {
    const folder = mkdtempSync(join(tmpdir(), 'sallyport-forbidden-'));
    let asked: ForbiddenRun;
    let frames: Frame[];
    let allowed: Set<number>;
    let requests: Frame[];
    const placeOf = (host: string, port: number): string => `${host} ${port}`;
    let targetAt: Map<string, Target>;

    beforeAll(async () => {
      const file = join(folder, 'lo.pcapng');
      const script = join(repositoryRoot, 'test/support/controllers/forbidden-run.ts');
      const { prefix } = namespace as Namespace;
      const [command, ...args] = [...prefix, process.execPath, '--conditions=@sallyport/source', script, file];
      const { stdout } = await run(command, args, { maxBuffer: 64 * 1024 * 1024, cwd: repositoryRoot });
      asked = JSON.parse(stdout) as ForbiddenRun;
      // dumpcap gives the file to nobody but its owner.
      spawnSync('chmod', ['a+r', file]);
      const places = [
        ...asked.targets,
        { protocol: 'modbus' as const, host: asked.rogue.modbus, port: 502 },
        { protocol: 's7' as const, host: asked.rogue.s7, port: 102 },
      ];
      const read = reader(file, asked.targets);
      [frames, allowed] = await Promise.all([read.frames(), read.taken(allowedFilter(places))]);
      targetAt = new Map(asked.targets.map((target) => [placeOf(target.host, target.port), target]));
      const named = new Set(places.map(({ host, port }) => placeOf(host, port)));
      requests = frames.filter(
        ({ kind, to, toPort, payload }) => kind !== 'icmp' && payload.length > 0 && named.has(placeOf(to, toPort)),
      );
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const isRogue = ({ to }: Frame): boolean => to === asked.rogue.modbus || to === asked.rogue.s7;

    it('was spoken in every protocol, to peers and to devices that misbehave', () => {
      const spoken = new Set(asked.targets.filter(({ sent }) => sent.length > 0).map(({ protocol }) => protocol));
      expect([...spoken].sort()).toEqual([...PROTOCOLS].sort());
      expect(asked.targets.length).toBeGreaterThan(40);
    });

    it('is what the lists allow, and nothing else; what is planted is found', () => {
      const forbidden = requests.filter(({ number }) => !allowed.has(number));
      expect(forbidden.map(({ to }) => to).sort()).toEqual([asked.rogue.modbus, asked.rogue.s7].sort());
    });

    it('uses every request that the lists allow to the peers', () => {
      const keys = new Set(asked.targets.flatMap(({ sent }) => sent.map(({ key }) => key)));
      const installed = new Set(
        asked.targets.filter(({ manner }) => manner === 'peer').map(({ protocol }) => protocol),
      );
      const unused = PROTOCOLS.filter((protocol) => installed.has(protocol))
        .flatMap((protocol) => allowedOf(protocol).requests.map(({ key }) => key))
        .filter((key) => !keys.has(key));
      expect(unused).toEqual([]);
    });

    it('goes to devices that were named, at their ports, and to nobody else', () => {
      const answerAt = new Set(
        asked.targets.flatMap(({ host, answerPort }) => (answerPort === undefined ? [] : [placeOf(host, answerPort)])),
      );
      const strangers = frames.filter(
        ({ kind, from, fromPort, to, toPort }) =>
          kind !== 'icmp' &&
          !targetAt.has(placeOf(to, toPort)) &&
          !targetAt.has(placeOf(from, fromPort)) &&
          !answerAt.has(placeOf(from, fromPort)),
      );
      expect(strangers.filter((frame) => !isRogue(frame) && !isRogue({ ...frame, to: frame.from }))).toEqual([]);
    });

    it('is what the log of the exchange says, packet by packet', () => {
      for (const target of asked.targets) {
        const seen = requests
          .filter(({ to, toPort }) => to === target.host && toPort === target.port)
          .map(({ payload }) => hash('sha256', payload, 'hex'));
        expect(seen, `${target.protocol} ${target.manner}`).toEqual(target.sent.map(({ sha256 }) => sha256));
      }
    });

    it('leaves half a second between two packets to a device, as captured', () => {
      const plants = asked.targets.filter(({ intervalMs }) => intervalMs === 500);
      expect(plants.length).toBeGreaterThan(2);
      for (const { host, port } of plants) {
        const times = requests.filter(({ to, toPort }) => to === host && toPort === port).map(({ atMs }) => atMs);
        const gaps = times.slice(1).map((time, index) => time - (times[index] ?? 0));
        expect(gaps.filter((gap) => gap < 500)).toEqual([]);
      }
    });

    it('asks nobody without end', () => {
      for (const { sent, manner, protocol } of asked.targets)
        expect(sent.length, `${protocol} ${manner}`).toBeLessThanOrEqual(12);
    });

    it('ends with an alarm where a connection is reset, and asks a closed port once', () => {
      const resets = asked.targets.filter(({ manner }) => manner === 'tcp reset');
      expect(resets.map(({ anomalies }) => anomalies)).toEqual(resets.map(() => ['reset']));
      expect(asked.targets.find(({ manner }) => manner === 'absent')).toMatchObject({ sent: [], trouble: 'refused' });
    });
  },
);
