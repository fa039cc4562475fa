import { join } from 'node:path';
import { examine } from '@sallyport/appliance/doctor';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openDatabase } from '@sallyport/appliance/platform/database';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKeyAndRequest } from '../../agent/src/identity/x509.ts';
import {
  type Connection,
  openAnonymous,
  openConnection,
  type Reply,
  requestBytes,
} from '../bench/support/raw-client.ts';
import {
  type Certified,
  enrolDevices,
  makeSite,
  type RunningServer,
  type Site,
  startServer,
  withAppliance,
} from '../bench/support/site.ts';
import { until } from '../support/until.ts';
import { newId } from './intake-kill-device.ts';

// Another program writes into the database of a running server and does not end: who only tells something is answered, who does
// something is answered once it can be done, and nobody waits for them.

describe('a server beside which another program holds the write lock', () => {
  let site: Site;
  let server: RunningServer;
  let secret = '';
  const open: Connection[] = [];
  const device = {} as Record<'first' | 'other' | 'busy', Certified>;

  const connected = async (certified: Certified): Promise<Connection> => {
    const connection = await openConnection(server.port, site.ca, certified);
    open.push(connection);
    return connection;
  };
  const post = (path: string, body: object): Buffer => requestBytes('POST', `${nativePrefix}${path}`, body);
  const hello = (): Buffer => post('/check-in', { bootId: newId(), seq: 1, version: '1', sections: {} });
  const checkIn = async (certified: Certified): Promise<number> =>
    (await (await connected(certified)).send(hello())).status;
  const renewed = async (certified: Certified): Promise<Certified> => {
    const { keyPem, csrPem } = await newKeyAndRequest();
    const { status, body } = await (await connected(certified)).send(post('/renew', { csr: csrPem }));
    expect(status).toBe(200);
    return { ...certified, key: keyPem, cert: String(JSON.parse(body.toString())['certificate']) };
  };
  /** Does something while a connection of this process has the write lock. */
  const whileHeld = async (work: () => Promise<void>): Promise<void> => {
    const other = openDatabase(join(site.dataDir, 'state.db'));
    other.exec('begin immediate');
    try {
      await work();
    } finally {
      other.close();
    }
  };
  const certificatesOf = ({ id }: Certified): Promise<Record<string, number>> =>
    withAppliance(site, ({ devices }) => {
      const states: Record<string, number> = {};
      for (const { state } of devices.certificates(id)) states[state] = (states[state] ?? 0) + 1;
      return states;
    });

  beforeAll(async () => {
    site = await makeSite('write-lock');
    await withAppliance(site, async (appliance) => {
      const account = appliance.objects.findBy('account', 'name', 'administrator');
      if (account === undefined) throw new Error('no administrator');
      secret = appliance.accounts.createApiToken(systemActor, { name: 'reader', account: account.id }).secret;
      const [first, other, busy] = await enrolDevices(appliance, 3, { certified: true });
      if (first === undefined || other === undefined || busy === undefined) throw new Error('no devices');
      Object.assign(device, { first, other, busy });
    });
    server = await startServer(site);
  });
  afterAll(async () => {
    for (const connection of open) connection.close();
    await server?.stop();
    site?.remove();
  });

  it('answers the first check-in with a certificate, refuses the one that it replaced, and writes it down afterwards', async () => {
    expect(await checkIn(device.first)).toBe(200);
    await until(async () => (await certificatesOf(device.first))['active'] === 1);
    const before = device.first;
    device.first = await renewed(before);
    await whileHeld(async () => {
      expect(await checkIn(before)).toBe(200);
      expect(await checkIn(device.first)).toBe(200);
      expect(await checkIn(before)).toBe(401);
      expect(await checkIn(device.first)).toBe(200);
    });
    await until(async () => {
      const states = await certificatesOf(device.first);
      return states['active'] === 1 && states['superseded'] === 1;
    });
    const told = await withAppliance(site, ({ events }) =>
      events.list({
        scope: wholeSite('job'),
        type: ['device-certificate-renewed'],
        device: device.first.id,
        limit: 10,
      }),
    );
    expect(told.rows).toHaveLength(2);
    expect(await checkIn(before)).toBe(401);
  });

  it('shows devices to who reads them', async () => {
    const reader = await openAnonymous(server.port, site.ca);
    open.push(reader);
    await whileHeld(async () => {
      expect(await checkIn(device.other)).toBe(200);
      const head = `Host: localhost\r\nAuthorization: Bearer ${secret}\r\n\r\n`;
      const { status } = await reader.send(Buffer.from(`GET /api/v1/devices HTTP/1.1\r\n${head}`));
      expect(status).toBe(200);
    });
  });

  it('answers others while an act waits for the lock, and does it then', async () => {
    const busy = await connected(device.busy);
    const events = [
      {
        id: newId(),
        type: 'object.refused',
        at: '2026-11-24T10:00:00Z',
        params: { object: 'a', code: 'HASH', reason: 'a test' },
      },
    ];
    const answered: { reply?: Reply } = {};
    let told: Promise<void> | undefined;
    await whileHeld(async () => {
      told = busy.send(post('/events', { events })).then((reply) => {
        answered.reply = reply;
      });
      for (let n = 0; n < 20; n += 1) expect(await checkIn(device.other)).toBe(200);
      expect(answered).toEqual({});
    });
    await told;
    expect(answered.reply?.status).toBe(200);
    const page = await withAppliance(site, ({ events: journal }) =>
      journal.list({ scope: wholeSite('job'), type: ['agent-refused-object'], device: device.busy.id, limit: 10 }),
    );
    expect(page.rows).toHaveLength(1);
  });

  it('is sound when it is killed before it wrote down what it was told', async () => {
    const before = device.other;
    const next = await renewed(before);
    await whileHeld(async () => {
      expect(await checkIn(next)).toBe(200);
      process.kill(server.pid, 'SIGKILL');
      await until(async () => server.hasEnded());
    });
    expect(await certificatesOf(next)).toEqual({ active: 1, issued: 1 });
    await withAppliance(site, async (appliance) => {
      expect((await examine(appliance)).filter(({ severity }) => severity === 'finding')).toEqual([]);
    });
    server = await startServer(site);
    expect(await checkIn(next)).toBe(200);
    expect(await checkIn(before)).toBe(401);
    await until(async () => (await certificatesOf(next))['superseded'] === 1);
  });
});
