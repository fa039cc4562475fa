import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { type Console, openConsole } from '../../../test/support/console.ts';
import { makeHost } from '../../../test/support/host.ts';
import { systemActor } from '../../engine/objects/types.ts';

let site: Console;
beforeAll(async () => {
  site = await openConsole();
  const host = makeHost(join(site.dataDir, 'host'));
  await host.publish();
  const trust = await host.trustFile(join(site.dataDir, 'trust'));
  await site.appliance.exchange.importTrust({ ...systemActor, rights: new Set(['all']) }, trust, host.rootFingerprint);
});
afterAll(async () => {
  vi.useRealTimers();
  await site.close();
});

it.each(['debian', 'rhel'])(
  'the package for %s is given under the name that the page showed, whenever it is asked for',
  async (system) => {
    const admin = await site.as('administrator');
    const wishes = { client: 'agent', system, server: 'https://localhost:0', days: '7', approve: 'manual' };
    const shown = await (await admin.post(paths.deviceAdd(), wishes)).text();
    const secret = /<code id="secret"[^>]*>\s*([^<\s]+)/.exec(shown)?.[1] ?? '';
    const file = /value="(sallyport-agent-site[^"]+)"/.exec(shown)?.[1] ?? '';
    vi.useFakeTimers({ toFake: ['Date'], now: nowMs() + 90_000 });
    const answer = await admin.post(paths.deviceAddFile(), { ...wishes, secret, file });
    vi.useRealTimers();
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, `attachment; filename="${file}"`]);
  },
);
