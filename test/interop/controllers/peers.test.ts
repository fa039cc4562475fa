import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { identified, nmapSays, partOf, saidOf, sentKeys } from '../../support/controllers/judges.ts';
import { hasOpen62541, startOpen62541 } from '../../support/controllers/opcua-peer.ts';
import {
  freeTcpPort,
  has,
  hasPython,
  hasSnap7,
  type Peer,
  startPymodbus,
  startSnap7,
} from '../../support/controllers/peers.ts';
import { bacnetInstance, startBacnet, startEnip, startPnio } from '../../support/controllers/responders.ts';
import { snmpSecrets, startSnmpd, sysDescr } from '../../support/controllers/snmpd.ts';

// Each protocol reads a peer that others wrote; what we play ourselves is judged by a script of nmap, which must say the same.

const hasNmap = has('nmap');
const root = process.getuid?.() === 0;

const modbusNames = {
  VendorName: 'Acme',
  ProductCode: 'AC-1',
  MajorMinorRevision: '2.3.1',
  VendorUrl: 'http://acme.example',
  ProductName: 'Pump',
  ModelName: 'P9',
  UserApplicationName: 'line',
};

describe.skipIf(!hasPython('pymodbus'))('Modbus/TCP with pymodbus (skipped without python3-pymodbus)', () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startPymodbus(modbusNames);
  });
  afterAll(() => peer.stop());

  it('reads all that the device tells of itself', async () => {
    const result = await identified('modbus', peer.port);
    expect(saidOf(result)).toEqual({
      vendorRaw: 'Acme',
      productCode: 'AC-1',
      orderNumber: 'AC-1',
      firmwareObserved: '2.3.1',
      vendorUrl: 'http://acme.example',
      productName: 'Pump',
      model: 'P9',
      application: 'line',
      modbusUnit: '255',
    });
    expect(result).toMatchObject({ anomalies: [] });
    expect(result.trouble).toBeUndefined();
    expect(sentKeys(result)).toEqual(['modbus.device-id', 'modbus.device-id', 'modbus.device-id']);
  });

  it('asks for no more than was switched on', async () => {
    const only = { identify: true, modules: false, details: false, mode: false };
    expect(sentKeys(await identified('modbus', peer.port, {}, only))).toEqual(['modbus.device-id']);
    const none = { identify: false, modules: true, details: false, mode: true };
    expect(await identified('modbus', peer.port, {}, none)).toMatchObject({ readings: [], packets: [] });
  });

  it.skipIf(!hasNmap)('says what nmap says', async () => {
    const said = await nmapSays('modbus-discover', 'tcp', peer.port);
    expect(said).toContain('Device identification: Acme AC-1 2.3.1');
  });
});

describe.skipIf(!hasSnap7())('S7 with libsnap7 (skipped without libsnap7-1)', () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startSnap7();
  });
  afterAll(() => peer.stop());

  it('reads who the CPU is, its names, its mode and its checksums', async () => {
    const result = await identified('s7', peer.port);
    expect(saidOf(result)).toEqual({
      mode: 'RUN',
      orderNumber: '6ES7 315-2EH14-0AB0',
      // Its list is the copy of a real CPU's: Ausbg1 of record 1.
      hwVersion: '4',
      firmwareObserved: 'V3.2.6',
      name: 'SNAP7-SERVER',
      moduleName: 'CPU 315-2 PN/DP',
      serial: 'S C-C2UR28922012',
      model: 'CPU 315-2 PN/DP',
      memoryCardSerial: 'MMC 267FF11F',
      protectionLevel: '1',
      protectionAssigned: '0',
      passwordSet: 'no',
      keySwitch: 'RUN_P',
      hardwareChecksum1: '0x1001',
      hardwareChecksum2: '0x337b',
      programChecksum1: '0x0200',
      programChecksum2: '0x75f4',
    });
    expect(result).toMatchObject({ anomalies: [] });
    expect(partOf(result, `tcp/${peer.port}`)).toEqual({ protocol: 's7', transport: 'tcp', port: String(peer.port) });
  });

  it.skipIf(!hasNmap)('says what nmap says', async () => {
    const said = await nmapSays('s7-info', 'tcp', peer.port);
    for (const text of ['Module: 6ES7 315-2EH14-0AB0', 'Version: 3.2.6', 'System Name: SNAP7-SERVER'])
      expect(said).toContain(text);
    for (const text of ['Module Type: CPU 315-2 PN/DP', 'Serial Number: S C-C2UR28922012'])
      expect(said).toContain(text);
  });
});

