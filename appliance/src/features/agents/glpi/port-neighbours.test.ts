import { describe, expect, it } from 'vitest';
import { parseArp } from '../../discovery/service.ts';
import { portNeighbours } from './port-neighbours.ts';

const found = { at: 1_000, by: 'scanner' };

describe('a switch', () => {
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
