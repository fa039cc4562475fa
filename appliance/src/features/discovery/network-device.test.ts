import { describe, expect, it } from 'vitest';
import { parseArp } from './arp.ts';
import { networkDevice, portNeighbours } from './network-device.ts';

const found = { at: 1_000, by: 'scanner' };

describe('a device that an agent found', () => {
  it('is what the search of the network said', () => {
    const row = {
      ip: '192.0.2.4',
      mac: '00:1B:21:0A:00:04',
      dnshostname: 'Switch-4.plant.kz',
      snmphostname: 'switch-4',
      netbiosname: '',
      type: 'NETWORKING',
      manufacturer: 'Maker',
      model: 'S-24',
      serial: 'SER-4',
      firmware: '7.1',
      location: 'Hall 2',
    };
    const device = networkDevice(row, found);
    expect(device?.seen).toEqual({
      method: 'agent',
      at: 1_000,
      by: 'scanner',
      serial: 'SER-4',
      macs: ['00:1b:21:0a:00:04'],
      addresses: ['192.0.2.4'],
      names: ['switch-4', 'switch-4.plant.kz'],
      visible: true,
      kind: 'network',
    });
    expect(device?.sections).toEqual([
      {
        collection: 'identity',
        items: [
          {
            name: 'switch-4',
            dnsName: 'switch-4.plant.kz',
            ipv4: ['192.0.2.4'],
            macs: ['00:1b:21:0a:00:04'],
            networkLocation: 'Hall 2',
          },
        ],
      },
      {
        collection: 'hardware',
        items: [
          {
            type: 'system',
            subtype: 'NETWORKING',
            maker: 'Maker',
            model: 'S-24',
            serial: 'SER-4',
            mac: '00:1b:21:0a:00:04',
            firmware: '7.1',
          },
        ],
      },
    ]);
  });

  it('is what SNMP said, whichever form the lists have', () => {
    const info = {
      type: 'PRINTER',
      name: 'mfp',
      serial: 'P1',
      model: 'X',
      manufacturer: 'M',
      ips: { ip: ['192.0.2.9', '127.0.0.1'] },
      mac: '001b210a0009',
    };
    const device = networkDevice(
      { info, firmwares: { name: 'main', version: '3' }, components: { component: { serial: 'C', type: 'tray' } } },
      found,
    );
    expect(device?.seen).toMatchObject({
      kind: 'printer',
      addresses: ['192.0.2.9'],
      serial: 'P1',
      macs: ['00:1b:21:0a:00:09'],
    });
    expect(device?.sections[1]?.items).toMatchObject([
      { type: 'system', subtype: 'PRINTER' },
      { type: 'firmware', firmware: '3' },
      { type: 'tray', serial: 'C' },
    ]);
  });

  it('is nothing without a name, an address or a MAC', () => {
    for (const row of [
      {},
      { type: 'PRINTER', serial: 'x' },
      { ip: '127.0.0.1' },
      { mac: '00:00:00:00:00:00' },
      { ip: {} },
    ])
      expect(networkDevice(row, found)).toBeUndefined();
  });

  it('knows its neighbours: each MAC behind a port, or the one that names itself', () => {
    const row = {
      ports: {
        port: [
          { connections: { connection: { mac: ['00:1b:21:0a:00:01', '00:1b:21:0a:00:02'] } } },
          { connections: { connection: [{ sysname: 'core', sysmac: '00:1b:21:0a:00:03', ip: '192.0.2.3' }], cdp: 1 } },
          { ifname: 'empty' },
        ],
      },
    };
    expect(portNeighbours(row, found)).toMatchObject([
      { macs: ['00:1b:21:0a:00:01'], names: [] },
      { macs: ['00:1b:21:0a:00:02'], names: [] },
      { macs: ['00:1b:21:0a:00:03'], names: ['core'], addresses: ['192.0.2.3'], kind: 'network' },
    ]);
    expect(portNeighbours({}, found)).toEqual([]);
  });
});

describe('the table of neighbours', () => {
  it('gives those that answered', () => {
    const table = [
      'IP address       HW type     Flags       HW address            Mask     Device',
      '192.0.2.1        0x1         0x2         AA:bb:cc:00:00:01     *        eth0',
      '192.0.2.2        0x1         0x0         00:00:00:00:00:00     *        eth0',
      '192.0.2.3        0x1         0x2         00:00:00:00:00:00     *        eth0',
      '',
    ].join('\n');
    expect([...parseArp(table)]).toEqual([['192.0.2.1', 'aa:bb:cc:00:00:01']]);
  });
});
