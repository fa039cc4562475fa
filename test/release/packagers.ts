import { execFileSync } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOf, must, type Place } from './place.ts';

// What other people's tools say of the packages: each ends this process where it finds something.

/** piuparts installs and purges in a Debian of its own; it asks the mirror for the lists of packages. */
export function judgeDeb({ base, work, deb, say }: Place, mirror: string): void {
  const archive = join(work, 'base.tgz');
  if (!existsSync(archive)) execFileSync('tar', ['-czf', archive, '-C', base, '.']);
  execFileSync('piuparts', ['--basetgz', archive, '-d', 'trixie', '-m', `${mirror} main`, '--no-upgrade-test', deb], {
    stdio: 'pipe',
  });
  say('piuparts finds nothing that installing and purging leave');
}

/** rpm installs, verifies and removes in a root of its own, a Debian: what it needs is not looked for, its scripts run. */
export function judgeRpm({ base, work, rpm: file, say }: Place): void {
  const root = join(work, 'rpm');
  copyOf(base, root);
  const rpm = (...args: string[]): string =>
    execFileSync('rpm', ['--root', root, '--dbpath', '/var/lib/rpm', ...args], { encoding: 'utf8', stdio: 'pipe' });
  rpm('--initdb');
  rpm('-i', '--nodeps', file);
  must(existsSync(join(root, 'opt/sallyport/current/appliance')), 'rpm laid no release');
  rpm('-V', '--nodeps', 'sallyport');
  rpm('-e', '--nodeps', 'sallyport');
  const left = execFileSync('find', [root, '-name', '*sallyport*'], { encoding: 'utf8' });
  must(left === '', `rpm left ${left}`);
  rmSync(root, { recursive: true });
  say('rpm installs, verifies and removes its package');
}
