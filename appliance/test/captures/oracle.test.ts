import { execFileSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fieldsOf, hasTshark, matches } from '../../../test/support/captures/tshark.ts';
import { readCaptureFile } from '../../src/features/controller-imports/capture/read-capture-file.ts';
import { readCapture } from '../../src/features/controller-imports/pcap/read-capture.ts';
import type { CaptureGaps, Sighting } from '../../src/features/controller-imports/pcap/types.ts';

// What is read of real captures and what Wireshark's dissectors find in the same files.

const archive = join(
  env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../shared/data'),
  'ot-captures.tar.gz',
);
const names = [
  's7/s7comm_reading_plc_status.pcap',
  's7/tia_s300_goOnline.pcapng',
  'EthernetIP/enip_test.pcap',
  'BACnet/bacnet_test.pcap',
  'modicon/modicon_test.pcap',
  'profinet/PROFINET-RT-DCP/ChangeIPUsingDCP.pcap',
  'ModbusTCP/mb2.pcap',
];

/** Commands by what a filter of Wireshark finds. */
const commands: readonly (readonly [filter: string, ours: RegExp])[] = [
  ['pn_dcp.service_id == 4 && pn_dcp.service_type == 0', /^dcp-/],
  [
    's7comm.param.func == 0x1a || s7comm.param.func == 0x28 || s7comm.param.func == 0x29',
    /^s7-(?!download-block|set-clock|memory)/,
  ],
  [
    's7comm.param.userdata.funcgroup == 7 && s7comm.param.userdata.subfunc == 2 && tcp.dstport == 102',
    /^s7-set-clock$/,
  ],
  ['cip.service == 0x05 && cip.class == 0x01', /^cip-reset$/],
  [
    `(${['02', '04', '06', '07', '08', '09', '10'].map((service) => `cip.service == 0x${service}`).join(' || ')}) && cip.class >= 0x64`,
    /^cip-(?:vendor-write|start|stop)$/,
  ],
  ['modbus.func_code == 21 || (modbus.func_code == 8 && modbus.diagnostic_code == 1)', /^modbus-(?!90)/],
  [
    `bacapp.type == 0 && (${[7, 17, 20].map((service) => `bacapp.confirmed_service == ${service}`).join(' || ')})`,
    /^bacnet-/,
  ],
];

/** Frames that say who somebody is, each with the fields that say it. */
const sayings = {
  's7comm.szl.xy11.0001.index': [
    's7comm.szl.xy11.0001.index',
    's7comm.szl.xy11.0001.anz',
    's7comm.szl.xy11.0001.ausbg',
  ],
  'enip.lir.name': ['enip.lir.name'],
  'bacapp.type == 1 && bacapp.unconfirmed_service == 0': ['bacapp.instance_number'],
};

const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();

describe.skipIf(!existsSync(archive) || !hasTshark)(
  'real captures, beside tshark (skipped where ot-captures.tar.gz or tshark is absent)',
  () => {
    let folder = '';
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'sallyport-oracle-'));
      execFileSync('tar', ['-xzf', archive, '-C', folder]);
    });
    afterAll(() => rmSync(folder, { recursive: true, force: true }));

    const read = async (path: string): Promise<{ sightings: Sighting[]; gaps: CaptureGaps }> => {
      const sightings: Sighting[] = [];
      const { gaps } = await readCapture(createReadStream(path), (sighting) => sightings.push(sighting));
      return { sightings, gaps };
    };
    const said = (sightings: readonly Sighting[], protocol: string, field: string): string[] =>
      sorted(
        sightings
          .filter((one) => one.protocol === protocol)
          .flatMap(({ address, facts }) =>
            facts.filter((fact) => fact.field === field).map(({ value }) => `${address} ${value}`),
          ),
      );

    it('stations of PROFINET that asked for their names have them, as tshark sees them asked', async () => {
      const path = join(folder, 'pcaps', 'ModbusTCP/mb2.pcap');
      const { readings } = await readCaptureFile(createReadStream(path));
      const named = readings
        .filter(({ method, source }) => method === 'inferred' && source === 'dcp')
        .map(({ facts }) =>
          ['mac', 'stationName']
            .map((field) => facts.flatMap((one) => (one.field === field && 'value' in one ? [one.value] : []))[0])
            .join(' '),
        );
      const asked = fieldsOf(path, 'pn_dcp.service_id == 5 && pn_dcp.service_type == 0', [
        'eth.src',
        'pn_dcp.suboption_device_nameofstation',
      ]).map((fields) => fields.flat().join(' '));
      expect(asked.length).toBeGreaterThan(0);
      expect(sorted(named)).toEqual(sorted(asked));
    });

    it.each(names)('%s: the same commands, gaps and names', async (name) => {
      const path = join(folder, 'pcaps', name);
      const { sightings, gaps } = await read(path);
      const lost =
        'tcp.analysis.lost_segment && tcp.len > 0 && (tcp.port == 102 || tcp.port == 502 || tcp.port == 44818)';
      const [gapFrames, ...commandFrames] = matches(path, [lost, ...commands.map(([filter]) => filter)]);
      expect(gaps.count).toBe(gapFrames);
      expect(
        commands.map(([filter, ours]) => [filter, sightings.filter(({ control = '' }) => ours.test(control)).length]),
      ).toEqual(commands.map(([filter], at) => [filter, commandFrames[at]]));

      // One run for all: a frame of one of them has none of the others' fields.
      const filters = Object.keys(sayings).map((filter) => `(${filter})`);
      const frames = fieldsOf(path, filters.join(' || '), ['ip.src', ...Object.values(sayings).flat()]);
      const saying = (from: number, count: number): string[][][] =>
        frames
          .map(([address = [], ...fields]) => [address, ...fields.slice(from, from + count)])
          .filter(([, first]) => first?.join('') !== '');
      const identities = saying(0, 3);
      const modules = identities.flatMap(([[address = ''] = [], indexes = [], orders = [], versions = []]) =>
        indexes.flatMap((index, at) =>
          Number(index) === 1
            ? [{ order: `${address} ${orders[at]?.trim()}`, version: `${address} ${versions[at]}` }]
            : [],
        ),
      );
      if (modules.length > 0) {
        expect(said(sightings, 's7', 'orderNumber')).toEqual(sorted(modules.map(({ order }) => order)));
        expect(said(sightings, 's7', 'hwVersion')).toEqual(sorted(modules.map(({ version }) => version)));
      }
      const listed = saying(3, 1);
      expect(
        said(sightings, 'enip', 'model').filter((one) =>
          listed.some(([[address = ''] = []]) => one.startsWith(`${address} `)),
        ),
      ).toEqual(sorted(listed.map(([[address = ''] = [], [model = ''] = []]) => `${address} ${model}`)));
      const announced = saying(4, 1);
      const instances = said(sightings, 'bacnet', 'bacnetInstance');
      for (const [[address = ''] = [], [instance = ''] = []] of announced)
        expect(instances).toContain(`${address} ${instance}`);
    });
  },
);
