import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { newTokenSecret, tokenHash } from './types.ts';

const uuid = '4c4c4544-0031-3510-8052-b4c04f4a3732';
const secret = newTokenSecret();
const site = await openConsole();
const admin = await site.as('administrator');
site.appliance.objects.ofAnyKind.create(systemActor, 'token', {
  name: 'agent',
  purpose: 'agent',
  hash: tokenHash(secret),
  approve: 'manual',
});
afterAll(() => site.close());

const ask = (key: string, serial: string, mac: string) =>
  site.appliance.devices.enrolClient({
    source: 'native',
    token: secret,
    clientId: key,
    keyDigest: key,
    facts: { hostname: 'press-4', uuid, serial, macs: [mac], agentVersion: '1' },
    from: '192.0.2.4',
  }).device;

describe('the page of a device that was in, at which a client waits', () => {
  it('shows what the client says beside what is known, and marks what differs', async () => {
    const [first, second] = ['a'.repeat(64), 'b'.repeat(64)];
    const device = ask(first, 'KNOWN-1', '00:1b:21:aa:bb:01');
    const before = await admin.html(paths.device(device.publicId));
    expect(before).toContain('KNOWN-1');
    expect(before).not.toContain('differs from what is known');
    site.appliance.devices.approve(systemActor, device.id, first);
    const claimed = ask(second, 'SAID-2', '00:1B:21:AA:BB:01');
    expect(claimed.id).toBe(device.id);
    const page = await admin.html(paths.device(device.publicId));
    expect(page).toContain('SAID-2');
    expect(page).toContain('differs from what is known of the device: KNOWN-1');
    expect(page).toContain('as known of the device: 00:1b:21:aa:bb:01');
  });
});
