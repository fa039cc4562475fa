import { mapMessage } from '@sallyport/appliance/features/agents/glpi/decode';
import { readHead, readMessage } from '@sallyport/appliance/features/agents/glpi/message';
import { sectionTable } from '@sallyport/appliance/features/agents/glpi/section-table';
import { sectionHash } from '@sallyport/appliance/platform/section-hash';
import { linuxContent, xmlMessage } from '../../../appliance/test/support/glpi-client.ts';
import { demand, type FuzzTarget } from '../target.ts';

const collections = new Set(sectionTable.map(({ collection }) => collection));

/** Both dialects from their plain bytes to the sections of our collections, whole and partial. */
export const target: FuzzTarget = {
  name: 'glpi-report',
  maxBytes: 16_384,
  run: (data) => {
    readHead(data);
    const message = readMessage(data);
    for (const isOcs of [false, true]) {
      const report = mapMessage(message, { isOcs, now: 1_764_000_000_000 });
      for (const { collection, items, onto } of report.sections) {
        demand(collections.has(collection), 'a section belongs to a collection of the table');
        const hash = sectionHash(items);
        const again = onto?.(items);
        if (again !== undefined)
          demand(sectionHash(onto?.(again) ?? []) === sectionHash(again), 'a partial report twice is the same as once'); // prettier-ignore
        demand(/^[0-9a-f]{64}$/.test(hash), 'a section has a hash');
      }
    }
  },
  seeds: () => {
    const content = linuxContent({
      usbdevices: [{ name: 'Stick', vendorid: '0781', productid: '5567' }],
      drives: [{ type: '/', volumn: '/dev/sda1', filesystem: 'ext4', total: 1000, encrypt_status: 'Yes' }],
      antivirus: [{ name: 'Shield', enabled: true, uptodate: '0', expiration: '01/02/2027' }],
    });
    const message = { action: 'inventory', deviceid: 'a-2026-01-02-03-04-05', itemtype: 'Computer', content };
    return [
      JSON.stringify(message),
      JSON.stringify({ ...message, partial: true }),
      xmlMessage('INVENTORY', 'a-2026-01-02-03-04-05', content),
      xmlMessage('PROLOG', 'a-2026-01-02-03-04-05'),
    ];
  },
  words: [
    '"partial":true',
    '"deviceid":"',
    '"softwares":[',
    '"networks":',
    '<SOFTWARES>',
    '<NAME>',
    '2026/00/01',
    '"from":"deb"',
    '+0500',
    'KB5031354',
  ], // prettier-ignore
};
