import { execFileSync, spawnSync } from 'node:child_process';
import { createReadStream, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { node, noList, noNode, noText, text, uint32 } from '@sallyport/bundle-tools/controllers/protocols/opcua/binary';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runs } from '../../../test/support/chance.ts';
import { readCapture, readPackets } from '../../src/features/controller-imports/pcap/read-capture.ts';
import { CaptureError, type Packet, type Sighting } from '../../src/features/controller-imports/pcap/types.ts';

// Real captures of controllers from the data folder; editcap and tshark, where they are installed, are the judges.

const archive = join(
  env('SALLYPORT_DATA') ?? join(import.meta.dirname, '../../../../shared/data'),
  'ot-captures.tar.gz',
);
const hasEditcap = spawnSync('editcap', ['--version']).status === 0;
const hasTshark = spawnSync('tshark', ['--version']).status === 0;

const sightingsOf = async (path: string): Promise<Sighting[]> => {
  const found: Sighting[] = [];
  await readCapture(createReadStream(path), (sighting) => found.push(sighting));
  return found;
};

/** The newest value of each field that an address said, and the commands that it was sent. */
const recordOf = (sightings: readonly Sighting[], address: string): Record<string, string> =>
  Object.fromEntries(
    sightings
      .filter((sighting) => sighting.address === address)
      .flatMap(({ facts }) => facts.map(({ field, value }) => [field, value])),
  );

