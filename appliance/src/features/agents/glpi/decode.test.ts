import { describe, expect, it } from 'vitest';
import { type Content, linuxContent, xmlMessage } from '../../../../test/support/glpi-client.ts';
import type { Item } from '../../../engine/inventory/types.ts';
import { mapMessage, virtualMachines } from './decode.ts';
import { readHead, readMessage } from './message.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const deviceId = 'line7-2026-01-02-03-04-05';
const fromJson = (content: Content, more: Content = {}) =>
  mapMessage(readMessage(Buffer.from(JSON.stringify({ action: 'inventory', deviceid: deviceId, content, ...more }))), {
    isOcs: false,
    now,
  });
const fromXml = (content: Content, isOcs = false) =>
  mapMessage(readMessage(Buffer.from(xmlMessage('INVENTORY', deviceId, content))), { isOcs, now });
const items = (report: ReturnType<typeof mapMessage>, collection: string): readonly Item[] =>
  report.sections.find((section) => section.collection === collection)?.items ?? [];

describe('a report', () => {
  it('means the same in both dialects', () => {
    const [json, xml] = [fromJson(linuxContent()), fromXml(linuxContent())];
    expect(json.sections.length).toBeGreaterThan(7);
    expect(xml.sections).toEqual(json.sections);
    expect(xml.facts).toEqual(json.facts);
  });

  it('is counted where it is dropped, and nothing of it comes through', () => {
    const report = fromJson({
      ...linuxContent(),
      registry: [{ name: 'MARKER' }, { name: 'MARKER' }],
      accesslog: { logdate: '2026-11-24 10:00:00' },
      __proto__: [{ x: 'MARKER' }],
    });
    expect(report.dropped).toEqual({ envs: 1, processes: 1, registry: 2, accesslog: 1 });
    expect(JSON.stringify(report)).not.toContain('MARKER');
  });

  it('has the same sections in whatever order its rows come', () => {
    const content = linuxContent();
    const turned = Object.fromEntries(
      Object.entries(content).map(([name, value]) => [name, Array.isArray(value) ? value.toReversed() : value]),
    );
    expect(fromJson(turned).sections).toEqual(fromJson(content).sections);
  });

  it('names the system as our own agent does', () => {
    const os = (values: Content) => items(fromJson({ operatingsystem: values }), 'platform')[0];
    expect(
      os({ name: 'Debian GNU/Linux', version: '13.6', arch: 'x86_64', full_name: 'Debian GNU/Linux 13 (trixie)' }),
    ).toMatchObject({ vendor: 'debian', release: '13', arch: 'amd64', codename: 'trixie' }); // prettier-ignore
    expect(os({ name: 'Ubuntu', version: '24.04.1 LTS (Noble Numbat)', arch: 'aarch64' })).toMatchObject({
      vendor: 'ubuntu',
      release: '24.04',
      arch: 'arm64',
    }); // prettier-ignore
    expect(os({ name: 'Red Hat Enterprise Linux', version: '9.4', arch: 'x86_64' })).toMatchObject({
      vendor: 'rhel',
      release: '9.4',
      arch: 'x86_64',
    }); // prettier-ignore
    expect(
      items(fromXml({ hardware: { osname: 'Debian GNU/Linux 12', osversion: '12' } }, true), 'platform')[0],
    ).toMatchObject({ vendor: 'debian', release: '12' }); // prettier-ignore
    expect(items(fromJson({ hardware: { name: 'x' } }), 'platform')).toEqual([]);
  });

  it('of Windows has its updates apart from its programs', () => {
    const report = fromJson({
      operatingsystem: {
        name: 'Windows',
        full_name: 'Microsoft Windows 10 Pro',
        version: '10.0.19045',
        kernel_name: 'MSWin32',
      },
      softwares: [
        { name: 'Security Update for Windows (KB5031354)', from: 'registry', install_date: '11/10/2025' },
        {
          name: 'Northwind Viewer',
          version: '4.2',
          from: 'registry',
          publisher: 'Northwind',
          uninstall_string: 'x.exe',
        },
        { name: 'Notes on KB5031354', from: 'registry' },
      ],
    });
    expect(items(report, 'os-update')).toEqual([
      {
        update: 'KB5031354',
        title: 'Security Update for Windows (KB5031354)',
        state: 'installed',
        kind: 'security',
        installedAt: '2025-10-11T00:00:00Z',
      }, // prettier-ignore
    ]);
    expect(items(report, 'software').map((one) => [one['type'], one['name']])).toEqual([
      ['windows', 'Northwind Viewer'],
      ['windows', 'Notes on KB5031354'],
    ]);
  });

  it('of OCS has plain package names, dates with the month that was meant, and its own controllers', () => {
    const content = {
      hardware: { osname: 'Debian GNU/Linux 13' },
      softwares: [
        {
          name: 'libc6:amd64',
          version: '2.41-12',
          architecture: 'amd64',
          from: 'deb',
          installdate: '2026/09/31 10:00:00',
        },
      ], // prettier-ignore
      controllers: [
        {
          name: 'Ethernet controller [0200]',
          manufacturer: 'Red Hat, Inc. Virtio 1.0',
          pciid: '1af4:1041',
          pcislot: '00:03.0',
          type: 'rev 01',
        },
      ], // prettier-ignore
      networks: [
        { description: 'ifb0', macaddr: 'be:bd:9b:76:97:91' },
        { description: 'eth0', macaddr: '00:1b:21:aa:bb:01' },
      ], // prettier-ignore
    };
    const report = fromXml(content, true);
    expect(items(report, 'software')).toEqual([
      {
        purl: 'pkg:deb/debian/libc6@2.41-12?arch=amd64',
        type: 'deb',
        name: 'libc6',
        version: '2.41-12',
        arch: 'amd64',
        installedAt: '2026-10-31T10:00:00Z',
      }, // prettier-ignore
    ]);
    expect(items(report, 'hardware')).toMatchObject([
      { type: 'network', mac: '00:1b:21:aa:bb:01' },
      { type: 'pci', subtype: 'Ethernet controller', vendorId: '1af4', productId: '1041' },
    ]);
  });

  it('of OCS on Windows has dates as they are, disks by their model and who is logged in', () => {
    const report = fromXml(
      {
        hardware: {
          name: 'HMI-2',
          osname: 'Microsoft Windows 10 Enterprise LTSC',
          osversion: '10.0.17763',
          oscomments: '',
          uuid: '4C4C4544-0031-4B10-8052-B4C04F4D3733',
          userid: 'operator',
          userdomain: 'PLANT',
          workgroup: 'PLANT',
        },
        bios: { smanufacturer: 'Northwind', smodel: 'Panel 4', ssn: 'NW-00077' },
        storages: [
          {
            manufacturer: '(Standard disk drives)',
            name: 'Northwind SSD 256',
            model: '\\\\.\\PHYSICALDRIVE0',
            description: 'Disk drive',
            type: 'Fixed hard disk media',
            disksize: 244195,
            serialnumber: 'SSD-0001',
            firmware: '1.2',
          },
        ],
        drives: [
          {
            letter: 'C:/',
            type: 'Hard Drive',
            filesystem: 'NTFS',
            total: 243000,
            free: 100,
            numfiles: 0,
            volumn: 'System',
          },
          { letter: 'A:/', type: 'Removable Drive', filesystem: '', total: 0, free: 0, numfiles: 0, volumn: '' },
        ],
        softwares: [
          {
            publisher: 'Example',
            name: 'WinCC',
            version: '7.5',
            folder: 'C:/x',
            installdate: '2026/01/31',
            bitswidth: 64,
          },
          { publisher: 'N/A', name: 'Tool', version: 'N/A', installdate: '0000/00/00' },
        ],
      },
      true,
    );
    expect(items(report, 'sessions')).toEqual([{ account: 'operator', domain: 'PLANT', state: 'active' }]);
    expect(items(report, 'software')).toMatchObject([
      { type: 'windows', name: 'Tool' },
      { type: 'windows', name: 'WinCC', version: '7.5', installedAt: '2026-01-31T00:00:00Z' },
    ]);
    expect(items(report, 'software')[0]).not.toHaveProperty('installedAt');
    const parts = (type: string) => items(report, 'hardware').filter((one) => one['type'] === type);
    expect(parts('disk')).toMatchObject([
      { model: 'Northwind SSD 256', slot: '\\\\.\\PHYSICALDRIVE0', serial: 'SSD-0001' },
    ]);
    expect(parts('volume')).toMatchObject([{ slot: 'C:/', name: 'System' }]);
    expect(report.facts).toMatchObject({ os: 'windows 10.0.17763', hostname: 'HMI-2', serial: 'NW-00077' });
  });

  it('of systems that say little keeps what they say', () => {
    const windows = {
      operatingsystem: { name: 'Microsoft Windows 11 Pro', version: '10.0.26100' },
      local_users: [{ name: 'Operator', id: 'S-1-5-21-1-2-3-1001' }],
      local_groups: [{ name: 'Administrateurs', id: 'S-1-5-32-544' }],
    };
    // Groups without members say nothing about who is an administrator.
    expect(items(fromJson(windows), 'accounts')).toEqual([{ name: 'Operator', sid: 'S-1-5-21-1-2-3-1001' }]);
    const parts = items(
      fromJson({
        storages: [{ name: 'hdisk0', description: 'Virtual SCSI Disk Drive' }, { name: 'fd0' }],
        drives: [
          { type: '/stand', volumn: '/dev/vg00/lvol1', total: 2048 },
          { letter: 'A:', type: 'Removable Disk' },
        ],
        networks: [
          {
            description: 'HBA_Port_WWN_1 /dev/cfg/c0',
            type: 'fibrechannel',
            wwn: '200000e08b9422bc',
            model: 'QLE2462',
          },
          { description: 'lo0', ipaddress: '127.0.0.1', type: 'ethernet' },
        ],
      }),
      'hardware',
    );
    expect(parts).toMatchObject([
      { type: 'disk', model: 'hdisk0', subtype: 'Virtual SCSI Disk Drive' },
      { type: 'network', subtype: 'fibrechannel', model: 'QLE2462', serial: '200000e08b9422bc' },
      { type: 'volume', slot: '/stand', name: '/dev/vg00/lvol1' },
    ]);
  });

  it('says what protects the machine and what is encrypted', () => {
    const report = fromJson({
      antivirus: [{ name: 'Shield', company: 'Northwind', enabled: true, uptodate: false, expiration: '2027-02-01' }],
      firewalls: [
        { status: 'on', profile: 'public', description: 'Windows Firewall' },
        { status: 'off', profile: 'domain', description: 'Windows Firewall' },
      ], // prettier-ignore
      drives: [
        { letter: 'C:', encrypt_status: 'Yes', encrypt_name: 'BitLocker', encrypt_algo: 'XTS_AES_128' },
        { letter: 'D:', total: 100 },
      ], // prettier-ignore
      usbdevices: [
        { vendorid: '1d6b', productid: '0002', name: 'root hub' },
        { vendorid: '781', productid: '5567', class: '8' },
      ], // prettier-ignore
    });
    expect(items(report, 'protection')).toMatchObject([
      { product: 'Shield', state: 'on', databaseState: 'old', licenceUntil: '2027-02-01T00:00:00Z' },
      { product: 'Windows Firewall (domain)', state: 'off' },
      { product: 'Windows Firewall (public)', state: 'on' },
    ]);
    expect(items(report, 'encryption')).toEqual([
      { volume: 'C:', method: 'BitLocker XTS_AES_128', state: 'encrypted' },
    ]);
    expect(items(report, 'external-device')).toMatchObject([{ label: 'USB 8', vendorId: '0781', bus: 'usb' }]);
  });

  it('keeps the tag as a claim, and remote control by name alone', () => {
    const report = fromJson(
      { hardware: { name: 'line7' }, remote_mgmt: [{ type: 'teamviewer', id: '123456789' }] },
      { tag: 'line3' },
    ); // prettier-ignore
    expect(items(report, 'identity')).toMatchObject([{ name: 'line7', agentTag: 'line3' }]);
    expect(items(report, 'software')).toEqual([{ type: 'remote-control', name: 'teamviewer' }]);
    const accountinfo = { keyname: 'TAG', keyvalue: 'line4' };
    expect(items(fromXml({ hardware: { name: 'line7' }, accountinfo }), 'identity')).toMatchObject([
      { agentTag: 'line4' },
    ]);
  });
});

