import { execFileSync, spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { parseArp, parseIpNeighbours, rememberNeighbours } from './neighbour.ts';

const day = 24 * 3600 * 1000;
const at = Date.parse('2026-05-10T09:30:00Z');
const one = (n: number) => ({ address: `192.0.2.${n}`, mac: `00:1b:21:0d:00:0${n}`, interface: 'eth0' });

describe('the table of neighbours', () => {
  it('has those that answered, of both families', () => {
    const text = [
      '192.0.2.1 dev eth0 lladdr 00:1B:21:0d:00:01 REACHABLE',
      '192.0.2.2 dev eth0 lladdr 00:1b:21:0d:00:02 PERMANENT',
      '192.0.2.3 dev eth0  FAILED',
      '192.0.2.4 dev eth0 lladdr 00:1b:21:0d:00:04 router extern_learn STALE',
      'fe80::1 dev eth0 lladdr 00:1b:21:0d:00:05 STALE',
      '2001:db8::6 dev br0 lladdr 00:1b:21:0d:00:06 router REACHABLE',
      '224.0.0.251 dev eth0 lladdr 01:00:5e:00:00:fb NOARP',
      'ff02::16 dev eth0 lladdr 33:33:00:00:00:16 NOARP',
      'nonsense',
    ].join('\n');
    expect(parseIpNeighbours(text).map(({ address, mac, interface: name }) => [address, mac, name])).toEqual([
      ['192.0.2.1', '00:1b:21:0d:00:01', 'eth0'],
      ['192.0.2.4', '00:1b:21:0d:00:04', 'eth0'],
      ['2001:db8::6', '00:1b:21:0d:00:06', 'br0'],
    ]);
    const arp = [
      'IP address       HW type     Flags       HW address            Mask     Device',
      '192.0.2.1        0x1         0x2         00:1b:21:0d:00:01     *        eth0',
      '192.0.2.2        0x1         0x6         00:1b:21:0d:00:02     *        eth0',
      '192.0.2.3        0x1         0x0         00:00:00:00:00:00     *        eth0',
    ].join('\n');
    expect(parseArp(arp)).toEqual([one(1)]);
  });

  const link = 'ip link add d0 type veth peer name d1';
  const canNamespace = spawnSync('unshare', ['-n', 'sh', '-c', link]).status === 0;
  it.skipIf(!canNamespace)('is read as this kernel prints it', () => {
    const script = [
      link,
      'ip link set d0 up',
      'ip link set d1 up',
      'ip addr add 192.0.2.254/24 dev d0',
      'ip neigh add 192.0.2.1 lladdr 00:1b:21:0d:00:01 dev d0 nud stale',
      'ip neigh add 2001:db8::6 lladdr 00:1b:21:0d:00:06 dev d0 nud reachable',
      'ip neigh add 192.0.2.2 lladdr 00:1b:21:0d:00:02 dev d0 nud permanent',
      'ip neigh show',
    ].join(' && ');
    const text = execFileSync('unshare', ['-n', 'sh', '-c', script], { encoding: 'utf8' });
    expect(
      parseIpNeighbours(text)
        .map(({ address }) => address)
        .sort(),
    ).toEqual(['192.0.2.1', '2001:db8::6']);
  });

  it('is remembered for a week, by the day', () => {
    const first = rememberNeighbours([], [one(1), one(2)], at);
    expect(first.map(({ dayMs }) => dayMs)).toEqual([at - (at % day), at - (at % day)]);
    expect(rememberNeighbours(first, [one(1)], at + 3_600_000)).toEqual(first);
    const later = rememberNeighbours(first, [one(1)], at + 6 * day);
    expect(later.map(({ address, dayMs }) => [address, (dayMs - (at - (at % day))) / day])).toEqual([
      ['192.0.2.1', 6],
      ['192.0.2.2', 0],
    ]);
    expect(rememberNeighbours(later, [], at + 8 * day).map(({ address }) => address)).toEqual(['192.0.2.1']);
  });
});
