import { describe, expect, it } from 'vitest';
import { xmlMessage } from '../../../../test/support/glpi-client.ts';
import { decodeGlpi } from './decode.ts';
import { readMessage } from './message.ts';
import { snmpDevices, snmpOrder } from './ocs-network.ts';

const now = Date.parse('2026-11-26T10:00:00Z');
const deviceId = 'line7-2026-01-02-03-04-05';
const isAsked = (address: string): boolean => address.startsWith('192.0.2.');
const devices = (content: Record<string, unknown>) =>
  snmpDevices(readMessage(Buffer.from(xmlMessage('SNMP', deviceId, content))), isAsked);

describe('what an OCS agent knows of others', () => {
  it('are hosts of its segment, with both addresses, within an inventory', async () => {
    const h = [
      { I: '192.0.2.9', M: '00:1B:21:AA:BB:09', N: 'printer-9.plant.example' },
      { I: '192.0.2.10', M: '00:1b:21:aa:bb:0a', N: '-' },
      { I: '192.0.2.11', M: '', N: 'nobody' },
      { I: '127.0.0.1', M: '00:1b:21:aa:bb:0b', N: '-' },
      { I: '192.0.2.12', M: '00:1b:21:aa:bb:0c', N: '192.0.2.12' },
    ];
    const wire = Buffer.from(xmlMessage('INVENTORY', deviceId, { hardware: { name: 'line7' }, ipdiscover: { H: h } }));
    const { found, dropped } = await decodeGlpi(wire, { device: 1, source: 'ocs', now });
    const seen = { method: 'agent', at: now, by: deviceId, visible: true };
    expect(found).toEqual([
      { ...seen, addresses: ['192.0.2.9'], macs: ['00:1b:21:aa:bb:09'], names: ['printer-9.plant.example'] },
      { ...seen, addresses: ['192.0.2.10'], macs: ['00:1b:21:aa:bb:0a'], names: [] },
      { ...seen, addresses: ['192.0.2.12'], macs: ['00:1b:21:aa:bb:0c'], names: [] },
    ]);
    expect(dropped).toEqual({});
  });

  it('are devices that it read over SNMP under our own names, at addresses that it was asked about', () => {
    const row = {
      DESCRIPTION: 'Northwind NW-24 switch',
      IPADDR: '198.51.100.1 - 192.0.2.7',
      LOCATION: 'Hall 3',
      // Agents up to 2.10 leave out the first byte.
      MACADDR: ' - 00:1B:21:AA:BB:07 - 1B:21:AA:BB:08',
      NAME: 'switch-7',
      SERIALNUMBER: 'NW-7',
      PRINTERSERIAL: '',
    };
    const found = {
      ip: '192.0.2.7',
      mac: '00:1b:21:aa:bb:07',
      name: 'switch-7',
      description: 'Northwind NW-24 switch',
      location: 'Hall 3',
      serial: 'NW-7',
      type: 'NETWORKING',
    };
    expect(devices({ snmp_default: row })).toEqual([found]);
    expect(devices({ snmp_default: [row, { ...row, IPADDR: '198.51.100.2' }, { NAME: 'x' }] })).toEqual([found]);
    expect(devices({ snmp_default: { ...row, PRINTERSERIAL: 'P-1' } })).toMatchObject([
      { serial: 'P-1', type: 'PRINTER' },
    ]);
  });

  it('are devices in the words of agents before 2.8', () => {
    const common = { IPADDR: '192.0.2.8', MACADDR: '00:1B:21:AA:BB:08', NAME: 'laser', LOCATION: 'Hall 1', TYPE: 'x' };
    const switchs = { SERIALNUMBER: 'S-1', MANUFACTURER: 'Northwind', REFERENCE: 'NW-48' };
    expect(
      devices({
        device: [
          { COMMON: common, PRINTERS: { NAME: 'NW Laser', SERIALNUMBER: 'P-2' } },
          { COMMON: { ...common, IPADDR: '192.0.2.6' }, SWITCHS: [switchs, { SERIALNUMBER: 'S-2' }] },
          { COMMON: { ...common, IPADDR: '198.51.100.3' } },
        ],
      }),
    ).toMatchObject([
      { ip: '192.0.2.8', name: 'laser', location: 'Hall 1', serial: 'P-2', type: 'PRINTER' },
      { ip: '192.0.2.6', serial: 'S-1', manufacturer: 'Northwind', model: 'NW-48', type: 'NETWORKING' },
    ]);
  });

  it('is asked for addresses one by one, never for a network', () => {
    const { content } = snmpOrder(['192.0.2.7', '192.0.2.8'], 'secret');
    const params = (content as readonly { attributes?: Record<string, string> }[]).map(
      ({ attributes = {} }) => attributes,
    );
    expect(params.filter(({ TYPE }) => TYPE === 'DEVICE').map(({ IPADDR }) => IPADDR)).toEqual([
      '192.0.2.7',
      '192.0.2.8',
    ]);
    expect(new Set(params.map(({ TYPE }) => TYPE))).toEqual(new Set([undefined, 'DEVICE', 'COMMUNITY', 'SNMP_TYPE']));
  });
});
