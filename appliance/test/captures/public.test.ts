import { spawnSync } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { describe, expect, it } from 'vitest';
import { fieldsOf, hasTshark, matches } from '../../../test/support/captures/tshark.ts';
import { readCaptureFile } from '../../src/features/controller-imports/capture/read-capture-file.ts';
import { factValue } from '../../src/features/controller-imports/facts.ts';

// Public captures, as many of them as SALLYPORT_DATA/captures holds, and what tshark finds in the same files. From GitHub:
// ITI/ICS-Security-Tools (pcaps), cisagov/icsnpp-bacnet and icsnpp-synchrophasor, haolipeng/icsnpp-iec61850-goose, and, as
// melsec-q.pcapng, that of MELSEC Q in hi-KK/ICS-Protocol-identify.

const folder = join(env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../shared/data'), 'captures');
const have = (names: readonly string[]): readonly string[] => names.filter((name) => existsSync(join(folder, name)));

const readingsOf = async (path: string): Promise<readonly Reading[]> =>
  (await readCaptureFile(createReadStream(path))).readings;
const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();
const values = ({ facts }: Pick<Reading, 'facts'>, fields: readonly string[]): string =>
  fields.map((field) => factValue({ facts }, field) ?? '').join(' ');

/** A group of captures of which those that are here are read; where none is, the group is skipped and says so. */
const over = (
  what: string,
  names: readonly string[],
  check: (path: string, readings: readonly Reading[]) => Promise<void> | void,
): void => {
  const here = hasTshark ? have(names) : [];
  describe.skipIf(here.length === 0)(`${what} (skipped without tshark and SALLYPORT_DATA/captures)`, () => {
    it.each(here)('%s: as tshark finds them', async (name) => {
      const path = join(folder, name);
      await check(path, await readingsOf(path));
    });
  });
};

over(
  'devices of BACnet',
  ['bacnet_error_reject_abort.pcap', 'bacnet_example.pcap', 'bacnet_segmented_data.pcap', 'bacnet_services.pcap'],
  (path, readings) => {
    const judged = fieldsOf(path, 'bacapp.type == 1 && bacapp.unconfirmed_service <= 1', ['bacapp.instance_number']);
    const numbers = judged.flatMap(([[number = ''] = []]) => (number === '' ? [] : [number]));
    expect(numbers.length).toBeGreaterThan(0);
    expect(sorted(readings.flatMap((one) => factValue(one, 'bacnetInstance') ?? []))).toEqual(sorted(numbers));
  },
);

over(
  'publishers of GOOSE',
  ['GOOSE.pcap', 'GOOSE_DEMO.pcap', 'Sample_File_GOOSE.pcap', 'Sample_File_MMS_and_GOOSE.pcap'],
  (path, readings) => {
    const judged = fieldsOf(path, 'goose.gocbRef', [
      'eth.src',
      'vlan.id',
      'goose.appid',
      'goose.gocbRef',
      'goose.goID',
      'goose.datSet',
      'goose.confRev',
    ]).map((fields) => fields.map(([value = '']) => value).join(' '));
    expect(judged.length).toBeGreaterThan(0);
    const ours = readings.flatMap(({ facts, parts }) =>
      parts
        .filter((part) => part.type === 'service' && factValue(part, 'protocol') === 'goose')
        .map((part) => {
          const vlan = parts.map((other) => factValue(other, 'vlan')).find((id) => id !== undefined) ?? '';
          return [
            factValue({ facts }, 'mac'),
            vlan,
            values(part, ['applicationId', 'endpoint', 'identifier', 'dataSet', 'version']),
          ].join(' ');
        }),
    );
    // Network 0 is none.
    expect(sorted(ours)).toEqual(sorted(judged.map((line) => line.replace(/^(\S+) 0 /, '$1  '))));
  },
);

over(
  'stations of C37.118',
  [
    'C37.118_1PMU_TCP.pcap',
    'C37.118_1PMU_UDP.pcap',
    'C37.118_2PMUsInSync_TCP.pcap',
    'C37.118_4in1PMU_TCP.pcap',
    'c37118_1100_unclean.pcap',
    'c37_1100_clean_tcp.pcap',
    'c37_1100_fullclean.pcap',
    'c37_pmu_clean.pcap',
    'c37_pmu_unclean.pcap',
  ],
  (path, readings) => {
    const own = readings.filter(({ source }) => source === 'synphasor');
    // Frames in one packet stand beside each other.
    const senders = fieldsOf(path, 'synphasor.frtype != 4', ['ip.src', 'synphasor.idcode_stream_source']).flatMap(
      ([[address = ''] = [], numbers = []]) => numbers.map((number) => `${address} IDCODE ${number}`),
    );
    expect(
      sorted(
        own.flatMap((one) =>
          factValue(one, 'address') === undefined ? [] : [values(one, ['address', 'description'])],
        ),
      ),
    ).toEqual(sorted(senders));
    expect(matches(path, ['synphasor.checksum.status == "Bad"'])).toEqual([0]);
    // Wireshark has the name of a station only in its text.
    const { stdout } = spawnSync('tshark', ['-r', path, '-Y', 'synphasor.frtype == 3', '-O', 'synphasor'], {
      encoding: 'utf8',
      maxBuffer: 64 * 1_024 * 1_024,
    });
    const stations = [...stdout.matchAll(/Station #\d+: "([^"]*)"\s+PMU\/DC ID number \(Data source ID\): (\d+)/g)];
    expect(stations.length).toBeGreaterThan(0);
    expect(
      sorted(
        own.flatMap((one) => (factValue(one, 'name') === undefined ? [] : [values(one, ['name', 'description'])])),
      ),
    ).toEqual(sorted(stations.map(([, name = '', number = '']) => `${name.trim()} IDCODE ${number}`)));
  },
);

over(
  'outstations of DNP3',
  [
    'auth_change_session_keys.pcap',
    'cold_restart_and_response.pcap',
    'dnp3_link_only.pcap',
    'enable_unsolicited_and_response.pcap',
    'full_exchange.pcap',
  ],
  (path, readings) => {
    const filter = 'dnp3.ctl.dir == 0 && (tcp.srcport == 20000 || udp.srcport == 20000)';
    const judged = fieldsOf(path, filter, ['ip.src']).map(([[address = ''] = []]) => address);
    expect(judged.length).toBeGreaterThan(0);
    expect(sorted(readings.flatMap((one) => factValue(one, 'address') ?? []))).toEqual(sorted(judged));
  },
);

over(
  'controllers of MELSEC',
  [
    'melsec-q.pcapng',
    'melsoft_UDP_clean_1.pcap',
    'melsoft_UDP_clean_2.pcap',
    'melsoft_UDP_unclean_1.pcap',
    'melsoft_variant_clean.pcap',
  ],
  (path, readings) => {
    const own = readings.filter(({ source }) => source === 'melsec');
    // Wireshark has no dissector of it: who sends what begins as an answer, and whose answers hold the name of a model.
    const starts = fieldsOf(path, 'tcp.payload[0:1] == d7 || udp.payload[0:1] == d7', ['ip.src']);
    expect(sorted(own.flatMap((one) => factValue(one, 'address') ?? []))).toEqual(
      sorted(starts.map(([[address = ''] = []]) => address)),
    );
    const models = ['FX5U-32MT/ES', 'Q03UDECPU'].flatMap((model) =>
      fieldsOf(path, `(tcp.payload[0:1] == d7 || udp.payload[0:1] == d7) && frame contains "${model}"`, ['ip.src']).map(
        ([[address = ''] = []]) => `${address} ${model}`,
      ),
    );
    expect(
      sorted(own.flatMap((one) => (factValue(one, 'model') === undefined ? [] : [values(one, ['address', 'model'])]))),
    ).toEqual(sorted(models));
    for (const one of own) expect(factValue(one, 'vendorRaw')).toBe('Mitsubishi Electric');
  },
);
