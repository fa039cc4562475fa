import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync } from 'node:zlib';
import { decodeOffline } from '@sallyport/appliance/features/offline-import/decode';
import { offlineInputs } from '@sallyport/appliance/features/offline-import/files';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { storedZip } from '../../support/stored-zip.ts';
import { scratchFolder } from '../scratch.ts';
import { demand, type FuzzTarget } from '../target.ts';

const at = '2026-05-01T00:00:00Z';
const items = [{ type: 'deb', name: 'bash', version: '5' }];
const own = JSON.stringify({
  format: 'sallyport-inventory/1',
  agentVersion: '1',
  collectedAt: at,
  device: { uuid: null, serial: 's', macs: [], hostname: 'h', os: 'linux', arch: 'amd64' },
  sections: { software: { hash: sectionHash(items), collectedAt: at, items } },
});
const glpi = '{"action":"inventory","deviceid":"h-2026-05-01-00-00-00","content":{"hardware":{"name":"h"}}}';
const xml =
  '<?xml version="1.0"?><REQUEST><CONTENT><HARDWARE><NAME>h</NAME></HARDWARE></CONTENT><DEVICEID>h-1</DEVICEID><QUERY>INVENTORY</QUERY></REQUEST>';
const folder = scratchFolder();
const limits = { maxFileBytes: 1 << 20, maxFiles: 50, maxTotalBytes: 4 << 20 };

// A file from a medium: of any format, packed or plain, or a zip of such files.
export const target: FuzzTarget = {
  name: 'offline',
  run: async (data) => {
    const path = join(folder, 'offline');
    writeFileSync(path, data);
    try {
      let total = 0;
      for await (const input of offlineInputs(path, limits)) {
        if (!('bytes' in input)) continue;
        total += input.bytes.length;
        demand(input.bytes.length <= limits.maxFileBytes && total <= limits.maxTotalBytes, 'what is read is bounded');
        const moment = { fileTime: 0, now: Date.parse(at) };
        const files = await decodeOffline(input.bytes, moment).catch((error: unknown) => {
          if (error instanceof Error && 'code' in error) return undefined;
          throw error;
        });
        demand(
          files?.every(({ collectedAt }) => collectedAt <= moment.now) ?? true,
          'no inventory comes from the future',
        );
      }
    } finally {
      rmSync(path, { force: true });
    }
  },
  seeds: () => [
    own,
    glpi,
    xml,
    deflateSync(xml),
    storedZip([
      ['a/own.json', own],
      ['b.xml', xml],
    ]),
  ],
  words: [
    '"sections"',
    '"sallyport-inventory/1"',
    '<CONTENT>',
    '<ACCESSLOG>',
    '<LOGDATE>',
    'PK\u0003\u0004',
    'PK\u0001\u0002',
  ],
};
