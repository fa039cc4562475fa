import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fileImports } from '../../src/features/controller-imports/service.ts';
import { sharedMaps } from '../../src/features/controllers/shared-maps.ts';
import { immediate } from '../../src/platform/database.ts';
import { wholeSite } from '../../src/platform/scope.ts';
import { admin, type Engines, openEngines } from '../support/engines.ts';

// Real captures of controllers from the data folder, imported as a person would: what the records hold afterwards.

const archive = join(
  env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../shared/data'),
  'ot-captures.tar.gz',
);

describe.skipIf(!existsSync(archive))('real captures as records (skipped where ot-captures.tar.gz is absent)', () => {
  let folder = '';
  let engines: Engines;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-captures-'));
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
    engines = await openEngines({ maps: sharedMaps });
  });
  afterAll(() => {
    engines.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const take = (name: string) =>
    fileImports({ ...engines, transact: (work) => immediate(engines.db, work) }).importFile(
      admin,
      join(folder, 'pcaps', name),
    );
  /** What the record of an address shows as observed. */
  const recordAt = (address: string): Record<string, string> => {
    const ids = engines.controllers.ids(0, 1_000);
    const found = ids.filter((id) => engines.controllers.parts(id)[0]?.observed['address'] === address);
    expect(found).toHaveLength(1);
    return { ...engines.controllers.parts(found[0] ?? 0)[0]?.observed };
  };

  it.each([
    [
      's7/s7comm_reading_plc_status.pcap',
      1,
      '192.168.1.40',
      {
        vendor: 'Siemens',
        orderNumber: '6ES7 151-8AB01-0AB0',
        firmware: 'V3.2.6',
        serial: 'S C-C6TW74882012',
        memoryCardSerial: 'MMC 2900FC1A',
        keySwitch: 'RUN_P',
        mode: 'RUN',
        mac: '00:1b:1b:23:eb:3b',
      },
    ],
    [
      's7/tia_s300_goOnline.pcapng',
      1,
      '134.217.61.211',
      { vendor: 'Siemens', orderNumber: '6ES7 315-2EH14-0AB0', serial: 'S C-B1U393142011', firmware: 'V3.2.7' },
    ],
    [
      'EthernetIP/enip_test.pcap',
      1,
      '10.1.1.164',
      {
        vendor: 'Rockwell Automation',
        model: '1756-ENBT/A',
        cipTuple: '1/12/58',
        firmware: '4.003',
        serial: '0x00524d8e',
      },
    ],
    [
      'BACnet/bacnet_test.pcap',
      1,
      '10.1.1.165',
      { vendorRaw: 'JCI', model: 'MS-NAE4510-2', firmware: '5.1.0.4400', name: 'KBRNAE' },
    ],
    ['modicon/modicon_test.pcap', 1, '192.168.63.253', { model: '140 CPU 311 10' }],
    [
      'profinet/profinet-wireshark-bug.pcap',
      1,
      '192.168.0.11',
      { model: 'S7-300EC', stationName: '%n%n%n', mac: '00:02:e3:17:c7:50' },
    ],
    [
      'profinet/PROFINET-RT-DCP/ChangeIPUsingDCP.pcap',
      1,
      '192.168.0.6',
      { vendor: 'Siemens', stationName: 'X208-BORD', mac: '08:00:06:93:cf:32' },
    ],
    [
      'ModbusTCP/mb2.pcap',
      // Three of them are switches that only asked for their own names.
      33,
      '141.81.0.190',
      { vendor: 'Siemens', orderNumber: '6GK5 212-2BB00-2AA3', firmware: 'V4.02', hwVersion: '7', name: 'Switch1' },
    ],
  ])('%s gives %i, and %s as it said itself', async (name, count, address, expected) => {
    const first = await take(name);
    expect(first.summary).toMatchObject({ created: count, conflicts: 0, refused: 0 });
    expect(recordAt(address)).toMatchObject(expected);
    expect((await take(name)).summary).toMatchObject({ created: 0, changed: 0, unchanged: count, facts: 0 });
  });

  it('gives no device the MAC address of the router that stands before it', () => {
    // Both captures were made behind the same one.
    for (const address of ['10.1.1.164', '10.1.1.165']) expect(recordAt(address)['mac']).toBeUndefined();
  });

  it('tells of the two sets over DCP as events', () => {
    const { rows } = engines.events.list({ scope: wholeSite('job'), type: ['controller-control-traffic'], limit: 10 });
    expect(rows.map(({ params }) => `${params['what']} ${params['target']}`).toSorted()).toEqual([
      'dcp-set 00:02:e3:17:c7:50',
      'dcp-set 08:00:06:93:cf:32',
    ]);
  });
});
