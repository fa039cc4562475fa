import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { noMemory } from '../collectors/collector.ts';
import { rootFiles } from '../platform/root-files.ts';
import { windowsCollectors } from './collectors.ts';
import { productState } from './protection.ts';
import { decodeWindowsText, parseWindowsReport, rowOf, rowsOf, textsOf, timeOf } from './report.ts';
import { windowsDeviceFacts } from './system.ts';
import { windowsUpdates } from './update.ts';

// The report is composed from the documentation of the classes; it was not captured on a Windows computer.

const text = readFileSync(join(import.meta.dirname, '../../test/windows/report.json'), 'utf8');
const report = parseWindowsReport(`\uFEFF${text}`);
const context = { files: rootFiles('/'), memory: noMemory, clock: () => Date.UTC(2026, 0, 1) };
const asked: string[] = [];
const collectors = windowsCollectors(async (sections) => {
  asked.push(...sections);
  return report;
});
const collect = (name: string) => collectors.find(({ collection }) => collection === name)?.collect(context);

describe('a Windows computer', () => {
  it('asks the script only for sections that it has', async () => {
    for (const { collect: run } of collectors) await run(context);
    const script = readFileSync(join(import.meta.dirname, '../../windows/inventory.ps1'), 'utf8');
    for (const name of new Set(asked)) expect(script).toMatch(new RegExp(`^  '?${name}'? = \\{$`, 'm'));
  });

  it('has an identity, a platform and what waits for a restart', async () => {
    expect(await collect('identity')).toEqual([
      {
        name: 'hmi-07',
        windowsName: 'HMI-07',
        windowsDomain: 'plant.example',
        windowsDomainType: 'domain',
        dnsName: 'hmi-07.plant.example',
        dnsDomain: 'plant.example',
        networkLocation: 'Plant-North',
        ipv4: ['10.7.0.21', '10.8.0.21'],
        macs: ['00:1b:1b:aa:bb:cc', '00:1b:1b:aa:bb:cd'],
        osType: 'windows',
        isVirtual: false,
        uuid: '4c4c4544-0042-3510-8051-c7c04f4e3333',
        serial: 'V8K1234567',
      },
    ]);
    expect(await collect('platform')).toEqual([
      {
        vendor: 'windows',
        name: 'Microsoft Windows 10 Enterprise LTSC',
        release: '21H2',
        codename: 'EnterpriseS',
        build: '10.0.19044.5011',
        arch: 'amd64',
        kernel: '10.0.19044',
        installedAt: '2022-04-20T10:20:00Z',
        systemFolder: 'C:\\Windows',
        updateAgentState: 'manual',
        managingServer: 'wsus.plant.example:8531',
      },
    ]);
    expect(await collect('activity')).toEqual([
      {
        lastUpdateAt: '2023-10-13T00:00:00Z',
        restartPending: true,
        restartReasons: ['Windows Update', 'files to be renamed'],
        bootedAt: '2026-11-24T06:00:00Z',
      },
    ]);
    expect(windowsDeviceFacts(report.section('system'), 'a'.repeat(32))).toMatchObject({
      uuid: '4c4c4544-0042-3510-8051-c7c04f4e3333',
      hostname: 'hmi-07',
      os: 'windows 10.0.19044.5011',
      macs: ['00:1b:1b:aa:bb:cc', '00:1b:1b:aa:bb:cd'],
    });
  });

  it('has programs: updates, parts and frameworks are none, and no name of a person is in a command', async () => {
    const software = await collect('software');
    expect(software?.map((one) => [one['type'], one['name'], one['version'], one['arch']])).toEqual([
      ['windows', '7-Zip 22.01 (x64)', '22.01', 'amd64'],
      ['appx', 'Microsoft.WindowsCalculator', '11.2210.0.0', 'amd64'],
      ['windows', 'SIMATIC WinCC Runtime', '17.00.0500', 'i386'],
      ['windows', 'Viewer', '3.1', undefined],
    ]);
    expect(software?.[0]).toMatchObject({ installedAt: '2023-04-12T00:00:00Z', sizeKb: 5605 });
    expect(software?.[1]).toMatchObject({ publisher: 'Microsoft Corporation' });
    expect(JSON.stringify(software)).not.toMatch(/dana|erik/);
  });

  it('has updates that are installed, missing and failed', async () => {
    const updates = await collect('os-update');
    expect(updates?.map((one) => [one['update'], one['state'], one['kind'], one['errorCode']])).toEqual([
      ['6f0b0b1a-0000-4000-8000-000000000002', 'missing', 'driver', undefined],
      ['KB4562830', 'installed', 'other', undefined],
      ['KB5011048', 'installed', 'other', undefined],
      // It failed before it was installed.
      ['KB5031356', 'installed', 'security', undefined],
      ['KB5032189', 'failed', 'security', '0x80240017'],
    ]);
    expect(updates?.at(-1)).toMatchObject({
      severity: 'critical',
      needsRestart: true,
      releasedAt: '2023-11-14T00:00:00Z',
    });
  });

  it('has accounts and sessions of people', async () => {
    expect((await collect('accounts'))?.map((one) => [one['name'], one['isAdmin'], one['enabled']])).toEqual([
      ['Administrator', true, false],
      ['operator', false, true],
    ]);
    expect((await collect('sessions'))?.map((one) => [one['account'], one['kind'], one['startedAt']])).toEqual([
      ['dana', 'remote', '2026-11-24T07:01:00Z'],
      ['operator', 'local', '2026-11-24T06:01:00Z'],
    ]);
  });

  it('has parts, equal ones told apart', async () => {
    const hardware = await collect('hardware');
    const memory = hardware?.filter((one) => one['type'] === 'memory');
    expect(memory?.map((one) => one['slot'])).toEqual(['ChannelA-DIMM0', 'ChannelA-DIMM0#2']);
    expect(memory?.[0]).toMatchObject({ subtype: 'DDR4', model: 'M471A1K43CB1-CTD', capacityBytes: 8_589_934_592 });
    expect(memory?.[0]).not.toHaveProperty('serial');
    expect(hardware?.find((one) => one['type'] === 'network')).toMatchObject({ vendorId: '8086', productId: '1533' });
    expect(hardware?.find((one) => one['type'] === 'board')).not.toHaveProperty('serial');
  });

  it('has security products; Defender once, with what the Security Center knows of it', async () => {
    const protection = await collect('protection');
    expect(protection?.map((one) => [one['product'], one['kind'], one['state'], one['databaseState']])).toEqual([
      ['Kaspersky Endpoint Security for Windows', 'antivirus', 'on', 'old'],
      ['Kaspersky Endpoint Security for Windows', 'firewall', 'on', undefined],
      ['Microsoft Defender Antivirus', 'antivirus', 'paused', 'current'],
      ['Windows Defender Firewall', 'firewall', 'paused', undefined],
    ]);
    expect(protection?.[2]).toMatchObject({ threatsFound: 2, threatsNotCured: 1, lastScanAt: '2023-11-13T18:26:40Z' });
    expect(await collect('quarantine-file')).toEqual([
      {
        product: 'Microsoft Defender Antivirus',
        number: '{11}',
        name: 'eicar.com',
        path: 'C:\\Users\\*\\Downloads\\eicar.com',
        placedAt: '2023-11-12T14:40:00Z',
        threat: 'Virus:DOS/EICAR_Test_File',
        state: 'infected',
        account: 'PLANT\\dana',
      },
    ]);
  });

  it.each([
    [0x061000, 'on', 'current'],
    [0x061010, 'on', 'old'],
    [0x060000, 'off', 'current'],
    [0x062010, 'paused', 'old'],
    [0x063000, 'failing', 'current'],
  ])('with the product state %i is %s with databases that are %s', (bits, state, databaseState) => {
    expect(productState(bits)).toEqual({ state, databaseState });
  });

  it('has volumes with their encryption; a locked one tells nothing else', async () => {
    expect(
      (await collect('encryption'))?.map((one) => [
        one['volume'],
        one['state'],
        one['method'],
        one['keyGuarded'],
        one['guards'],
      ]),
    ).toEqual([
      ['C:', 'encrypted', 'XTS-AES 256', false, ['TPM', 'recovery password']],
      ['D:', 'encrypting', 'XTS-AES 128', true, ['password']],
      ['E:', 'locked', undefined, undefined, undefined],
      ['F:', 'plain', undefined, false, undefined],
      ['G:', 'unknown', undefined, false, undefined],
    ]);
    expect((await collect('encryption'))?.at(-1)).toMatchObject({ error: '0x80310008' });
  });

  it('has external devices: no hub, one row per device', async () => {
    expect(
      (await collect('external-device'))?.map((one) => [
        one['label'],
        one['class'],
        one['vendorId'],
        one['serial'],
        one['allowed'],
      ]),
    ).toEqual([
      ['Kingston DataTraveler 3.0 USB Device', 'storage', '0951', 'E0D55EA5', true],
      ['USB Composite Device', 'other', '046d', undefined, false],
    ]);
  });

  it('whose script failed for a section says so', async () => {
    const failing = parseWindowsReport(
      '{"format":"sallyport-windows/1","sections":{},"errors":{"system":"Access denied"}}',
    );
    await expect(windowsCollectors(async () => failing)[0]?.collect(context)).rejects.toThrow('Access denied');
  });
});

