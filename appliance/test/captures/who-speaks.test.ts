import { Readable } from 'node:stream';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { describe, expect, it } from 'vitest';
import { be16, hex } from '../../../test/support/captures/bytes.ts';
import { conversationFrames, type Peer } from '../../../test/support/captures/frames.ts';
import { pcapFile } from '../../../test/support/plant-capture.ts';
import { readCaptureFile } from '../../src/features/controller-imports/capture/read-capture-file.ts';
import { factValue } from '../../src/features/controller-imports/facts.ts';

// Who a frame is from, where addresses and ports do not simply say so. Frames are made here.

const readingsOf = async (frames: readonly Buffer[]): Promise<readonly Reading[]> =>
  (await readCaptureFile(Readable.from([pcapFile(frames)]))).readings;

const peer = (last: number, port: number): Peer => ({
  mac: `02:00:00:00:00:0${last}`,
  address: `192.0.2.${last}`,
  port,
});
const said = (from: Peer, to: Peer, npdu: string): Buffer[] => {
  const body = hex(npdu);
  const bytes = Buffer.concat([hex('810a'), be16(4 + body.length), body]);
  return conversationFrames('udp', to, from, [{ by: 'server', bytes }]);
};
const toEverybody = (frame: Buffer): Buffer => Buffer.concat([hex('ffffffffffff'), frame.subarray(6)]);

/** Device 42 of vendor 5. */
const iAm = '1000 c40200002a 2201e0 9103 2105';
/** Device 42, and its device object by name. */
const iHave = (object: string): string =>
  `1001 c40200002a c4${object} 75 07 00 ${Buffer.from('NORTH4').toString('hex')}`;

const shown = (readings: readonly Reading[]): (string | undefined)[][] =>
  readings.map((one) =>
    ['address', 'connectionString', 'bacnetInstance', 'name'].map((field) => factValue(one, field)),
  );

describe('a device of BACnet', () => {
  const other = peer(7, 47_809);
  const usual = peer(8, 47_808);

  it('is who says I-Am, from whatever port, and has that port', async () => {
    const readings = await readingsOf(said(other, usual, `0100 ${iAm}`));
    expect(shown(readings)).toEqual([['192.0.2.7', undefined, '42', undefined]]);
    expect(readings[0]?.parts.map(({ key }) => key)).toContain('udp/47809');
  });

  it('is not who only asks, from whatever port', async () => {
    expect(await readingsOf(said(other, usual, '0104 0004010c 0c 0200002a 194d'))).toEqual([]);
    expect(await readingsOf(said(other, usual, '0100 1008'))).toEqual([]);
  });

  it('has its name from I-Have of its device object, and none from another object', async () => {
    expect(shown(await readingsOf(said(usual, other, `0100 ${iHave('0200002a')}`)))).toEqual([
      ['192.0.2.8', undefined, '42', 'NORTH4'],
    ]);
    for (const object of ['00000001', '0200002b'])
      expect(shown(await readingsOf(said(usual, other, `0100 ${iHave(object)}`)))).toEqual([
        ['192.0.2.8', undefined, '42', undefined],
      ]);
  });

  it('behind a router is there when it says nothing of itself', async () => {
    // A refusal of station 61 of network 13.
    const readings = await readingsOf(said(usual, other, '0108 000d 01 3d 500107 9101 9100'));
    expect(shown(readings)).toEqual([
      ['192.0.2.8', undefined, undefined, undefined],
      [undefined, 'BACnet network 13, station 3d', undefined, undefined],
    ]);
    expect(readings[1]).toMatchObject({ source: 'capture', where: 'packet 1' });
  });

  it('is one, though a frame to everybody was sent to its address, which can be no subnet’s', async () => {
    const frames = said(peer(6, 47_808), peer(5, 47_808), `0100 ${iAm}`);
    const stray = said(peer(5, 47_808), peer(6, 47_808), '0100 1008').map(toEverybody);
    expect(shown(await readingsOf([...stray, ...frames])).map(([address]) => address)).toEqual(['192.0.2.6']);
    // The last two bits alike: it may be that of a subnet.
    const broadcast = said(peer(5, 47_808), peer(3, 47_808), '0100 1008').map(toEverybody);
    expect(await readingsOf([...broadcast, ...said(peer(3, 47_808), peer(5, 47_808), `0100 ${iAm}`)])).toEqual([]);
  });
});