describe.skipIf(!has('snmpd'))('SNMP with net-snmp (skipped without snmpd)', () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startSnmpd();
  });
  afterAll(() => peer.stop());

  const identify = { identify: true, modules: false, details: false, mode: false };
  const system = {
    description: sysDescr,
    vendorRaw: 'Siemens',
    model: 'SCALANCE X208',
    orderNumber: '6GK5 208-0BA10-2AA3',
    hwVersion: '5',
    firmwareObserved: 'V4.5.0',
    serial: 'SVPL6147920',
    objectId: '1.3.6.1.4.1.4329.6.3.1',
    name: 'SWITCH-07',
  };
  const auth = (by: 'sha1' | 'sha256') => ({ by, password: snmpSecrets.auth });
  const privacy = { password: snmpSecrets.privacy };

  it.each([
    ['version 2c', { community: snmpSecrets.community }, ['snmp.discovery', 'snmp.system']],
    ['a user without secrets', { user: { name: 'plain' } }, ['snmp.discovery', 'snmp.system']],
    ['SHA-1', { user: { name: 'sha1', auth: auth('sha1') } }, ['snmp.discovery', 'snmp.system']],
    ['SHA-1 and AES', { user: { name: 'sha1', auth: auth('sha1'), privacy } }, ['snmp.discovery', 'snmp.system']],
    ['SHA-256 and AES', { user: { name: 'sha256', auth: auth('sha256'), privacy } }, ['snmp.discovery', 'snmp.system']],
    [
      'version 2c behind an unknown user',
      { user: { name: 'nobody' }, community: snmpSecrets.community },
      ['snmp.discovery', 'snmp.system', 'snmp.system'],
    ],
  ])('reads the system group by %s', async (_name, snmp, keys) => {
    const result = await identified('snmp', peer.port, { credentials: { snmp } }, identify);
    expect(saidOf(result)).toMatchObject(system);
    expect(sentKeys(result)).toEqual(keys);
    expect(result.anomalies).toEqual([]);
  });

  it('finds the engine and no more without a user and a community', async () => {
    const result = await identified('snmp', peer.port);
    expect(sentKeys(result)).toEqual(['snmp.discovery']);
    expect(saidOf(result)['snmpEngineId']).toMatch(/^80001f88/);
  });

  it('says why a wrong password, or a user who may only come with secrets, is refused', async () => {
    const wrong = { name: 'sha256', auth: { by: 'sha256' as const, password: 'not the one' }, privacy };
    const refused = await identified('snmp', peer.port, { credentials: { snmp: { user: wrong } } }, identify);
    expect(saidOf(refused)['description']).toBe('! snmp-report-05');
    const open = { name: 'sha256', auth: auth('sha256') };
    const plain = await identified('snmp', peer.port, { credentials: { snmp: { user: open } } }, identify);
    expect(saidOf(plain)['description']).toMatch(/^! snmp-/);
  });

  it('reads one physical entity after the other until there are no more', async () => {
    const user = { name: 'sha256', auth: auth('sha256'), privacy };
    const result = await identified('snmp', peer.port, { credentials: { snmp: { user } } });
    expect(partOf(result, 'entity/1')).toMatchObject({ model: '6GK5 208-0BA10-2AA3', firmwareObserved: 'V4.5.0' });
    expect(partOf(result, 'entity/2')).toEqual({ description: 'Power supply', serial: 'PS-1' });
    expect(sentKeys(result).filter((key) => key === 'snmp.entity')).toHaveLength(3);
  });
});

describe.skipIf(!hasOpen62541)('OPC UA with open62541 (skipped without libopen62541-1.4-dev and gcc)', () => {
  let peer: Peer;
  beforeAll(async () => {
    peer = await startOpen62541();
  });
  afterAll(() => peer.stop());

  it('finds servers and endpoints without a session', async () => {
    const only = { identify: true, modules: false, details: false, mode: false };
    const result = await identified('opcua', peer.port, {}, only);
    expect(saidOf(result)).toMatchObject({ applicationUri: 'urn:open62541.server.application' });
    expect(saidOf(result)['firmwareObserved']).toBeUndefined();
    expect(partOf(result, `tcp/${peer.port}`)).toMatchObject({
      protocol: 'opcua',
      security: 'None',
      anonymous: 'true',
    });
    expect(sentKeys(result).filter((key) => key.includes('session'))).toEqual([]);
  });

  it('reads the build with consent, and says goodbye', async () => {
    const result = await identified('opcua', peer.port);
    expect(saidOf(result)).toMatchObject({
      vendorRaw: 'Acme Automation',
      productName: 'Acme Controller 7',
      firmwareObserved: 'V3.1.2',
      buildNumber: '4711',
    });
    expect(sentKeys(result).slice(-2)).toEqual(['opcua.close-session', 'opcua.close-channel']);
  });
});

