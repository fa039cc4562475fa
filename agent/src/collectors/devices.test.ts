import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { rootFiles } from '../platform/root-files.ts';
import { type Memory, noMemory } from './collector.ts';
import { collector as encryption, encryptionItems } from './encryption.ts';
import { connectedDevices, collector as externalDevice } from './external-device.ts';
import { parseClamHeader, collector as protection } from './protection.ts';

let root = '';
const put = (path: string, content: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), content);
};
const link = (path: string, target: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  symlinkSync(target, join(root, path));
};
beforeEach(() => {
  root = ownFolder('devices');
});

const usb = (slot: string, fields: Record<string, string>) => {
  for (const [name, value] of Object.entries(fields)) put(`sys/bus/usb/devices/${slot}/${name}`, `${value}\n`);
};

const stick = { idVendor: '0951', idProduct: '1666', product: 'DataTraveler 3.0', manufacturer: 'Kingston' };

describe('external devices', () => {
  const plugStick = (slot = '1-2') => {
    usb(slot, { ...stick, serial: 'E0D55EA5', bDeviceClass: '00', removable: 'removable', authorized: '1' });
    put(`sys/bus/usb/devices/${slot}:1.0/bInterfaceClass`, '08\n');
  };

  it('are what is plugged in: no hub, nothing that is built in', () => {
    usb('usb1', { bDeviceClass: '09', idVendor: '1d6b' });
    usb('1-1', { bDeviceClass: '09', product: 'Hub' });
    usb('1-1.4', { ...stick, product: 'Camera', bDeviceClass: 'ef', removable: 'fixed' });
    usb('1-3', { idVendor: '046D', idProduct: 'C31C', bDeviceClass: '00', removable: 'unknown', authorized: '0' });
    put('sys/bus/usb/devices/1-3:1.0/bInterfaceClass', '03\n');
    plugStick();
    link('sys/block/sdb', '../devices/pci0000:00/usb1/1-2/1-2:1.0/host6/block/sdb');
    // A link to a folder that is not there: the folder beside it holds the size.
    rmSync(join(root, 'sys/block/sdb'));
    mkdirSync(join(root, 'sys/devices/pci0000:00/usb1/1-2/1-2:1.0/host6/block/sdb'), { recursive: true });
    link('sys/block/sdb', '../devices/pci0000:00/usb1/1-2/1-2:1.0/host6/block/sdb');
    put('sys/block/sdb/size', '60555264\n');
    expect(connectedDevices(rootFiles(root))).toEqual([
      {
        label: 'DataTraveler 3.0',
        class: 'storage',
        bus: 'usb',
        maker: 'Kingston',
        vendorId: '0951',
        productId: '1666',
        serial: 'E0D55EA5',
        capacityBytes: 31_004_295_168,
        allowed: true,
      },
      { label: 'input', class: 'input', bus: 'usb', vendorId: '046d', productId: 'c31c', port: '1-3', allowed: false },
    ]);
  });

  it('that are pulled out stay with the time when they went, until they come back', async () => {
    const held: { value?: unknown; writes: number } = { writes: 0 };
    const memory: Memory = {
      read: () => held.value,
      write: (_name, value) => {
        held.value = JSON.parse(JSON.stringify(value)) as unknown;
        held.writes += 1;
      },
    };
    const at = async (ms: number) =>
      (await externalDevice.collect({ files: rootFiles(root), memory, clock: () => ms }))?.map((one) => [
        one['connected'],
        one['firstSeenAt'],
        one['lastSeenAt'],
      ]);
    mkdirSync(join(root, 'sys/bus/usb/devices'), { recursive: true });
    expect(await at(0)).toEqual([]);
    plugStick();
    expect(await at(1000)).toEqual([[true, '1970-01-01T00:00:01Z', undefined]]);
    expect(await at(2000)).toEqual([[true, '1970-01-01T00:00:01Z', undefined]]);
    expect(held.writes).toBe(1);
    rmSync(join(root, 'sys/bus/usb/devices/1-2'), { recursive: true });
    expect(await at(3000)).toEqual([[false, '1970-01-01T00:00:01Z', '1970-01-01T00:00:03Z']]);
    expect(await at(4000)).toEqual([[false, '1970-01-01T00:00:01Z', '1970-01-01T00:00:03Z']]);
    // In another port it is the same stick.
    plugStick('1-4');
    expect(await at(5000)).toEqual([[true, '1970-01-01T00:00:01Z', undefined]]);
    rmSync(join(root, 'sys/bus/usb/devices/1-4'), { recursive: true });
    await at(6000);
    expect(await at(400 * 24 * 3600 * 1000)).toEqual([]);
  });

  it('of a host are not those of its containers', async () => {
    plugStick();
    put('.dockerenv', '');
    const context = { files: rootFiles(root), memory: noMemory, clock: () => 0 };
    expect(await externalDevice.collect(context)).toBeUndefined();
    put('sys/class/block/sda/dev', '8:0\n');
    expect(await encryption.collect(context)).toBeUndefined();
  });

  it.skipIf(!existsSync('/usr/bin/lsusb') || !existsSync('/sys/bus/usb/devices'))(
    'of this computer are among those that lsusb lists',
    () => {
      const listed = execFileSync('lsusb', { encoding: 'utf8' });
      for (const one of connectedDevices(rootFiles('/')).filter((device) => device['bus'] === 'usb'))
        expect(listed).toContain(`${String(one['vendorId'])}:${String(one['productId'])}`);
    },
  );
});

