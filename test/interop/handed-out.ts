import { readFileSync } from 'node:fs';
import { kitFor } from '@sallyport/appliance/features/add-device/kit';
import type { Kit } from '@sallyport/appliance/features/add-device/types';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { AgentSite } from '../integration/agent-site.ts';

/** What *Add a device* of this site hands out for our own agent, with a new token. */
export const handedOut = (site: AgentSite, system: 'debian' | 'windows'): Kit =>
  kitFor({
    client: 'agent',
    system,
    server: site.server,
    secret: readFileSync(site.token(), 'utf8').trim(),
    caPem: site.appliance.ca.certificatePem,
    fingerprint: site.fingerprint(),
    caFingerprint: site.fingerprint(),
    folder: '/etc/sallyport',
    atMs: nowMs(),
  });
