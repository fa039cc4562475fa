import { randomUUID } from 'node:crypto';
import { request } from 'node:https';
import { gzipSync } from 'node:zlib';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { glpiClient, linuxContent } from '../../appliance/test/support/glpi-client.ts';
import {
  type Certified,
  enrolDevices,
  makeSite,
  type RunningServer,
  type Site,
  startServer,
  withAppliance,
} from '../bench/support/site.ts';
import type { Target } from './strangers.ts';
import { makeToken } from './tokens.ts';

// Devices that the site knows, one of each source, which go on while strangers do their worst. They come from 127.0.0.1, each call
// on a connection of its own: a device that keeps one has it easier.

export type KnownDevices = {
  /** The status of one call of each; 0 where there was no answer. */
  round(): Promise<Record<string, number>>;
  native(): Promise<number>;
};

type Keys = { certified: Certified; nodeKey: string; glpiToken: string; osquerySecret: string };

/** Makes the tokens and the device with a certificate; the others come in over the running server. */
const makeKeys = (site: Site): Promise<Omit<Keys, 'nodeKey'>> =>
  withAppliance(site, async (appliance) => {
    const [certified] = await enrolDevices(appliance, 1, { certified: true });
    if (certified === undefined) throw new Error('no device');
    const { objects } = appliance;
    return { certified, glpiToken: makeToken(objects, 'glpi'), osquerySecret: makeToken(objects, 'osquery') };
  });

/** So many files the server may have open. */
export const mostFiles = 300;

export type Besieged = {
  readonly site: Site;
  readonly keys: Omit<Keys, 'nodeKey'>;
  readonly server: RunningServer;
  readonly target: Target;
};

/** A server that may open few files, and the keys of those whom it knows; `prepare` is called before it starts. */
export const besieged = async (prepare: (site: Site) => Promise<void> = async () => undefined): Promise<Besieged> => {
  const site = await makeSite('strangers');
  const keys = await makeKeys(site);
  await prepare(site);
  const server = await startServer(site, ['prlimit', `--nofile=${mostFiles}:${mostFiles}`]);
  return { site, keys, server, target: { port: server.port, ca: site.ca, glpiToken: keys.glpiToken } };
};

type Answer = { status: number; body: Buffer };

const call = (
  { port, ca }: Target,
  options: { method?: string; path: string; headers?: Record<string, string>; device?: Certified },
  body: Buffer,
): Promise<Answer> =>
  new Promise((resolve) => {
    const { device, path, method = 'POST', headers = {} } = options;
    const failed = (): void => resolve({ status: 0, body: Buffer.alloc(0) });
    const outgoing = request(
      {
        host: '127.0.0.1',
        servername: 'localhost',
        localAddress: '127.0.0.1',
        agent: false,
        port,
        ca,
        path,
        method,
        headers: { ...headers, 'content-length': String(body.length) },
        ...(device === undefined ? {} : { key: device.key, cert: device.cert }),
      },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.once('error', failed);
        response.once('end', () => resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks) }));
      },
    );
    outgoing.once('error', failed);
    outgoing.setTimeout(20_000, () => outgoing.destroy());
    outgoing.end(body);
  });

const json = { 'content-type': 'application/json' };
/** More than fits into what is read before anybody knows who sends it. */
const packages = Array.from({ length: 4_000 }, (_, n) => ({
  name: `package-${n}`,
  version: `1.${n}.0-1`,
  arch: 'amd64',
  type: 'deb',
}));

/** Enrols the node and the agent, whose first reports make them known. */
export const knownDevices = async (target: Target, keys: Omit<Keys, 'nodeKey'>): Promise<KnownDevices> => {
  const post = (path: string, body: object, device?: Certified): Promise<Answer> =>
    call(
      target,
      { path, headers: json, ...(device === undefined ? {} : { device }) },
      Buffer.from(JSON.stringify(body)),
    );
  const enrolled = await post('/api/osquery/enroll', {
    enroll_secret: keys.osquerySecret,
    host_identifier: randomUUID(),
    host_details: {},
  });
  const { node_key: nodeKey } = JSON.parse(enrolled.body.toString()) as { node_key?: string };
  if (nodeKey === undefined) throw new Error(`no node came in: ${enrolled.body.toString()}`);
  const agent = glpiClient(async (path, init) => {
    const headers = init.headers as Record<string, string>;
    const answer = await call(target, { path, headers }, Buffer.from(init.body as Uint8Array));
    return new Response(answer.body.length === 0 ? null : Uint8Array.from(answer.body), {
      status: answer.status === 0 ? 599 : answer.status,
    });
  }, keys.glpiToken);
  const content = linuxContent();

  let turn = 0;
  const section = (): Promise<Answer> => {
    const items = packages.map((row, n) => (n === 0 ? { ...row, version: `2.${turn}` } : row));
    const body = { hash: sectionHash(items), collectedAt: '2026-02-01T00:00:00Z', items };
    return call(
      target,
      {
        method: 'PUT',
        path: `${nativePrefix}/sections/software`,
        headers: { ...json, 'content-encoding': 'gzip' },
        device: keys.certified,
      },
      gzipSync(JSON.stringify(body)),
    );
  };
  const checkIn = (): Promise<Answer> =>
    post(
      `${nativePrefix}/check-in`,
      { bootId: 'b'.repeat(32), seq: 1, version: '0.1.0', sections: {} },
      keys.certified,
    );
  const lines = Array.from({ length: 3_000 }, (_, n) => ({
    action: 'added',
    columns: { pid: `${n}`, name: 'x'.repeat(40) },
  }));
  const log = (order: 'first' | 'last'): Promise<Answer> =>
    post(
      '/api/osquery/log',
      order === 'first' ? { node_key: nodeKey, data: lines } : { data: lines, node_key: nodeKey },
    );

  const first = await agent.inventory(content);
  if (first.status !== 200) throw new Error(`no GLPI agent came in: ${first.status} ${first.text}`);
  return {
    native: async () => (await checkIn()).status,
    round: async () => {
      turn += 1;
      const rows = linuxContent({ softwares: packages.map(({ name, version }) => ({ name, version, from: 'deb' })) });
      const asked = {
        'a check-in': checkIn(),
        'a section': section(),
        'a poll': post('/api/osquery/distributed/read', { node_key: nodeKey }),
        'log lines behind their key': log('first'),
        'log lines before their key': log('last'),
        'a contact': agent.contact(),
        'an inventory': agent.inventory(rows),
      };
      return Object.fromEntries(
        await Promise.all(Object.entries(asked).map(async ([name, answer]) => [name, (await answer).status] as const)),
      );
    },
  };
};
