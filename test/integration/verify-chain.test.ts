import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { immediate } from '@sallyport/appliance/platform/database';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, openAnonymous, openConnection, requestBytes } from '../bench/support/raw-client.ts';
import {
  enrolDevices,
  makeSite,
  type RunningServer,
  type Site,
  startServer,
  withAppliance,
} from '../bench/support/site.ts';

// A long audit chain is verified while devices go on: they are answered meanwhile.

const entries = 10_000;
/** Without breaks only the one or two are answered that come before it. */
const leastCheckIns = 10;

describe('verifying a long audit chain', () => {
  let site: Site;
  let server: RunningServer;
  let device: Connection;
  let secret = '';

  beforeAll(async () => {
    site = await makeSite('verify-chain');
    const certified = await withAppliance(site, async (appliance) => {
      const { accounts, events, objects, db } = appliance;
      const account = objects.findBy('account', 'name', 'administrator');
      if (account === undefined) throw new Error('no administrator');
      secret = accounts.createApiToken(systemActor, { name: 'reader', account: account.id }).secret;
      immediate(db, () => {
        for (let n = 0; n < entries; n += 1)
          events.record('server-started', { actor: 'system:appliance', params: { version: '0.0.1' } });
      });
      return enrolDevices(appliance, 1, { certified: true });
    });
    server = await startServer(site);
    if (certified[0] === undefined) throw new Error('no device');
    device = await openConnection(server.port, site.ca, certified[0]);
  });
  afterAll(async () => {
    device?.close();
    await server?.stop();
    site?.remove();
  });

  it('lets devices be answered meanwhile, and who asks at the same time gets the same', async () => {
    const checkIn = requestBytes('POST', `${nativePrefix}/check-in`, {
      bootId: 'b'.repeat(32),
      seq: 1,
      version: '0.1.0',
      sections: {},
    });
    expect((await device.send(checkIn)).status).toBe(200);
    const head = `Host: localhost\r\nAuthorization: Bearer ${secret}\r\nContent-Length: 0\r\n\r\n`;
    const askers = await Promise.all([1, 2, 3].map(() => openAnonymous(server.port, site.ca)));
    const state = { over: false };
    const verified = Promise.all(
      askers.map((asker) => asker.send(Buffer.from(`POST /api/v1/audit/verify HTTP/1.1\r\n${head}`))),
    ).finally(() => {
      state.over = true;
    });
    let answered = 0;
    while (!state.over) {
      expect((await device.send(checkIn)).status).toBe(200);
      answered += 1;
    }
    const reports = (await verified).map(({ body }) => JSON.parse(body.toString()) as { ok: boolean; length: number });
    for (const asker of askers) asker.close();
    expect(reports[0]?.ok).toBe(true);
    expect(reports[0]?.length).toBeGreaterThan(entries);
    expect(new Set(reports.map((report) => JSON.stringify(report))).size).toBe(1);
    expect(answered).toBeGreaterThan(leastCheckIns);
  });
});