describe.skipIf(!existsSync(archive))('real captures (skipped where ot-captures.tar.gz is absent)', () => {
  let folder = '';
  const capture = (name: string): string => join(folder, 'pcaps', name);
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-captures-'));
    execFileSync('tar', ['-xzf', archive, '-C', folder]);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([
    [
      's7/s7comm_reading_plc_status.pcap',
      '192.168.1.40',
      {
        orderNumber: '6ES7 151-8AB01-0AB0',
        firmwareObserved: 'V3.2.6',
        hwVersion: '3',
        serial: 'S C-C6TW74882012',
        memoryCardSerial: 'MMC 2900FC1A',
        keySwitch: 'RUN_P',
        mode: 'RUN',
        protectionLevel: '1',
        passwordSet: 'no',
        // In the order of the wire; Wireshark shows the two bytes of each the other way round.
        hardwareChecksum1: '0xbc04',
        hardwareChecksum2: '0xa3d5',
        programChecksum1: '0x8401',
        programChecksum2: '0xd6b2',
      },
    ],
    [
      's7/tia_s300_goOnline.pcapng',
      '134.217.61.211',
      {
        orderNumber: '6ES7 315-2EH14-0AB0',
        serial: 'S C-B1U393142011',
        model: 'CPU 315-2 PN/DP',
        firmwareObserved: 'V3.2.7',
        hwVersion: '3',
      },
    ],
    [
      'EthernetIP/enip_test.pcap',
      '10.1.1.164',
      { model: '1756-ENBT/A', cipTuple: '1/12/58', firmwareObserved: '4.003', serial: '0x00524d8e' },
    ],
    [
      'BACnet/bacnet_test.pcap',
      '10.1.1.165',
      { vendorRaw: 'JCI', model: 'MS-NAE4510-2', firmwareObserved: '5.1.0.4400', name: 'KBRNAE' },
    ],
    ['modicon/modicon_test.pcap', '192.168.63.253', { model: '140 CPU 311 10', vendorRaw: 'Schneider Electric' }],
    ['profinet/profinet-wireshark-bug.pcap', '192.168.0.11', { model: 'S7-300EC', stationName: '%n%n%n' }],
    [
      'profinet/PROFINET-RT-DCP/ChangeIPUsingDCP.pcap',
      '192.168.0.6',
      { stationName: 'X208-BORD', vendorRaw: 'Siemens' },
    ],
    [
      'ModbusTCP/mb2.pcap',
      '141.81.0.190',
      { orderNumber: '6GK5 212-2BB00-2AA3', firmwareObserved: 'V4.02', hwVersion: '7', name: 'Switch1' },
    ],
  ])('%s holds %s', async (name, address, expected) => {
    expect(recordOf(await sightingsOf(capture(name)), address)).toMatchObject(expected);
  });

  it('shows what changes a device as control traffic', async () => {
    const found = await sightingsOf(capture('profinet/PROFINET-RT-DCP/ChangeIPUsingDCP.pcap'));
    expect(found.filter(({ control }) => control === 'dcp-set')).toHaveLength(1);
  });

  it.skipIf(!hasEditcap)('reads each of them alike in every form that editcap writes', async () => {
    const said = (sightings: readonly Sighting[]): unknown =>
      sightings.map(({ atMs, ...rest }) => ({ ...rest, atMs: Math.floor(atMs) }));
    for (const name of ['s7/s7comm_reading_plc_status.pcap', 's7/tia_s300_goOnline.pcapng', 'ModbusTCP/mb2.pcap']) {
      const expected = said(await sightingsOf(capture(name)));
      for (const form of ['pcap', 'nsecpcap', 'pcapng']) {
        const out = join(folder, `form.${form}`);
        execFileSync('editcap', ['-F', form, capture(name), out]);
        expect(said(await sightingsOf(out))).toEqual(expected);
      }
    }
  });

  it.skipIf(!hasTshark)('finds the packets and times that tshark finds', async () => {
    const path = capture('s7/tia_s300_goOnline.pcapng');
    const judged = execFileSync('tshark', ['-r', path, '-T', 'fields', '-e', 'frame.time_epoch', '-e', 'frame.len'], {
      encoding: 'utf8',
    });
    const lines = judged.trim().split('\n');
    const packets: Packet[] = [];
    for await (const packet of readPackets(createReadStream(path))) packets.push(packet);
    expect(packets).toHaveLength(lines.length);
    for (const [index, line] of lines.entries()) {
      const [time, length] = line.split('\t');
      expect(packets[index]?.wireBytes).toBe(Number(length));
      const epoch = /^\d+(\.\d+)?$/.test(time ?? '') ? Number(time) * 1_000 : Date.parse(time ?? '');
      expect(Math.abs((packets[index]?.atMs ?? 0) - epoch)).toBeLessThan(1);
    }
  });

  it('takes a capture that was altered anywhere, or refuses it by name', async () => {
    const whole = readFileSync(capture('s7/tia_s300_goOnline.pcapng'));
    const small = readFileSync(capture('EthernetIP/enip_test.pcap'));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(whole.subarray(0, 6_000), small),
        fc.array(fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        async (bytes, edits, cut) => {
          const altered = Buffer.from(bytes.subarray(0, bytes.length - (cut % 64)));
          for (const [at, byte] of edits) altered[at % altered.length] = byte;
          try {
            await readCapture(Readable.from([altered]), () => undefined);
          } catch (error) {
            expect(error).toBeInstanceOf(CaptureError);
          }
        },
      ),
      { numRuns: runs(400) },
    );
  });
});

