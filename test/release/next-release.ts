import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { breakServer } from '../support/release-tree.ts';

// Packages of releases to come, made of the package of this one: another version and a step of the schema, as a release has them.

const edit = (path: string, change: (text: string) => string): void =>
  writeFileSync(path, change(readFileSync(path, 'utf8')));

export type NextRelease = {
  /** The package that is changed. */
  deb: string;
  /** The version that it has, and the one that it gets. */
  from: string;
  to: string;
  /** The schema that the step brings, by its number. */
  schema: number;
  /** What its server does: it serves, it ends before it opens its port, it ends before it reads anything. */
  server: 'serves' | 'does not listen' | 'does not start';
};

/** Makes `out`, a Debian package that is another one as another version, after `change`. `work` is a folder of its own. */
export function makeOtherVersion(
  { deb, from, to }: Pick<NextRelease, 'deb' | 'from' | 'to'>,
  work: string,
  out: string,
  change: () => void = () => undefined,
): void {
  rmSync(work, { recursive: true, force: true });
  execFileSync('dpkg-deb', ['--raw-extract', deb, work]);
  const meta = (name: string): string => join(work, 'DEBIAN', name);
  edit(meta('control'), (text) => text.replace(`Version: ${from}`, `Version: ${to}`));
  edit(meta('postinst'), (text) => text.replace(`installed ${from}`, `installed ${to}`));
  // The sums are of the files before; a package needs none.
  rmSync(meta('md5sums'));
  change();
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', work, out], { stdio: 'pipe' });
  rmSync(work, { recursive: true });
}

/** Makes `out`, the Debian package of a release to come. `work` is a folder of its own. */
export function makeNextRelease(next: NextRelease, work: string, out: string): void {
  const { from, to, schema, server } = next;
  makeOtherVersion(next, work, out, () => {
    const release = join(work, 'opt/sallyport/package');
    const program = join(release, 'appliance/program');
    edit(join(release, 'appliance/package.json'), (text) => text.replace(`"${from}"`, `"${to}"`));
    mkdirSync(join(program, 'migrations'), { recursive: true });
    const step = 'create table next (n integer) strict; insert into next values (1)';
    writeFileSync(join(program, 'migrations', `${`${schema}`.padStart(3, '0')}-next.sql`), step);
    if (server === 'does not listen') breakServer(release);
    if (server === 'does not start') writeFileSync(join(program, 'cli/serve.js'), 'process.exit(1);\n');
  });
}