describe('the machines of a host', () => {
  it('are found where they can be told apart', () => {
    const virtualmachines = [
      { name: 'historian', uuid: '4c4c4544-0031-4b10-8052-b4c04f4d3799', mac: '00:16:3e:00:00:01', status: 'running' },
      { name: 'spare', mac: '00:16:3e:00:00:02/00:16:3e:00:00:03', status: 'off' },
      { name: 'web', uuid: 'no uuid', status: 'running' },
    ];
    const bytes = Buffer.from(
      JSON.stringify({ action: 'inventory', deviceid: deviceId, content: { virtualmachines } }),
    );
    const message = readMessage(bytes);
    expect(mapMessage(message, { isOcs: false, now }).dropped).toEqual({});
    expect(virtualMachines(message, now).map((seen) => [seen.names[0], seen.macs?.length, seen.visible])).toEqual([
      ['historian', 1, true],
      ['spare', 2, false],
    ]);
  });
});

describe('the head of a message', () => {
  it('says who and what without the content', () => {
    const bytes = Buffer.from(xmlMessage('INVENTORY', deviceId, linuxContent()));
    expect(readHead(bytes)).toMatchObject({ deviceId, action: 'inventory', dialect: 'xml', sections: new Map() });
    expect(readHead(Buffer.from(xmlMessage('PROLOG', deviceId)))).toMatchObject({ deviceId, action: 'prolog' });
  });

  it('is the same with and without the content, in JSON, too', () => {
    const many = Array.from({ length: 200 }, (_, n) => ({ name: `p"{[${n}`, version: '1\\' }));
    const message = {
      tag: 'a}b',
      content: { softwares: many },
      deviceid: deviceId,
      action: 'inventory',
      partial: true,
    };
    const bytes = Buffer.from(JSON.stringify(message));
    const { sections: _, ...head } = readHead(bytes);
    const { sections, ...whole } = readMessage(bytes);
    expect(head).toEqual(whole);
    expect(sections.get('softwares')).toHaveLength(200);
    expect(readHead(bytes).sections.size).toBe(0);
  });
});
