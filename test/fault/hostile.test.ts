import { request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type TLSSocket } from 'node:tls';
import { compose } from '@sallyport/appliance/compose';
import type { Actor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { residentMb } from '../bench/support/process.ts';
import {
  type Certified,
  enrolDevices,
  makeSite,
  type RunningServer,
  type Site,
  startServer,
} from '../bench/support/site.ts';
import { type EntryPoints, type Hostile, hostileRequest } from '../fuzz/hostile-requests.ts';
import { seed } from '../support/chance.ts';
import { failuresIn } from '../support/commands.ts';
import { isLong } from '../support/long.ts';
import { makeToken } from '../support/tokens.ts';

// Hostile requests at every door that agents have, with and without the credentials of an enrolled device: the server
// answers each, never with a failure of its own, and is as small afterwards as before.

const count = isLong ? 1_000_000 : 2_000;
const lanes = 24;
/** Sockets that send a body byte by byte, meanwhile. */
const slowBodies = 16;
const log = openLog('silent');

type Answer = { status: number; retryAfter: string | undefined };

/** 503 is back-pressure; 501 is how GLPI's dialect says that a server does not take an action. */
const isFailure = (status: number, { path }: Hostile): boolean =>
  status >= 500 && status !== 503 && !(status === 501 && path.startsWith('/a/'));

describe('requests of an attacker', () => {
  let site: Site;
  let server: RunningServer;
  let devices: Certified[];
  let entryPoints: EntryPoints;
  const seen = { byStatus: new Map<number, number>(), cut: 0 };

  beforeAll(async () => {
    site = await makeSite('hostile');
    const appliance = await compose({ dataDir: site.dataDir, log });
    devices = await enrolDevices(appliance, 4, { certified: true });
    const { objects } = appliance;
    // The lanes come as one of four devices, so each task is asked for by its own device and by others.
    const anna: Actor = { type: 'account', id: 'anna', label: 'Anna', rights: new Set(['all']) };
    const enrolledFirst = appliance.devices.list({ limit: 100 }).rows.sort((a, b) => a.id - b.id);
    const tasks = enrolledFirst
      .slice(0, 2)
      .map(({ publicId }) => appliance.deviceTasks.ask(anna, publicId, { kind: 'show-log', lines: 5 }, 'test').id);
    entryPoints = {
      glpiToken: makeToken(objects, 'glpi'),
      osquerySecret: makeToken(objects, 'osquery'),
      osqueryKey: 'not-enrolled-yet',
      tasks,
    };
    await appliance.close();
    server = await startServer(site);
    const enrolled = await send(
      await open(undefined),
      {
        method: 'POST',
        path: '/api/osquery/enroll',
        headers: { 'content-type': 'application/json' },
        kind: '',
        device: false,
        body: Buffer.from(
          JSON.stringify({ enroll_secret: entryPoints.osquerySecret, host_identifier: 'a1', host_details: {} }),
        ),
      },
      true,
    ); // prettier-ignore
    const { node_key: osqueryKey } = JSON.parse(enrolled.text) as { node_key?: string };
    if (osqueryKey === undefined) throw new Error(`no node came in: ${enrolled.text}`);
    entryPoints = { ...entryPoints, osqueryKey };
  });
  afterAll(async () => {
    await server?.stop();
    site?.remove();
  });

  const open = (device: Certified | undefined): Promise<TLSSocket> =>
    new Promise((resolve, reject) => {
      const identity = device === undefined ? {} : { key: device.key, cert: device.cert };
      const socket = connect({
        host: '127.0.0.1',
        port: server.port,
        ca: site.ca,
        servername: 'localhost',
        ...identity,
      });
      socket.once('error', reject);
      socket.once('secureConnect', () => resolve(socket));
    });

  /** One request over one connection; `cut` where the server closed before it was through. */
  const send = (
    socket: TLSSocket,
    hostile: Hostile,
    whole = false,
  ): Promise<Answer & { text: string; closed: boolean }> =>
    new Promise((resolve, reject) => {
      const outgoing = request({
        createConnection: () => socket,
        method: hostile.method,
        path: hostile.path,
        headers: { ...hostile.headers, 'content-length': String(hostile.body.length), connection: 'keep-alive' },
        setDefaultHeaders: true,
      });
      outgoing.once('error', reject);
      outgoing.once('response', (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => whole && chunks.push(chunk));
        response.once('error', reject);
        response.once('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            retryAfter: response.headers['retry-after'],
            text: Buffer.concat(chunks).toString(),
            closed: response.headers.connection === 'close' || !outgoing.writableFinished,
          }),
        );
      });
      outgoing.end(hostile.body);
    });

  /** A lane keeps a connection with and one without a certificate, and opens another when one was closed. */
  const lane = async (from: number): Promise<void> => {
    const held = new Map<boolean, TLSSocket>();
    for (let n = from; n < count; n += lanes) {
      if (isLong && n % 50_000 === 0) console.info(`${n} requests, ${Math.round(residentMb(server.pid))} MB`);
      const hostile = hostileRequest(seed, n, entryPoints);
      const usable = held.get(hostile.device);
      const socket =
        usable !== undefined && !usable.destroyed && usable.writable
          ? usable
          : await open(hostile.device ? devices[from % devices.length] : undefined);
      held.set(hostile.device, socket);
      socket.removeAllListeners('error').on('error', () => undefined);
      try {
        const answer = await send(socket, hostile);
        seen.byStatus.set(answer.status, (seen.byStatus.get(answer.status) ?? 0) + 1);
        const what = `${n} of seed ${seed}: ${hostile.method} ${hostile.path.slice(0, 80)}, ${hostile.kind}`;
        // Whoever says anything else of its content has inflated it; log lines and answers of osquery that are too large are
        // dropped unread, as said in 020.
        const inflated = /\/osquery\/(log|distributed\/write)$/.test(hostile.path) ? [202, 400] : [200, 202, 400];
        if (hostile.kind === 'a bomb' && inflated.includes(answer.status))
          throw new Error(`${answer.status} for ${what}`);
        if (isFailure(answer.status, hostile)) throw new Error(`${answer.status} for ${what}`);
        if (answer.closed) socket.destroy();
      } catch (error) {
        if (error instanceof Error && /for \d+ of seed/.test(error.message)) throw error;
        // It was refused before it had sent everything.
        seen.cut += 1;
        socket.destroy();
      }
    }
    for (const socket of held.values()) socket.destroy();
  };

  const slow = async (over: { now: boolean }, n: number): Promise<void> => {
    while (!over.now) {
      const socket = await open(devices[n % devices.length]);
      socket.on('error', () => undefined);
      socket.write(
        'PUT /api/agent/v1/sections/software HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 4000\r\n\r\n{',
      );
      for (let turn = 0; turn < 40 && !over.now && !socket.destroyed; turn += 1) {
        socket.write(' ');
        await sleep(50);
      }
      socket.destroy();
    }
  };

  const health = async (): Promise<number> => {
    const socket = await open(undefined);
    const answer = await send(socket, {
      method: 'GET',
      path: '/healthz',
      headers: {},
      body: Buffer.alloc(0),
      device: false,
      kind: '',
    });
    socket.destroy();
    return answer.status;
  };

  it(
    `neither break the server nor make it grow (${count}, seed ${seed})`,
    async () => {
      const over = { now: false };
      const slowOnes = Array.from({ length: slowBodies }, (_, n) => slow(over, n));
      // Caches, compiled code and the heap's first size come with the first tenth.
      const sizes: number[] = [];
      const watch = setInterval(() => sizes.push(residentMb(server.pid)), isLong ? 5_000 : 250);
      try {
        await Promise.all(Array.from({ length: lanes }, (_, n) => lane(n)));
      } finally {
        clearInterval(watch);
        over.now = true;
        await Promise.all(slowOnes);
      }
      expect(await health()).toBe(200);
      // A task that there is is as good as none to any other device, whatever the flood has made of it.
      const stolen = {
        result: { attempt: 1, steps: [{ name: 'log', ms: 1, output: 'stolen', exit: 0 }], state: 'completed' },
        permit: { what: 'connect', controller: '1', protocol: 'modbus', kind: 'tcp' },
      };
      for (const task of entryPoints.tasks)
        for (const name of ['result', 'permit'] as const) {
          const socket = await open(devices[2]);
          const answer = await send(
            socket,
            {
              method: 'POST',
              path: `/api/agent/v1/tasks/${task}/${name}`,
              headers: { 'content-type': 'application/json' },
              body: Buffer.from(JSON.stringify(stolen[name])),
              device: true,
              kind: '',
            },
            true,
          );
          socket.destroy();
          // So many boots under one key are two machines: after the long flood the device is held, and is told nothing.
          const held = isLong ? [401, 429] : [];
          expect([name === 'result' ? 404 : 410, ...held], answer.text).toContain(answer.status);
        }
      // A door may tell its clients to come again where something of ours failed.
      expect(failuresIn(server.output()).slice(0, 5)).toEqual([]);
      const answered = [...seen.byStatus.values()].reduce((sum, n) => sum + n, 0);
      if (isLong)
        console.info(Object.fromEntries(seen.byStatus), `cut ${seen.cut}`, `MB ${sizes.map(Math.round).join(' ')}`);
      expect(answered + seen.cut).toBe(count);
      // The doors were reached: some of it is even valid.
      expect(seen.byStatus.get(400) ?? 0).toBeGreaterThan(count / 20);
      expect(answered).toBeGreaterThan(count * 0.8);
      const early = Math.max(...sizes.slice(0, Math.ceil(sizes.length / 4)));
      const late = Math.min(...sizes.slice(-Math.ceil(sizes.length / 4)));
      expect(late).toBeLessThan(early + 150);
    },
    isLong ? 3_600_000 : 120_000,
  );
});
