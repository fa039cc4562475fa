import type { Appliance } from '../../appliance/src/compose.ts';
import { reporter } from '../../appliance/test/support/site.ts';
import { enrolled } from './enrolled.ts';
import type { ActSite } from './two-person-acts.ts';

/** A managed device with a file in quarantine, for acts about a device. */
export function knownDevice(appliance: Appliance): ActSite {
  const device = enrolled(appliance, 'hmi-1');
  const report = reporter(appliance.inventory);
  report(device.id, 'quarantine-file', [
    { product: 'Guard', number: '17', name: 'x.exe', path: '/srv/in/x.exe', state: 'infected' },
  ]);
  return { appliance, device: { id: device.id, publicId: device.publicId }, report };
}
