import { createHash, randomBytes } from 'node:crypto';
import type { Appliance } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../../appliance/src/features/devices/types.ts';
import { reporter } from '../../appliance/test/support/site.ts';
import type { ActSite } from './two-person-acts.ts';

/** A device that was let in. */
export function enrolled({ objects, devices }: Appliance, hostname: string) {
  const secret = newTokenSecret();
  objects.create(systemActor, 'token', { name: 'line', purpose: 'agent', hash: tokenHash(secret), approve: 'auto' });
  return devices.enrol({
    request: {
      token: secret,
      csr: '',
      agentVersion: '0.1.0',
      device: { hostname, os: 'linux', arch: 'amd64', macs: [] },
    },
    csr: { publicKey: new Uint8Array(91), keyDigest: createHash('sha256').update(randomBytes(8)).digest('hex') },
    from: '192.0.2.1',
  }).device;
}

/** A managed device with a file in quarantine, for acts about a device. */
export function knownDevice(appliance: Appliance): ActSite {
  const device = enrolled(appliance, 'hmi-1');
  const report = reporter(appliance.inventory);
  report(device.id, 'quarantine-file', [
    { product: 'Guard', number: '17', name: 'x.exe', path: '/srv/in/x.exe', state: 'infected' },
  ]);
  return { appliance, device: { id: device.id, publicId: device.publicId }, report };
}