describe('an outstation of DNP3', () => {
  const [master, outstation] = [peer(5, 50_000), peer(6, 20_000)];
  const spoken = (by: 'client' | 'server', bytes: string): Buffer[] =>
    conversationFrames('tcp', master, outstation, [{ by, bytes: hex(bytes) }]);
  const told = async (frames: readonly Buffer[]): Promise<(string | undefined)[][]> =>
    (await readingsOf(frames)).map((one) => ['address', 'description'].map((field) => factValue(one, field)));

  it('is there when it answers on its link alone', async () => {
    // Status of link of station 1, to master 0 (IEEE 1815, 9.2.4.1).
    expect(await told(spoken('server', '0564050b00000100baf0'))).toEqual([['192.0.2.6', 'DNP3 1']]);
  });

  it('is none where the checksum is wrong, or its master speaks', async () => {
    expect(await told(spoken('server', '0564050b00000100baf1'))).toEqual([]);
    expect(await told(spoken('client', '056405c900000000364c'))).toEqual([]);
    expect(await told(spoken('server', '056405c900000000364c'))).toEqual([]);
  });
});

describe('a controller of PROFINET', () => {
  it('is there when it answers its device, whatever port that has', async () => {
    // The port of the device is one of MELSEC, too.
    const session = `0402200000000000${'00'.repeat(16)}dea000026c9711d1827100a02442df7d${'00'.repeat(40)}`;
    const frames = conversationFrames('udp', peer(5, 1_025), peer(6, 65_151), [{ by: 'server', bytes: hex(session) }]);
    const [found, ...others] = await readingsOf(frames);
    expect(others).toEqual([]);
    expect(factValue(found ?? { facts: [] }, 'address')).toBe('192.0.2.6');
    expect(found?.parts.map(({ key }) => key)).toContain('udp/34964');
  });
});

describe('a publisher of GOOSE', () => {
  const tlv = (tag: number, value: string): Buffer => Buffer.concat([Buffer.of(tag, value.length), Buffer.from(value)]);
  const published = (source: string, block: string, tags = ''): Buffer => {
    const fields = Buffer.concat([tlv(0x80, block), tlv(0x83, 'Trip')]);
    const apdu = Buffer.concat([Buffer.of(0x61, fields.length), fields]);
    return Buffer.concat([
      hex('010ccd010001'),
      hex(source),
      hex(tags),
      hex('88b8 0003'),
      be16(8 + apdu.length),
      hex('00000000'),
      apdu,
    ]);
  };
  const services = (readings: readonly Reading[]): string[] =>
    readings.flatMap(({ parts }) => parts.flatMap(({ type, key }) => (type === 'service' ? [key] : [])));

  it('is a device by its MAC address, with each of its control blocks', async () => {
    const readings = await readingsOf([
      published('0a0000000001', 'IED1LD0/LLN0$GO$a', '8100 800a'),
      published('0a0000000001', 'IED1LD0/LLN0$GO$b', '8100 800a'),
    ]);
    expect(readings.map((one) => factValue(one, 'mac'))).toEqual(['0a:00:00:00:00:01']);
    expect(services(readings)).toEqual(['ethernet/IED1LD0/LLN0$GO$a', 'ethernet/IED1LD0/LLN0$GO$b']);
    const [network, service] = readings[0]?.parts ?? [];
    expect(network).toMatchObject({ type: 'interface' });
    expect(factValue(network ?? { facts: [] }, 'vlan')).toBe('10');
    expect(
      Object.fromEntries((service?.facts ?? []).flatMap((one) => ('value' in one ? [[one.field, one.value]] : []))),
    ).toEqual({
      transport: 'ethernet',
      protocol: 'goose',
      endpoint: 'IED1LD0/LLN0$GO$a',
      identifier: 'Trip',
      applicationId: '0x0003',
    });
  });

  it('joins the device whose one address has its MAC address', async () => {
    const arp = hex('ffffffffffff 0a0000000001 0806 0001080006040001 0a0000000001 c0000207 000000000000 c0000208');
    const speaker = { ...peer(7, 47_808), mac: '0a:00:00:00:00:01' };
    const readings = await readingsOf([
      arp,
      ...said(speaker, peer(8, 47_808), `0100 ${iAm}`),
      published('0a0000000001', 'IED1LD0/LLN0$GO$a'),
    ]);
    expect([...new Set(readings.map((one) => factValue(one, 'address')))]).toEqual(['192.0.2.7']);
    expect(services(readings)).toEqual(['udp/47808', 'ethernet/IED1LD0/LLN0$GO$a']);
  });

  it('is none where the sender is a group, or nobody', async () => {
    for (const source of ['010ccd010001', '000000000000'])
      expect(await readingsOf([published(source, 'IED1LD0/LLN0$GO$a')])).toEqual([]);
  });

  it('does not fill the memory with blocks', async () => {
    const frames = Array.from({ length: 200 }, (_, n) => published('0a0000000001', `IED${n}LD0/LLN0$GO$a`));
    expect(services(await readingsOf(frames))).toHaveLength(32);
  });
});
