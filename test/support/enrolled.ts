import { createHash, randomBytes } from 'node:crypto';
import type { Appliance } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../../appliance/src/features/devices/types.ts';

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
