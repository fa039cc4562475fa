import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { percentile, type Result } from './report.ts';
import { fleet, type Sections } from './support/fleet.ts';
import { cpuSeconds } from './support/process.ts';
import {
  type Connection,
  closedLoop,
  type Load,
  openConnections,
  openLoop,
  requestBytes,
} from './support/raw-client.ts';
import { enrolDevices, makeSite, report, type Site, startServer, withAppliance } from './support/site.ts';

const deviceCount = 500;
const inFlight = 48;
const warmUpMs = 2000;
const measureMs = 8000;
const packages = 900;

const checkIn = (sections: Sections, index: number): Buffer =>
  requestBytes('POST', `${nativePrefix}/check-in`, {
    bootId: createHash('sha256').update(String(index)).digest('hex').slice(0, 32),
    seq: 1,
    version: '0.1.0',
    sections: Object.fromEntries(Object.entries(sections).map(([name, items]) => [name, sectionHash(items)])),
  });

const expectNothingWanted = ({ status, body }: { status: number; body: Buffer }): void => {
  if (status !== 200 || !body.includes('"want":[]')) {
    throw new Error(`a check-in was answered with ${status} ${body.toString().slice(0, 200)}`);
  }
};

const expectOk = ({ status }: { status: number }): void => {
  if (status !== 200) throw new Error(`the peer answered with ${status}`);
};

type Measured = Load & { serverShare: number; clientShare: number };

const measure = async (
  pid: number,
  connections: readonly Connection[],
  requests: readonly Buffer[],
  check: (reply: { status: number; body: Buffer }) => void,
): Promise<Measured> => {
  const server = cpuSeconds(pid);
  const client = cpuSeconds(process.pid);
  const request = (index: number): Buffer => requests[index] as Buffer;
  const load = await closedLoop({ connections, request, check, inFlight, warmUpMs, measureMs });
  const seconds = (warmUpMs + measureMs) / 1000;
  return {
    ...load,
    serverShare: (cpuSeconds(pid) - server) / seconds,
    clientShare: (cpuSeconds(process.pid) - client) / seconds,
  };
};

const bareServer = async (site: Site, body: string): Promise<{ port: number; pid: number; stop(): void }> => {
  const tls = await withAppliance(site, ({ ca, config }) => ca.serverMaterial(config.addresses));
  const child = spawn(process.execPath, [join(import.meta.dirname, 'support/bare-server.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  child.stdin.end(JSON.stringify({ ...tls, body }));
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(line.toString())));
    child.once('exit', (code) => reject(new Error(`the peer ended with ${code}`)));
  });
  if (child.pid === undefined) throw new Error('the peer has no process id');
  return { port, pid: child.pid, stop: () => void child.kill() };
};

/** Check-ins of devices whose inventory has not changed. */
export const checkIns = async (): Promise<Result> => {
  const site = await makeSite('check-ins');
  try {
    const made = fleet({ packages });
    const sections = Array.from({ length: deviceCount }, (_, index) => made.sections(index));
    const requests = sections.map(checkIn);
    const devices = await withAppliance(site, async (appliance) => {
      const enrolled = await enrolDevices(appliance, deviceCount, { certified: true });
      for (const [index, { id }] of enrolled.entries()) {
        for (const [name, items] of Object.entries(sections[index] ?? {})) report(appliance, id, name, items);
      }
      return enrolled;
    });

    const server = await startServer(site);
    let ours: Measured;
    let paced: Load | undefined;
    let replyBody: string;
    const pace = 2500;
    try {
      const connections = await openConnections(server.port, site.ca, devices);
      const first = await (connections[0] as Connection).send(requests[0] as Buffer);
      expectNothingWanted(first);
      replyBody = first.body.toString();
      ours = await measure(server.pid, connections, requests, expectNothingWanted);
      const request = (index: number): Buffer => requests[index] as Buffer;
      if (ours.perSecond > pace * 1.2)
        paced = await openLoop({ connections, request, check: expectNothingWanted, perSecond: pace, measureMs: 5000 });
      for (const connection of connections) connection.close();
    } finally {
      await server.stop();
    }

    const bare = await bareServer(site, replyBody);
    let peer: Measured;
    try {
      const connections = await openConnections(bare.port, site.ca, devices);
      peer = await measure(bare.pid, connections, requests, expectOk);
      for (const connection of connections) connection.close();
    } finally {
      bare.stop();
    }

    return {
      method: [
        `${deviceCount} devices with certificates of their own and 7 stored sections each (software: ${packages} packages), one kept-alive TLS 1.3 connection each to \`sallyport serve\`; ${inFlight} check-ins in flight from one client process that sends prepared bytes; ${warmUpMs / 1000} s warm-up, ${measureMs / 1000} s counted.`,
        `Processor use while counting: server ${(ours.serverShare * 100).toFixed(0)} %, client ${(ours.clientShare * 100).toFixed(0)} % of one core; with the peer ${(peer.serverShare * 100).toFixed(0)} % and ${(peer.clientShare * 100).toFixed(0)} %.`,
      ],
      figures: [
        { what: 'unchanged check-ins', value: ours.perSecond, unit: '/s', target: '5,000 /s' },
        { what: `latency p50, ${inFlight} in flight`, value: percentile(ours.latencies, 0.5), unit: 'ms' },
        {
          what: `latency p99, ${inFlight} in flight`,
          value: percentile(ours.latencies, 0.99),
          unit: 'ms',
          target: 'under 20 ms',
        },
        ...(paced === undefined
          ? []
          : [
              { what: `latency p50 at ${pace} /s (open loop)`, value: percentile(paced.latencies, 0.5), unit: 'ms' },
              { what: `latency p99 at ${pace} /s (open loop)`, value: percentile(paced.latencies, 0.99), unit: 'ms' },
            ]),
        {
          what: 'bare node:https, mutual TLS, same requests and reply body',
          value: peer.perSecond,
          unit: '/s',
          limit: true,
        },
        { what: 'its latency p99', value: percentile(peer.latencies, 0.99), unit: 'ms', limit: true },
        { what: 'share of the peer', value: ours.perSecond / peer.perSecond, unit: '×', limit: true },
      ],
    };
  } finally {
    site.remove();
  }
};