describe('EtherNet/IP', () => {
  const identity = {
    cipTuple: '1/14/166',
    firmwareObserved: '33.011',
    serial: '0x60abcdef',
    model: '1756-L83E/B',
    vendorId: 'cip 1',
    vendorRaw: 'Rockwell Automation',
    cipStatus: '0x3060',
    cipState: '0x03',
  };

  it('is asked by UDP first, and judged by nmap', async () => {
    const peer = await startEnip();
    const result = await identified('enip', peer.port);
    expect(saidOf(result)).toEqual(identity);
    expect(result.packets.map(({ kind }) => kind)).toEqual(['udp', 'udp']);
    if (hasNmap) {
      const said = await nmapSays('enip-info', 'tcp', peer.port);
      for (const text of ['revision: 33.11', 'serialNumber: 0x60abcdef', 'productCode: 166', '1756-L83E/B', '0x3060'])
        expect(said).toContain(text);
    }
    await peer.stop();
  });

  it('is asked by TCP where UDP stays silent', async () => {
    const peer = await startEnip('tcp');
    const result = await identified('enip', peer.port, { replyMs: 500 });
    expect(saidOf(result)).toEqual(identity);
    expect(result.packets.map(({ kind }) => kind)).toEqual(['udp', 'tcp', 'tcp']);
    await peer.stop();
  });
});

describe('PNIO-CM', () => {
  it.each(['little', 'big'] as const)('reads answers from another port, %s-endian', async (order) => {
    const peer = await startPnio(order);
    const [result, said] = await Promise.all([
      identified('pnio-cm', peer.port),
      hasNmap && root && order === 'big' ? nmapSays('profinet-cm-lookup', 'udp', peer.port) : undefined,
    ]);
    expect(saidOf(result)).toMatchObject({
      vendorRaw: 'Siemens',
      vendorId: 'pn 0x002a',
      deviceId: '0x0008',
      model: 'S7-1500',
      orderNumber: '6ES7 672-5DC01-0YA0',
      hwVersion: '0',
      firmwareObserved: 'V2.1.7',
    });
    if (said !== undefined) expect(said).toContain('annotation: S7-1500                   6ES7 672-5DC01-0YA0');
    await peer.stop();
  });

  it('asks a device that has ever more entries four times at most', async () => {
    const peer = await startPnio('big', true);
    expect(sentKeys(await identified('pnio-cm', peer.port))).toHaveLength(4);
    await peer.stop();
  });
});

describe('BACnet/IP', () => {
  const values = {
    vendorId: 'bacnet 5',
    vendorRaw: 'JCI',
    model: 'NAE-4510',
    firmwareObserved: '5.1.0.4400',
    name: 'Үй-12',
    application: '7.2',
    serial: '! bacnet-error-2/32',
  };

  it('reads the properties of the device object in every character set, and is judged by nmap', async () => {
    const peer = await startBacnet();
    const [result, said] = await Promise.all([
      identified('bacnet', peer.port),
      hasNmap && root ? nmapSays('bacnet-info', 'udp', peer.port) : undefined,
    ]);
    expect(saidOf(result)).toEqual({ ...values, bacnetInstance: String(bacnetInstance) });
    if (said !== undefined)
      for (const text of ['Vendor Name: JCI', 'Firmware: 5.1.0.4400', 'Model Name: NAE-4510', 'Software: 7.2'])
        expect(said).toContain(text);
    await peer.stop();
  });

  it('asks for whichever device it is where it does not say', async () => {
    const peer = await startBacnet(false);
    const result = await identified('bacnet', peer.port, { replyMs: 500 });
    expect(saidOf(result)).toEqual(values);
    expect(sentKeys(result).slice(0, 3)).toEqual(['bacnet.who-is', 'bacnet.who-is', 'bacnet.read-property']);
    await peer.stop();
  });
});

describe('a port where nobody listens', () => {
  it('is asked once', async () => {
    const result = await identified('s7', await freeTcpPort());
    expect(result).toMatchObject({ readings: [], packets: [], anomalies: [], trouble: 'refused' });
  });
});
