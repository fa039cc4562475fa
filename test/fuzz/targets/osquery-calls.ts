import { readQueryName } from '@sallyport/appliance/features/agents/osquery/names';
import { enrolBody, factsOf } from '@sallyport/appliance/features/agents/osquery/routes';
import { toIdentity } from '@sallyport/appliance/features/devices/identity';
import { parseBody } from '@sallyport/appliance/platform/http/body';
import { demand, type FuzzTarget } from '../target.ts';

// What comes before a node has a key: who it says it is. Every fact is a claim, bounded and clean.
export const target: FuzzTarget = {
  name: 'osquery-calls',
  run: async (data) => {
    const name = readQueryName(data.toString('latin1'));
    if (name !== undefined && name.kind !== 'inventory') demand(name.id.length <= 64, 'an id is bounded');
    const parsed = enrolBody.safeParse(await parseBody(data));
    if (!parsed.success) return;
    const facts = factsOf(parsed.data);
    for (const text of [facts.hostname, facts.os ?? '', facts.arch ?? '', facts.agentVersion ?? ''])
      demand(text.length <= 255 && !/[\u0000-\u001f\u007f]/.test(text), 'a fact is one line of bounded text');
    toIdentity({ uuid: facts.uuid ?? undefined, serial: facts.serial ?? undefined, macs: [] });
  },
  seeds: () => [
    JSON.stringify({
      enroll_secret: 's',
      host_identifier: 'h',
      platform_type: '9',
      host_details: {
        os_version: {
          platform: 'ubuntu',
          version: '22.04.5 LTS (Jammy Jellyfish)',
          name: 'Ubuntu',
          major: '22',
          arch: 'x86_64',
        },
        osquery_info: { version: '5.14.1' },
        system_info: { hostname: 'h', uuid: '00112233-4455-6677-8899-AABBCCDDEEFF', hardware_serial: 'S1' },
        platform_info: { vendor: 'V' },
      },
    }),
    '{"host_details":[],"host_identifier":"only this"}',
  ],
  words: ['sp:inv:', 'sp:live:', 'sp:carve:', '"os_version"', '"system_info"', '\u0000', '"version":"'],
};