describe('a date of Windows', () => {
  it.each([
    ['/Date(1650450000000)/', '2022-04-20T10:20:00Z'],
    ['/Date(1650450000000+0300)/', '2022-04-20T10:20:00Z'],
    ['20230412', '2023-04-12T00:00:00Z'],
    ['4/20/2022', '2022-04-20T00:00:00Z'],
    ['2023-04-12T10:00:00.1234567+03:00', '2023-04-12T07:00:00Z'],
    ['/Date(-11644473600000)/', undefined],
    ['Mittwoch', undefined],
    [null, undefined],
    [{ DateTime: 'x' }, undefined],
  ])('%s is %s', (written, iso) => {
    expect(timeOf(written)).toBe(iso);
  });
});

describe('what PowerShell writes', () => {
  const said = { format: 'sallyport-windows/1', sections: { system: { os: { Caption: 'Windows 10 Корпоративная' } } } };

  it('is read in UTF-8 and UTF-16, with a byte order mark and without', () => {
    const json = JSON.stringify(said);
    const wide = Buffer.from(`\uFEFF${json}`, 'utf16le');
    for (const bytes of [Buffer.from(json), Buffer.from(`\uFEFF${json}`), wide, Buffer.from(wide).swap16()])
      expect(rowOf(parseWindowsReport(decodeWindowsText(bytes)).section('system'), 'os')).toEqual({
        Caption: 'Windows 10 Корпоративная',
      });
  });

  it('may be a list, a lone row, a wrapped list or nothing', () => {
    const row = { Name: 'x', KB: { value: ['1', '2'], Count: 2 } };
    for (const part of [[row], row, { value: [row], Count: 1 }]) expect(rowsOf({ part }, 'part')).toEqual([row]);
    for (const part of [[], null, undefined, '', { value: [], Count: 0 }]) expect(rowsOf({ part }, 'part')).toEqual([]);
    expect(textsOf(row, 'KB')).toEqual(['1', '2']);
  });

  it.each([
    ['/Date(1697155200000)/', '2023-10-13T00:00:00Z'],
    ['/Date(1697155200000+0500)/', '2023-10-13T00:00:00Z'],
    [{ value: '/Date(1697155200000)/', DisplayHint: 2, DateTime: 'пятница' }, '2023-10-13T00:00:00Z'],
    ['20231013', '2023-10-13T00:00:00Z'],
    ['20231399', undefined],
    ['10/13/2023', '2023-10-13T00:00:00Z'],
    ['10/13/2023 12:00:00 AM', '2023-10-13T00:00:00Z'],
    ['13/10/2023', '2023-10-13T00:00:00Z'],
    ['13.10.2023', '2023-10-13T00:00:00Z'],
    ['13.10.2023 00:00:00', '2023-10-13T00:00:00Z'],
    ['13.10.2023 г.', '2023-10-13T00:00:00Z'],
    ['31.02.2023', undefined],
    ['2023-10-13', '2023-10-13T00:00:00Z'],
    ['2023-10-13T00:00:00+05:00', '2023-10-12T19:00:00Z'],
    ['Fri Oct 13 2023', undefined],
    ['', undefined],
  ])('%j is the day %s', (value, day) => {
    expect(timeOf(value)).toBe(day);
  });

  it('calls updates by the ids of their categories, whatever the language', () => {
    const update = (title: string, categoryIds: unknown, categories: string[] = []) => ({
      title,
      categoryIds,
      categories,
    });
    const missing = [
      update('KB5000001', ['0FA1201D-4330-4FA8-8AE9-B877473B6441'], ['Обновления системы безопасности']),
      update('KB5000002', 'ebfc1fc5-71a4-4f7b-9aca-3b9a503104a0', ['Treiber']),
      update('KB5000003', [], ['Security Updates']),
      update('KB5000004', ['cd5ffd1e-e932-4e3a-bf74-18bf0bbdd83e'], ['Обновления']),
    ];
    expect(windowsUpdates({}, { missing }).map(({ update: name, kind }) => [name, kind])).toEqual([
      ['KB5000001', 'security'],
      ['KB5000002', 'driver'],
      ['KB5000003', 'security'],
      ['KB5000004', 'other'],
    ]);
  });
});