describe('made captures', () => {
  let folder = '';
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'sallyport-captures-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const classic = (packets: readonly Buffer[], { little = true, link = 1 } = {}): Buffer => {
    const u32 = (value: number): Buffer => {
      const bytes = Buffer.alloc(4);
      if (little) bytes.writeUInt32LE(value);
      else bytes.writeUInt32BE(value);
      return bytes;
    };
    const version = little ? [2, 0, 4, 0] : [0, 2, 0, 4];
    return Buffer.concat([
      u32(0xa1b2c3d4),
      Buffer.from(version),
      u32(0),
      u32(0),
      u32(65_535),
      u32(link),
      ...packets.flatMap((data) => [u32(1_700_000_000), u32(500_000), u32(data.length), u32(data.length), data]),
    ]);
  };
  const arp = Buffer.from(
    'ffffffffffff00112233445508060001080006040001001122334455c0a80001000000000000c0a80002',
    'hex',
  );
  const read = async (bytes: Buffer): Promise<Sighting[]> => {
    const path = join(folder, 'made.pcap');
    writeFileSync(path, bytes);
    return sightingsOf(path);
  };

  it('are read in both byte orders and behind VLAN tags', async () => {
    const tagged = Buffer.concat([arp.subarray(0, 12), Buffer.from('81000064', 'hex'), arp.subarray(12)]);
    for (const little of [true, false]) {
      for (const frame of [arp, tagged]) {
        expect(await read(classic([frame], { little }))).toEqual([
          { atMs: 1_700_000_000_500, protocol: 'arp', address: '192.168.0.1', mac: '00:11:22:33:44:55', facts: [] },
        ]);
      }
    }
  });

  /** A frame with a TCP segment of one side of a conversation. */
  const segment = (
    from: string,
    to: string,
    [source, destination]: [number, number],
    at: number,
    data: string,
  ): Buffer => {
    const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
    const tcp = `${hex(source, 4)}${hex(destination, 4)}${hex(at, 8)}${'00'.repeat(4)}5018${'00'.repeat(6)}${data}`;
    const ip = `4500${hex(20 + tcp.length / 2, 4)}0000000040060000${from}${to}${tcp}`;
    return Buffer.from(`00112233445500aabbccddee0800${ip}`, 'hex');
  };
  const [engineer, controller] = ['c0a80001', 'c0a80009'];

  describe('of a session with a chassis', () => {
    const u16 = (value: number): string => Buffer.from([value & 0xff, value >> 8]).toString('hex');
    const encapsulated = (context: number, cip: string): string => {
      const body = `000000000000${u16(2)}${'00000000'}b200${u16(cip.length / 2)}${cip}`;
      return `6f00${u16(body.length / 2)}07000000${'00000000'}${context.toString(16).padStart(16, '0')}00000000${body}`;
    };
    const object = (code: number, name: string): string =>
      `0100${u16(14)}${u16(code)}1014${'0000'}78563412${Buffer.from([name.length]).toString('hex')}${Buffer.from(name).toString('hex')}`;
    const question = '010220012401';
    const routed = (route: string): string =>
      `520220062401` +
      `0a05${u16(question.length / 2)}${question}${Buffer.from([route.length / 4]).toString('hex')}00${route}`;
    const answer = (code: number, name: string): string => `81000000${object(code, name)}`;

    it('gives the identity of the device, and that of a module to its slot', async () => {
      const asked = [encapsulated(1, question), encapsulated(2, routed('0103'))].join('');
      const answered = [encapsulated(2, answer(54, '1756-L61/B')), encapsulated(1, answer(58, '1756-ENBT/A'))].join('');
      const found = await read(
        classic([
          segment(engineer, controller, [50_000, 44_818], 1, asked),
          segment(controller, engineer, [44_818, 50_000], 1, answered),
        ]),
      );
      expect(found.map(({ slot, facts }) => [slot, facts.find(({ field }) => field === 'model')?.value])).toEqual([
        [3, '1756-L61/B'],
        [undefined, '1756-ENBT/A'],
      ]);
    });

    it.each([
      ['without its question', '', answer(54, '1756-L61/B')],
      ['of what lies behind a further network', encapsulated(1, routed('01031201')), answer(54, '1756-L61/B')],
      ['of another object', encapsulated(1, '01022067' + '2401'), answer(54, '1756-L61/B')],
      ['that failed', encapsulated(1, question), `81000800${object(54, 'x')}`],
    ])('gives nothing for an answer %s', async (_, asked, answered) => {
      const found = await read(
        classic([
          segment(engineer, controller, [50_000, 44_818], 1, asked),
          segment(controller, engineer, [44_818, 50_000], 1, encapsulated(1, answered)),
        ]),
      );
      expect(found.flatMap(({ facts }) => facts)).toEqual([]);
      expect(found).toMatchObject([{ protocol: 'enip', address: '192.168.0.9' }]);
    });
  });

  it.each([
    ['s7', '32030000'],
    ['s7', '72010000'],
    ['mms', '0e3e0506'],
    ['mms', '01000100'],
    [undefined, '0d1e0506'],
  ])('show on port 102 who speaks %s', async (protocol, said) => {
    const tpkt = `0300000b02f080${said}`;
    const found = await read(classic([segment(controller, engineer, [102, 50_000], 1, tpkt)]));
    expect(found.map((sighting) => sighting.protocol)).toEqual(protocol === undefined ? [] : [protocol]);
  });

  it('show how a server of OPC UA is secured, and that one speaks where nothing can be read', async () => {
    const application = [
      text('urn:controller'),
      text('urn:product'),
      Buffer.of(2),
      text('PLC'),
      uint32(0),
      noText,
      noText,
      noList,
    ];
    const anonymous = [text('anonymous'), uint32(0), noText, noText, noText];
    const source = (mode: number, policy: string): Buffer[] => [
      text('opc.tcp://controller:4840'),
      ...application,
      noText,
      uint32(mode),
      text(`http://opcfoundation.org/UA#${policy}`),
      uint32(1),
      ...anonymous,
      noText,
      Buffer.of(0),
    ];
    const header = [Buffer.alloc(8), uint32(1), uint32(0), Buffer.of(0), noList, noNode, Buffer.of(0)];
    const body = Buffer.concat([node(431), ...header, uint32(2), ...source(1, 'None'), ...source(3, 'Basic256Sha256')]);
    const message = (kind: string, rest: Buffer): string =>
      Buffer.concat([Buffer.from(kind, 'latin1'), uint32(8 + rest.length), rest]).toString('hex');
    const numbers = Buffer.concat([1, 1, 2, 2].map(uint32));
    const open = message('MSGF', Buffer.concat([numbers, body]));
    const encrypted = message('MSGF', Buffer.concat([numbers, Buffer.alloc(90, 0xa5)]));
    const found = await read(
      classic([segment(controller, engineer, [4_840, 50_000], 1, `${encrypted}${encrypted}${open}`)]),
    );
    expect(
      found.map(({ service, facts, serviceFacts }) => [service, facts.length, serviceFacts?.map(({ value }) => value)]),
    ).toEqual([
      ['tcp/4840', 0, undefined],
      ['tcp/4840', 0, ['None, SignAndEncrypt Basic256Sha256', 'true']],
    ]);
  });

  /** A frame with a datagram. */
  const datagram = (from: string, to: string, port: number, data: string, target = '001122334455'): Buffer => {
    const hex = (value: number): string => value.toString(16).padStart(4, '0');
    const udp = `${hex(port)}${hex(port)}${hex(8 + data.length / 2)}0000${data}`;
    const ip = `4500${hex(20 + udp.length / 2)}0000000040110000${from}${to}${udp}`;
    return Buffer.from(`${target}00aabbccddee0800${ip}`, 'hex');
  };

  it('give an I-Am to who said it, and one from behind a router of BACnet to the station there', async () => {
    const iAm = '1000c4020000052201e09103212a';
    const found = await read(
      classic([
        datagram(controller, 'c0a800ff', 47_808, `810b00140120ffff00ff${iAm}`),
        // Passed on by the neighbour for a device of another subnet.
        datagram(controller, 'c0a800ff', 47_808, `8104001e0a000005bac00120ffff00ff${iAm}`),
        // Network 3, station 108.
        datagram(controller, 'c0a800ff', 47_808, `810b00190128ffff000003016cfe${iAm}`),
      ]),
    );
    expect(
      found.map(({ address, station, via, facts }) => [address, station?.place, via, facts.map(({ value }) => value)]),
    ).toEqual([
      ['192.168.0.9', undefined, '00:aa:bb:cc:dd:ee', ['42', '5']],
      ['10.0.0.5', undefined, undefined, ['42', '5']],
      // Who passed it on is there, and said nothing of itself by it.
      ['192.168.0.9', undefined, '00:aa:bb:cc:dd:ee', []],
      ['192.168.0.9', 'BACnet network 3, station 6c', undefined, ['42', '5']],
    ]);
  });

  it('show no device at an address that is that of many', async () => {
    const toAll = datagram(engineer, 'c0a800ff', 47_808, '810b000801000000', 'ffffffffffff');
    const { everyones } = await readCapture(Readable.from([classic([toAll])]), () => undefined);
    expect([...everyones]).toEqual(['192.168.0.255']);
    const iAm = '810a00120100' + '1000c4020000052201e09103212a';
    expect(
      await read(
        classic([datagram('e0000001', controller, 47_808, iAm), datagram('ffffffff', controller, 47_808, iAm)]),
      ),
    ).toEqual([]);
  });

  it('take nothing of a PROFINET session for what the endpoint mapper says', async () => {
    const head = (of: string): string => `0402200000000000${'00'.repeat(16)}${of}${'00'.repeat(40)}`;
    const station = Buffer.from('station-name-of-a-device  and-more').toString('hex');
    const [session, mapper] = ['dea000016c9711d1827100a02442df7d', 'e1af83085d1f11c991a408002b14a0fa'];
    const shown = await read(classic([datagram(controller, engineer, 34_964, `${head(session)}${station}`)]));
    expect(shown).toMatchObject([{ protocol: 'pnio-cm', address: '192.168.0.9', facts: [] }]);
    const of = async (id: string): Promise<(string | undefined)[]> =>
      (await read(classic([datagram(controller, engineer, 34_964, `${head(id)}${station}00ff`)]))).flatMap(
        ({ facts }) => facts.map(({ field, value }) => `${field} ${value}`),
      );
    expect(await of(session)).toEqual([]);
    expect(await of(mapper)).toEqual([
      'description station-name-of-a-device  and-more',
      'model station-name-of-a-device',
    ]);
  });

  it('name no device by an address of loopback or by zeros', async () => {
    const identity = `0100${'00'.repeat(16)}01000e0036001403300078563412${'00'}03`;
    const item = `0c00${(identity.length / 2).toString(16).padStart(2, '0')}00${identity}`;
    const body = `0100${item}`;
    const enip = `6300${(body.length / 2).toString(16).padStart(2, '0')}00${'00'.repeat(20)}${body}`;
    const onLoopback = datagram('7f000001', '7f000001', 44_818, enip);
    const zeros = datagram(controller, engineer, 44_818, enip);
    zeros.fill(0, 6, 12);
    const found = await read(classic([onLoopback, zeros]));
    expect(found.map(({ address, mac, via }) => [address, mac, via])).toEqual([['192.168.0.9', undefined, undefined]]);
    const nobody = Buffer.from(
      'ffffffffffff00000000000008060001080006040001000000000000c0a80001000000000000c0a80002',
      'hex',
    );
    expect(await read(classic([nobody]))).toEqual([]);
  });

  it('that end within a record are read up to there, unless nothing stands before', async () => {
    const whole = classic([arp, arp]);
    const cut = await readCapture(Readable.from([whole.subarray(0, whole.length - 7)]), () => undefined);
    expect(cut).toMatchObject({ packets: 1, unread: 0, cutAt: whole.length - 7 });
    await expect(readCapture(Readable.from([whole.subarray(0, 30)]), () => undefined)).rejects.toThrow(CaptureError);
  });

  it.each([
    ['raw IP', 101, ''],
    ['Linux cooked', 113, '0000000100060011223344550000' + '0800'],
    ['Linux cooked of the second form', 276, '08000000000000020001000600112233445500' + '00'],
    ['Linux cooked behind a VLAN tag', 113, '0000000100060011223344550000' + '81000064' + '0800'],
    ['BSD loopback', 0, '02000000'],
  ])('are read from %s', async (_, link, head) => {
    // An answer to ListIdentity without a name: a datagram of 87 bytes from 192.168.0.9.
    const identity = `0100${'00'.repeat(16)}01000e0036001403300078563412${'00'}03`;
    const item = `0c00${(identity.length / 2).toString(16).padStart(2, '0')}00${identity}`;
    const body = `0100${item}`;
    const enip = `6300${(body.length / 2).toString(16).padStart(2, '0')}00${'00'.repeat(20)}${body}`;
    const length = (bytes: number): string => bytes.toString(16).padStart(4, '0');
    const udp = `af12c350${length(8 + enip.length / 2)}0000${enip}`;
    const ip = `4500${length(20 + udp.length / 2)}0000000040110000c0a80009c0a80001${udp}`;
    const [sighting] = await read(classic([Buffer.from(head + ip, 'hex')], { link }));
    expect(sighting).toMatchObject({ protocol: 'enip', address: '192.168.0.9', service: 'udp/44818' });
    expect(sighting?.facts.map(({ field, value }) => [field, value])).toContainEqual(['cipTuple', '1/14/54']);
  });

  it('are read over several sections of either byte order, each with interfaces of its own', async () => {
    const block = (type: number, body: Buffer, little: boolean): Buffer => {
      const bytes = Buffer.alloc(12 + body.length + ((4 - (body.length % 4)) % 4));
      const put = (value: number, at: number): number =>
        little ? bytes.writeUInt32LE(value, at) : bytes.writeUInt32BE(value, at);
      put(type, 0);
      put(bytes.length, 4);
      body.copy(bytes, 8);
      put(bytes.length, bytes.length - 4);
      return bytes;
    };
    const section = (little: boolean, nano: boolean): Buffer => {
      const u = (bytes: number, value: number): Buffer => {
        const out = Buffer.alloc(bytes);
        if (little) out.writeUIntLE(value, 0, bytes);
        else out.writeUIntBE(value, 0, bytes);
        return out;
      };
      const head = Buffer.concat([u(4, 0x1a2b3c4d), u(2, 1), u(2, 0), Buffer.alloc(8, 0xff)]);
      const none = Buffer.concat([u(2, 147), u(2, 0), u(4, 0)]);
      const resolution = Buffer.concat([u(2, 9), u(2, 1), Buffer.from([nano ? 9 : 6, 0, 0, 0]), u(4, 0)]);
      const ethernet = Buffer.concat([u(2, 1), u(2, 0), u(4, 0), resolution]);
      const ticks = BigInt(1_700_000_000_500) * (nano ? 1_000_000n : 1_000n);
      const packet = Buffer.concat([
        u(4, 1),
        u(4, Number(ticks >> 32n)),
        u(4, Number(ticks & 0xffffffffn)),
        u(4, arp.length),
        u(4, arp.length),
        arp,
      ]);
      return Buffer.concat([
        block(0x0a0d0d0a, head, little),
        block(1, none, little),
        block(1, ethernet, little),
        block(6, packet, little),
      ]);
    };
    const found = await read(Buffer.concat([section(true, false), section(false, true)]));
    expect(found.map(({ atMs, address }) => [atMs, address])).toEqual([
      [1_700_000_000_500, '192.168.0.1'],
      [1_700_000_000_500, '192.168.0.1'],
    ]);
  });

  it('refuses a packet of four gigabytes without waiting for it', async () => {
    const bytes = classic([arp]);
    bytes.writeUInt32LE(0xffffffff, 32);
    await expect(read(bytes)).rejects.toThrow('a packet of 4294967295 bytes at byte 24');
  });

  it.each([
    ['nothing', Buffer.alloc(0), 'an empty file'],
    ['text', Buffer.from('this is no capture at all, only some words'), 'neither pcap nor pcapng'],
    ['a cut header', classic([]).subarray(0, 10), 'the capture ends in the middle of a record'],
    ['a cut packet', classic([arp]).subarray(0, 50), 'the capture ends in the middle of a record'],
  ])('refuses %s', async (_, bytes, message) => {
    await expect(read(bytes)).rejects.toThrow(message);
  });
});