describe('encryption', () => {
  const block = (name: string, device: string, more: Record<string, string> = {}) => {
    put(`sys/class/block/${name}/dev`, `${device}\n`);
    link(`sys/dev/block/${device}`, `../../devices/virtual/block/${name}`);
    for (const [file, text] of Object.entries(more)) put(`sys/class/block/${name}/${file}`, text);
  };

  it('is seen through volume groups; one plain disk below is enough to be plain', () => {
    block('sda1', '8:1');
    block('sda2', '8:2');
    block('sda3', '8:3');
    block('sdb1', '8:17');
    block('dm-0', '254:0', {
      'dm/uuid': 'CRYPT-LUKS2-0123456789abcdef-root',
      'dm/name': 'root_crypt',
      'slaves/sda3': '',
    });
    block('dm-1', '254:1', { 'dm/uuid': 'LVM-abc', 'dm/name': 'vg-root', 'slaves/dm-0': '' });
    block('dm-2', '254:2', { 'dm/uuid': 'LVM-def', 'dm/name': 'vg-mixed', 'slaves/dm-0': '', 'slaves/sdb1': '' });
    block('dm-3', '254:3', { 'dm/uuid': 'CRYPT-VERITY-1', 'dm/name': 'verity', 'slaves/sda2': '' });
    block('sdc1', '8:33');
    put('run/udev/data/b8:33', 'S:disk\nE:ID_FS_TYPE=crypto_LUKS\nE:ID_FS_VERSION=1\n');
    put('run/udev/data/b8:3', 'E:ID_FS_TYPE=crypto_LUKS\nE:ID_FS_VERSION=2\n');
    put('proc/swaps', 'Filename Type Size Used Priority\n/dev/dm-1 partition 1 0 -2\n/dev/zram0 partition 1 0 100\n');
    put(
      'proc/self/mountinfo',
      [
        '22 1 254:1 / / rw - ext4 /dev/mapper/vg-root rw',
        '23 22 254:1 /var /srv/bind rw - ext4 /dev/mapper/vg-root rw',
        '24 22 8:1 / /boot rw - ext4 /dev/sda1 rw',
        '25 22 254:2 / /data rw - xfs /dev/mapper/vg-mixed rw',
        '26 22 0:44 / /btr rw - btrfs /dev/mapper/root_crypt rw',
        '27 22 254:3 / /usr ro - ext4 /dev/mapper/verity ro',
        '28 22 0:45 / /net rw - nfs4 server:/x rw',
        '29 22 7:0 / /snap/core ro - squashfs /dev/loop0 ro',
      ].join('\n'),
    );
    const items = encryptionItems(rootFiles(root));
    expect(items.map((one) => [one['volume'], one['state'], one['method'], one['percent']])).toEqual([
      ['/', 'encrypted', 'LUKS2', 100],
      ['/boot', 'plain', undefined, 0],
      ['/btr', 'encrypted', 'LUKS2', 100],
      ['/data', 'plain', undefined, 0],
      ['/dev/sdc1', 'locked', 'LUKS1', 100],
      ['/usr', 'plain', undefined, 0],
      ['swap /dev/dm-1', 'encrypted', 'LUKS2', 100],
    ]);
  });
});

