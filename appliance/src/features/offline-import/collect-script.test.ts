import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../../test/support/sources.ts';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';

// The file that packaging/windows/sallyport-collect.ps1 writes, as its lines say: composed by hand, since no PowerShell runs here.

const file = join(repositoryRoot, 'test/support/windows/collected.xml');
const script = readFileSync(join(repositoryRoot, 'packaging/windows/sallyport-collect.ps1'), 'utf8');

const site = await openConsole();
afterAll(() => site.close());

describe('what sallyport-collect.ps1 writes', () => {
  it('has the elements that the script writes, and the script nothing of later PowerShell', () => {
    const written = new Set([...script.matchAll(/'([A-Z][A-Z0-9_]+)'/g)].map(([, name]) => name));
    const elements = [...readFileSync(file, 'utf8').matchAll(/<([A-Z][A-Z0-9_]+)>/g)].map(([, name]) => name);
    expect([...new Set(elements)].filter((name) => !written.has(name))).toEqual([]);
    expect(script).not.toMatch(/Get-CimInstance|ConvertTo-Json|\[ordered\]|\[pscustomobject\]|-notin\b|-in\b|\?\./i);
  });

  it('is imported as a computer with its programs, updates, accounts and hardware', async () => {
    const { offlineImport, devices, inventory } = site.appliance;
    const [row] = (await offlineImport.import(systemActor, file)).rows;
    expect(row).toMatchObject({ state: 'new', reason: null, hostname: 'HMI-03', dropped: {} });
    const device = devices.byPublicId(row?.device ?? '');
    expect(device).toMatchObject({ serial: 'V8K7654321', macs: ['00:1b:1b:77:12:03'] });
    devices.approve(systemActor, device.id);
    expect((await offlineImport.import(systemActor, file)).rows).toMatchObject([{ state: 'stored' }]);
    const section = <N extends Parameters<typeof inventory.section>[1]>(name: N) =>
      inventory.section<N>(device.id, name);
    expect(section('platform')).toMatchObject([
      { vendor: 'windows', release: '6.1.7601', build: 'Service Pack 1', arch: '32-bit' },
    ]);
    expect(section('software')).toMatchObject([{ name: 'SIMATIC WinCC Runtime', version: '07.02.0000' }]);
    expect(section('os-update')).toMatchObject([{ update: 'KB4012212', state: 'installed' }]);
    // Names of persons are kept encrypted.
    expect(section('accounts')).toHaveLength(1);
    expect(section('identity')).toMatchObject([{ windowsName: 'HMI-03', ipv4: ['10.7.0.33'], serial: 'V8K7654321' }]);
    expect(new Set(section('hardware').map(({ type }) => type))).toEqual(
      new Set(['system', 'bios', 'cpu', 'memory', 'disk', 'network']),
    );
  });
});
