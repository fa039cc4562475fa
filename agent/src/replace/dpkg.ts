import { chmodSync, cpSync, lstatSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { dpkgOptions } from '../dpkg/options.ts';
import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { ownPackage, versionOf } from './own-package.ts';
import type { Packager } from './types.ts';

// On Debian. The package that is installed may have come by any way, so the one to go back to is made of what is installed: the files
// and scripts that dpkg's database names.

const timeoutMs = 600_000;
const info = 'var/lib/dpkg/info';
const scripts = ['preinst', 'postinst', 'prerm', 'postrm', 'md5sums'];

const run = async (command: string, args: readonly string[]): Promise<string | undefined> => {
  const done = await runChild({ command, args, timeoutMs, env: { DEBIAN_FRONTEND: 'noninteractive' } });
  return done.exit === 0 ? undefined : `${command} ended with ${done.exit ?? 'no code'}: ${done.output.slice(-2000)}`;
};

/** The control file of the installed package, without what only the database has. */
const controlOf = (files: RootFiles): string | undefined => {
  const stanza = (files.text('var/lib/dpkg/status', 128 * 1024 * 1024) ?? '')
    .split(/\n\n+/)
    .find((text) => text.startsWith(`Package: ${ownPackage}\n`));
  return stanza
    ?.split('\n')
    .filter((line) => !/^(?:Status|Config-Version):/.test(line))
    .join('\n');
};

/** Makes a package of what is installed at `out`. */
async function repack(files: RootFiles, tree: string, out: string): Promise<string | undefined> {
  const control = controlOf(files);
  const listed = files.text(`${info}/${ownPackage}.list`);
  if (control === undefined || listed === undefined) return `dpkg does not have ${ownPackage}`;
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  writeFileSync(join(tree, 'DEBIAN/control'), `${control.trim()}\n`);
  for (const name of scripts) {
    const from = files.path(`${info}/${ownPackage}.${name}`);
    if (!isThere(from)) continue;
    cpSync(from, join(tree, 'DEBIAN', name));
    chmodSync(join(tree, 'DEBIAN', name), name === 'md5sums' ? 0o644 : 0o755);
  }
  for (const line of listed.split('\n').filter((text) => text.startsWith('/') && text !== '/.')) {
    const from = files.path(line.slice(1));
    const stat = lstatSync(from, { throwIfNoEntry: false });
    if (stat === undefined) continue;
    if (stat.isDirectory()) mkdirSync(join(tree, line), { recursive: true });
    else {
      mkdirSync(dirname(join(tree, line)), { recursive: true });
      cpSync(from, join(tree, line), { verbatimSymlinks: true });
      if (stat.isFile()) chmodSync(join(tree, line), stat.mode & 0o777);
    }
  }
  const failed = await run('dpkg-deb', ['--root-owner-group', '-Znone', '--build', tree, out]);
  rmSync(tree, { recursive: true, force: true });
  return failed;
}

/** Dpkg, and the service of systemd where this is the machine itself. */
export function dpkgPackager(files: RootFiles, folder: string): Packager {
  const previous = join(folder, 'previous.deb');
  const install = async (file: string): Promise<string | undefined> => {
    const failed = await run('dpkg', [...dpkgOptions(files), '--install', file]);
    if (failed !== undefined || !files.isMachine || !files.has('run/systemd/system')) return failed;
    // The package starts again what runs; one that has failed already is not tried by it.
    return run('systemctl', ['restart', 'sallyport-agent.service']);
  };
  return {
    keep: () => repack(files, join(folder, 'tree'), previous),
    install,
    version: () => versionOf(files.path('usr/bin/sallyport-agent')),
    putBack: () => install(previous),
  };
}
