import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeOtherVersion } from './next-release.ts';
import { copyOf, must, type Place } from './place.ts';

// What other people's tools say of the packages: each ends this process where it finds something.

const packages = (dist: string, ending: string): string[] => readdirSync(dist).filter((file) => file.endsWith(ending));

/** Before every release: what an upgrade begins from where there was none yet. */
const earlier = '0.0.1';

/**
 * piuparts installs, purges and upgrades in a Debian of its own; it asks the mirror for the lists of packages, and a repository in a
 * folder for an earlier version of each.
 */
export function judgeDebs({ base, work, dist, version, say }: Place, mirror: string): void {
  const [archive, earlierOnes] = [join(work, 'base.tgz'), join(work, 'earlier')];
  execFileSync('tar', ['-czf', archive, '-C', base, '.']);
  const debs = packages(dist, '_amd64.deb');
  rmSync(earlierOnes, { recursive: true, force: true });
  mkdirSync(earlierOnes, { recursive: true });
  for (const file of debs)
    makeOtherVersion(
      { deb: join(dist, file), from: version, to: earlier },
      join(work, 'next'),
      join(earlierOnes, file),
    );
  writeFileSync(
    join(earlierOnes, 'Packages'),
    execFileSync('dpkg-scanpackages', ['.'], { cwd: earlierOnes, stdio: ['ignore', 'pipe', 'pipe'] }),
  );
  const where = ['--basetgz', archive, '-d', 'trixie', '-m', `${mirror} main`];
  const upgrades = ['--bindmount', earlierOnes, '--extra-repo', `deb [trusted=yes] file:${earlierOnes} ./`];
  for (const file of debs) {
    const said = execFileSync('piuparts', [...where, ...upgrades, join(dist, file)], {
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 1 << 26,
    });
    must(/PASS: Installation, upgrade and purging/.test(said), `piuparts did not upgrade to ${file}`);
    say(`piuparts finds nothing that installing, upgrading and purging ${file} leave`);
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
