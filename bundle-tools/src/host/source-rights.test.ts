import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../test/support/sources.ts';
import { hidingLine } from './source-rights.ts';

describe('what the nightly unit does not see', () => {
  const unit = readFileSync(join(repositoryRoot, 'systemd/sallyport-host-sync.service'), 'utf8');

  it.each([
    ['/home/aigul/osv', 'ProtectHome'],
    ['/root', 'ProtectHome'],
    ['/run/user/1000/gvfs', 'ProtectHome'],
    ['/tmp/osv.zip', 'PrivateTmp'],
    ['/var/tmp/osv', 'PrivateTmp'],
    ['/dev/shm/osv', 'PrivateDevices'],
  ])('has %s, by its line %s', (path, line) => {
    expect(hidingLine(path)).toBe(line);
    expect(unit).toContain(`\n${line}=yes\n`);
  });

  it.each(['/srv/osv', '/homes/osv', '/var/lib/osv', '/media/usb', '/mnt'])('has not %s', (path) => {
    expect(hidingLine(path)).toBeUndefined();
  });
});
