import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { sandboxOf } from './service-manager.ts';

const unit = readFileSync(join(import.meta.dirname, '../../../../systemd/sallyport.service'), 'utf8');

it('a trial has the sandbox of the unit and of its drop-ins, and neither its start nor its watchdog', () => {
  const dropIns =
    '# /etc/systemd/system/sallyport.service.d/data.conf\n[Service]\nReadWritePaths=/srv/data\n[Install]\nWantedBy=x\n';
  const properties = sandboxOf(`${unit}\n${dropIns}`);
  expect(properties).toEqual(
    expect.arrayContaining([
      'User=sallyport',
      'ProtectSystem=strict',
      'CapabilityBoundingSet=',
      'ReadWritePaths=/srv/data',
    ]),
  );
  expect(
    properties.filter((one) => /^(?:Exec|Type|Notify|Restart|Watchdog|WantedBy|After|Description)/.test(one)),
  ).toEqual([]);
  // Each line of the section is either a property or one of how the unit runs.
  const section = unit.slice(unit.indexOf('[Service]'), unit.indexOf('[Install]'));
  const lines = section.match(/^\w+=.*$/gm) ?? [];
  expect(lines.filter((line) => !properties.includes(line)).map((line) => line.replace(/=.*/, ''))).toEqual([
    'Type',
    'NotifyAccess',
    'TimeoutStartSec',
    'WatchdogSec',
    'ExecStart',
    'ExecReload',
    'Restart',
    'RestartSec',
  ]);
});