describe('security products', () => {
  const header = 'ClamAV-VDB:07 Sep 2023 03-29 -0400:27023:2040000:90:X:X:builder:1694071789'.padEnd(512);

  it('of ClamAV the header of a database has version and date', () => {
    expect(parseClamHeader('daily', header)).toEqual({
      name: 'daily',
      version: 27_023,
      builtMs: Date.UTC(2023, 8, 7, 7, 29),
    });
    expect(parseClamHeader('daily', 'ClamAV-VDB:yesterday:1')).toBeUndefined();
    expect(parseClamHeader('daily', '')).toBeUndefined();
  });

  it('say their version, what runs, and how old the databases are', async () => {
    put(
      'var/lib/dpkg/status',
      ['clamav-daemon', 'kesl', 'ufw', 'auditd']
        .map((name) => `Package: ${name}\nStatus: install ok installed\nVersion: 1:1.4.3\nArchitecture: amd64\n`)
        .join('\n'),
    );
    put('var/lib/clamav/daily.cvd', header);
    put('etc/clamav/clamd.conf', 'User clamav\nOnAccessPrevention yes\nVirusEvent /bin/secret %v\n');
    put('etc/ufw/ufw.conf', '# x\nENABLED=no\n');
    put('sys/fs/selinux/enforce', '0');
    for (const [pid, comm] of [
      ['self', 'node'],
      ['10', 'clamd'],
      ['11', 'kesl'],
    ])
      put(`proc/${pid ?? ''}/comm`, `${comm ?? ''}\n`);
    const at = async (ms: number) => protection.collect({ files: rootFiles(root), memory: noMemory, clock: () => ms });
    const items = await at(Date.UTC(2023, 8, 10));
    expect(items?.map((one) => [one['product'], one['kind'], one['state'], one['version']])).toEqual([
      ['ClamAV', 'antivirus', 'on', '1:1.4.3'],
      ['Kaspersky Endpoint Security for Linux', 'antivirus', 'on', '1:1.4.3'],
      ['Linux Audit', 'detection', 'off', '1:1.4.3'],
      ['SELinux', 'control', 'paused', undefined],
      ['ufw', 'firewall', 'off', '1:1.4.3'],
    ]);
    expect(items?.[0]).toMatchObject({
      realTime: 'off',
      databaseState: 'current',
      databaseVersion: 'daily 27023',
      databaseAt: '2023-09-07T07:29:00Z',
      components: ['clamd: on', 'clamonacc: off', 'freshclam: off'],
      settings: ['OnAccessPrevention: yes'],
    });
    expect((await at(Date.UTC(2023, 8, 20)))?.[0]).toMatchObject({ databaseState: 'old' });
  });

  it('without a process table have a state that is unknown', async () => {
    put('var/lib/dpkg/status', 'Package: clamav\nStatus: install ok installed\nVersion: 1\n');
    const items = await protection.collect({ files: rootFiles(root), memory: noMemory, clock: () => 0 });
    expect(items).toMatchObject([{ product: 'ClamAV', state: 'unknown', databaseState: 'old' }]);
  });
});
