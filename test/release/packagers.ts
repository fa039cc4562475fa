import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { copyOf, must, type Place } from './place.ts';

// What other people's tools say of the packages: each ends this process where it finds something.

const packages = (dist: string, ending: string): string[] => readdirSync(dist).filter((file) => file.endsWith(ending));

/** piuparts installs and purges in a Debian of its own; it asks the mirror for the lists of packages. */
export function judgeDebs({ base, work, dist, say }: Place, mirror: string): void {
  const archive = join(work, 'base.tgz');
  if (!existsSync(archive)) execFileSync('tar', ['-czf', archive, '-C', base, '.']);
  for (const file of packages(dist, '_amd64.deb')) {
    const where = ['--basetgz', archive, '-d', 'trixie', '-m', `${mirror} main`];
    execFileSync('piuparts', [...where, '--no-upgrade-test', join(dist, file)], { stdio: 'pipe', maxBuffer: 1 << 26 });
    say(`piuparts finds nothing that installing and purging ${file} leave`);
  }
}

/** rpm installs, verifies and removes in a root of its own, a Debian: what it needs is not looked for, its scripts run. */
export function judgeRpms({ base, work, dist, say }: Place): void {
  const root = join(work, 'rpm');
  for (const file of packages(dist, '.x86_64.rpm')) {
    copyOf(base, root);
    const rpm = (...args: string[]): string =>
      execFileSync('rpm', ['--root', root, '--dbpath', '/var/lib/rpm', ...args], { encoding: 'utf8', stdio: 'pipe' });
    const name = file.replace(/-[^-]+-[^-]+$/, '');
    rpm('--initdb');
    rpm('-i', '--nodeps', join(dist, file));
    rpm('-V', '--nodeps', name);
    rpm('-e', '--nodeps', name);
    const left = execFileSync('find', [root, '-name', '*sallyport*'], { encoding: 'utf8' });
    must(left === '', `rpm left of ${file}: ${left}`);
    rmSync(root, { recursive: true });
    say(`rpm installs, verifies and removes ${file}`);
  }
}
