import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { rpmDatabase } from '../rpm/query.ts';

// A package of the system may bring files of another package manager: python3-requests has the metadata that pip would have written.
// What the system's package manager has put there is judged as its package, and counted once.

/** Those of some paths below `/` that no package of the system has put there. */
export type Owners = (paths: readonly string[]) => Promise<string[]>;

const maxListBytes = 16 * 1024 * 1024;
const maxDatabaseBytes = 128 * 1024 * 1024;
const pathsPerCall = 500;

/** Every package of dpkg has a list of its files; the likely ones come first, and the rest is read only while something is missing. */
const withoutDpkg = (files: RootFiles, paths: readonly string[]): string[] => {
  const missing = new Set(paths.map((path) => `/${path}`));
  const lists = files.names('var/lib/dpkg/info').filter((name) => name.endsWith('.list'));
  const isLikely = (name: string): boolean => /^(?:python|node|npm)/.test(name);
  for (const name of [...lists.filter(isLikely), ...lists.filter((one) => !isLikely(one))]) {
    if (missing.size === 0) break;
    for (const line of (files.text(`var/lib/dpkg/info/${name}`, maxListBytes) ?? '').split('\n')) missing.delete(line);
  }
  return paths.filter((path) => missing.has(`/${path}`));
};

/** apk names a folder (`F:`) and after it the files in it (`R:`). */
const withoutApk = (files: RootFiles, paths: readonly string[]): string[] => {
  const missing = new Set(paths);
  let folder = '';
  for (const line of (files.text('lib/apk/db/installed', maxDatabaseBytes) ?? '').split('\n')) {
    if (line.startsWith('F:')) {
      folder = line.slice(2);
      missing.delete(folder);
    } else if (line.startsWith('R:')) missing.delete(`${folder}/${line.slice(2)}`);
  }
  return paths.filter((path) => missing.has(path));
};

/** rpm prints the name that it was asked for where no package has the file. */
const withoutRpm = async (folder: string, paths: readonly string[]): Promise<string[]> => {
  const missing: string[] = [];
  for (let at = 0; at < paths.length; at += pathsPerCall) {
    const some = paths.slice(at, at + pathsPerCall);
    const { output, timedOut, exit } = await runChild({
      command: 'rpm',
      args: ['--dbpath', folder, '-qf', '--queryformat', '\\t%{NAME}\\n', ...some.map((path) => `/${path}`)],
      timeoutMs: 60_000,
      maxOutputBytes: 16 * 1024 * 1024,
    });
    if (timedOut || exit === null) throw new Error('rpm does not answer whose files these are');
    const refused = output.split('\n').filter((line) => line !== '' && !line.startsWith('\t'));
    missing.push(...some.filter((path) => refused.some((line) => line.includes(`/${path}`))));
  }
  return missing;
};

/** Asks every package manager that a root has. Throws where rpm does not answer. */
export const systemOwners =
  (files: RootFiles): Owners =>
  async (paths) => {
    if (paths.length === 0) return [];
    const rpm = rpmDatabase(files);
    const rest = withoutApk(files, withoutDpkg(files, paths));
    return rpm === undefined || rest.length === 0 ? rest : withoutRpm(files.path(rpm.folder), rest);
  };
