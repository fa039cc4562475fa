import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';

// The page without a script; what happens on the other computer is in test/interop/agent-push.test.ts.

const site = await openConsole();
const admin = await site.as('administrator');
afterAll(() => site.close());

const secret = 'a password of a person';
const wishes = { action: 'start', address: '127.0.0.1', hostKey: 'SHA256:abc', user: 'root', password: secret };

it('says that no network is named, and looks nowhere', async () => {
  expect(await (await admin.get(paths.agentPush())).text()).toContain('No network is named for it yet');
  const looked = await admin.post(paths.agentPush(), { action: 'look', address: '127.0.0.1' });
  expect([looked.status, (await looked.text()).includes('Its key was not read')]).toEqual([422, true]);
});

it('shows what is wrong with what was entered, and never the password again', async () => {
  site.appliance.objects.writeSetting(systemActor, 'devices.push-ranges', ['127.0.0.1']);
  for (const over of [
    { action: 'look', address: 'line-3' },
    { action: '', address: '' },
    { address: 'line-3' },
    { user: 'a b' },
    { password: '' },
  ]) {
    const answer = await admin.post(paths.agentPush(), { ...wishes, ...over });
    const html = await answer.text();
    expect([answer.status, html.match(/aria-invalid="true"/g)?.length, html.includes(secret)]).toEqual([422, 1, false]);
  }
});

it('looks at a bounded number of computers at once', async () => {
  const { agentPush } = entryParts(site.appliance);
  // Nothing answers there.
  const looks = await Promise.allSettled(Array.from({ length: 8 }, () => agentPush.look(systemActor, '127.0.0.1')));
  const codes = looks.map((one) => (one.status === 'rejected' ? (one.reason as { code: string }).code : 'answered'));
  expect(codes.filter((code) => code === 'OVERLOADED')).toHaveLength(4);
});

it('is for those who may let devices in', async () => {
  const reader = await site.as('viewer');
  expect((await reader.get(paths.agentPush())).status).toBe(403);
  expect((await reader.post(paths.agentPush(), wishes)).status).toBe(403);
});

it('hands out the packages that lie there, and nothing else', async () => {
  const folder = site.appliance.paths.agentPackages;
  mkdirSync(folder);
  writeFileSync(join(folder, 'sallyport-agent_0.1.0_amd64.deb'), 'bytes');
  writeFileSync(join(folder, 'other'), 'bytes');
  expect(await (await admin.get(paths.agentPush())).text()).toContain(
    paths.agentPackage('sallyport-agent_0.1.0_amd64.deb'),
  );
  const file = await admin.get(paths.agentPackage('sallyport-agent_0.1.0_amd64.deb'));
  expect([await file.text(), file.headers.get('content-length')]).toEqual(['bytes', '5']);
  for (const name of ['other', '..%2Fstate.db'])
    expect((await admin.get(`${paths.agentPackage('x').slice(0, -1)}${name}`)).status).toBe(404);
});
