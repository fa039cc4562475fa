import { describe, expect, it } from 'vitest';
import type { DecodedReport } from '../../../engine/inventory/types.ts';
import { reportOf } from './decode.ts';
import { deviceMessages } from './device-message.ts';
import { seenOf } from './found-device.ts';
import { readMessage } from './message.ts';

const at = Date.parse('2026-05-01T08:00:00Z');

const read = (text: string): DecodedReport[] =>
  deviceMessages(readMessage(Buffer.from(text))).map((message) => reportOf(message, { isOcs: false, now: at }));

const xml = (query: string, inside: string): string =>
  `<?xml version="1.0"?><REQUEST><CONTENT>${inside}<MODULEVERSION>5.1</MODULEVERSION><PROCESSNUMBER>1</PROCESSNUMBER></CONTENT><DEVICEID>scanner-2026-01-01-00-00-00</DEVICEID><QUERY>${query}</QUERY></REQUEST>`;

const itemsOf = (report: DecodedReport | undefined, collection: string) =>
  report?.sections.find((one) => one.collection === collection)?.items;

describe('a device that an agent found', () => {
  it('is what the search of the network said', () => {
    const row = `<DEVICE><IP>192.0.2.4</IP><MAC>00:1B:21:0A:00:04</MAC><DNSHOSTNAME>Switch-4.plant.kz</DNSHOSTNAME><SNMPHOSTNAME>switch-4</SNMPHOSTNAME><NETBIOSNAME/>
      <TYPE>NETWORKING</TYPE><MANUFACTURER>Maker</MANUFACTURER><MODEL>S-24</MODEL><SERIAL>SER-4</SERIAL><FIRMWARE>7.1</FIRMWARE><LOCATION>Hall 2</LOCATION><USERSESSION>dana</USERSESSION></DEVICE>`;
    const [report] = read(xml('NETDISCOVERY', row));
    expect(seenOf(report?.facts, at)).toEqual({
      method: 'agent',
      at,
      by: '',
      uuid: null,
      serial: 'SER-4',
      macs: ['00:1b:21:0a:00:04'],
      os: '',
      addresses: ['192.0.2.4'],
      names: ['switch-4', 'switch-4.plant.kz'],
      visible: true,
      kind: 'network',
    });
    expect(itemsOf(report, 'identity')).toEqual([
      {
        name: 'switch-4',
        dnsName: 'switch-4.plant.kz',
        ipv4: ['192.0.2.4'],
        macs: ['00:1b:21:0a:00:04'],
        networkLocation: 'Hall 2',
        serial: 'SER-4',
      },
    ]);
    expect(itemsOf(report, 'hardware')).toEqual([
      {
        type: 'system',
        subtype: 'NETWORKING',
        maker: 'Maker',
        model: 'S-24',
        serial: 'SER-4',
        mac: '00:1b:21:0a:00:04',
        firmware: '7.1',
      },
    ]);
    expect(JSON.stringify(report)).not.toContain('dana');
  });

  it('is what SNMP said, in either dialect the same', () => {
    const [fromXml] = read(
      xml(
        'SNMPQUERY',
        `<DEVICE><INFO><TYPE>PRINTER</TYPE><NAME>mfp</NAME><SERIAL>PRN-0001</SERIAL><MODEL>X</MODEL><MANUFACTURER>M</MANUFACTURER>
        <IPS><IP>192.0.2.9</IP><IP>127.0.0.1</IP></IPS><MAC>001b210a0009</MAC></INFO>
        <FIRMWARES><NAME>main</NAME><VERSION>3</VERSION></FIRMWARES>
        <COMPONENTS><COMPONENT><SERIAL>C</SERIAL><TYPE>tray</TYPE><NAME>Tray 2</NAME></COMPONENT></COMPONENTS>
        <PORTS><PORT><IFNAME>eth0</IFNAME><MAC>00:1b:21:0a:00:09</MAC><CONNECTIONS><CONNECTION><MAC>00:1b:21:0a:00:01</MAC></CONNECTION></CONNECTIONS></PORT></PORTS>
        <CARTRIDGES><TONERBLACK>71</TONERBLACK></CARTRIDGES></DEVICE>`,
      ),
    );
    const [fromJson] = read(
      JSON.stringify({
        action: 'netinventory',
        deviceid: 'mfp-2026-01-01-00-00-00',
        itemtype: 'Printer',
        content: {
          network_device: {
            type: 'PRINTER',
            name: 'mfp',
            serial: 'PRN-0001',
            model: 'X',
            manufacturer: 'M',
            ips: ['192.0.2.9', '127.0.0.1'],
            mac: '00:1b:21:0a:00:09',
          },
          firmwares: [{ name: 'main', version: '3' }],
          network_components: [{ serial: 'C', type: 'tray', name: 'Tray 2' }],
          network_ports: [{ ifname: 'eth0', mac: '00:1b:21:0a:00:09', connections: [{ mac: ['00:1b:21:0a:00:01'] }] }],
          cartridges: [{ tonerblack: '71' }],
        },
      }),
    );
    expect(seenOf(fromXml?.facts, at)).toMatchObject({
      kind: 'printer',
      addresses: ['192.0.2.9'],
      serial: 'PRN-0001',
      names: ['mfp'],
      macs: ['00:1b:21:0a:00:09'],
    });
    expect(itemsOf(fromXml, 'hardware')).toMatchObject([
      { type: 'component', subtype: 'tray', model: 'Tray 2', serial: 'C' },
      { type: 'firmware', firmware: '3' },
      { type: 'port', slot: 'eth0' },
      { type: 'system', subtype: 'PRINTER' },
    ]);
    expect(fromXml?.dropped).toMatchObject({ cartridges: 1 });
    expect(fromXml?.found).toMatchObject([{ macs: ['00:1b:21:0a:00:01'] }]);
    const said = ({ sections, found = [], facts }: DecodedReport) => ({
      sections,
      seen: seenOf(facts, at),
      found: found.map(({ by: _by, ...one }) => one),
    });
    expect(fromJson && said(fromJson)).toEqual(fromXml && said(fromXml));
  });

  it('is of the kind that its type names, or of none', () => {
    const kinds = ['COMPUTER', '2', 'STORAGE', 'Phone', 'toaster', ''].map((type) => {
      const [report] = read(xml('NETDISCOVERY', `<DEVICE><IP>192.0.2.1</IP><TYPE>${type}</TYPE></DEVICE>`));
      return seenOf(report?.facts, at)?.kind;
    });
    expect(kinds).toEqual(['computer', 'network', 'network', 'phone', undefined, undefined]);
  });

  it('is nothing without a name, an address or a MAC', () => {
    for (const row of [
      '<DEVICE><TYPE>PRINTER</TYPE></DEVICE>',
      '<DEVICE><IP>127.0.0.1</IP></DEVICE>',
      '<DEVICE><MAC>00:00:00:00:00:00</MAC></DEVICE>',
      '<DEVICE><IP/><ERROR><MESSAGE>timeout</MESSAGE></ERROR></DEVICE>',
    ])
      expect(read(xml('SNMPQUERY', row)).map(({ facts }) => seenOf(facts, at))).toEqual([undefined]);
    expect(read(xml('NETDISCOVERY', '<AGENT><START>1</START></AGENT>'))).toEqual([]);
  });
});
