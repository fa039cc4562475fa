import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { dpkgKey } from '@sallyport/bundle-tools/versions/dpkg';
import { withArchive } from '@sallyport/bundle-tools/versions/package-archive';
import { rpmKey } from '@sallyport/bundle-tools/versions/rpm';
import { otherArchives } from '../dpkg/archives.ts';
import { debPurl, parseDpkgStatus } from '../dpkg/status.ts';
import { lookedBeside } from '../packages/beside.ts';
import { kernelRelease, type RootFiles } from '../platform/root-files.ts';
import { rpmPackages, rpmPurl } from '../rpm/query.ts';
import { publishersBySignature } from '../rpm/signers.ts';
import { type CollectContext, type Collector, clean, type Item, item, sortItems } from './collector.ts';
import { osRelease } from './os-release.ts';

// Several kernels are installed side by side and one of them runs. What an advisory says of the others does not count:
// the older ones are not running, a newer one waits for the restart.

type KernelState = 'running' | 'pending' | 'old';

export type KernelPackage = {
  type: 'deb' | 'rpm';
  name: string;
  version: string;
  arch: string;
};

const debKernel = /^linux-(?:image|modules|modules-extra|headers)(?:-unsigned)?-(\d.*)$/;
const rpmKernel =
  /^kernel(?:-(?:core|modules|modules-core|modules-extra|default|default-base|devel|rt|rt-core|uek|uek-core|lt|ml))?$/;

const withoutEpoch = (version: string): string => version.replace(/^\d+:/, '');

/** The release that `uname -r` shows while this package's kernel runs; undefined for any other package. */
const releaseOf = (found: KernelPackage): string | undefined => {
  if (found.type === 'deb') return debKernel.exec(found.name)?.[1];
  return rpmKernel.test(found.name) ? `${withoutEpoch(found.version)}.${found.arch}` : undefined;
};

/** SUSE leaves out the end of the release and adds the flavour: 6.4.0-150600.21-default runs 6.4.0-150600.21.3. */
const runs = (found: KernelPackage, release: string, running: string): boolean => {
  if (release === running) return true;
  if (found.type === 'deb') return false;
  const flavour = /^(.+)-([a-z]+)$/.exec(running);
  const named = /^kernel-([a-z]+)/.exec(found.name)?.[1];
  return flavour !== null && flavour[2] === named && withoutEpoch(found.version).startsWith(`${flavour[1] ?? ''}.`);
};

const keyOf = (found: KernelPackage, release: string): Uint8Array | null =>
  found.type === 'deb' ? dpkgKey(release) : rpmKey(withoutEpoch(found.version));

/**
 * Which of the packages are of the running kernel, which wait for a restart and which are left over, by the place in the
 * list. Empty where none of them runs (a container, a kernel of the user's own).
 */
export const kernelStates = (packages: readonly KernelPackage[], running: string): Map<number, KernelState> => {
  const kernels = packages.flatMap((found, at) => {
    const release = releaseOf(found);
    return release === undefined ? [] : [{ found, at, release }];
  });
  const current = kernels.find(({ found, release }) => runs(found, release, running));
  const states = new Map<number, KernelState>();
  if (current === undefined) return states;
  const currentKey = keyOf(current.found, current.release);
  for (const { found, at, release } of kernels) {
    if (runs(found, release, running)) {
      states.set(at, 'running');
      continue;
    }
    const key = keyOf(found, release);
    const isNewer = key !== null && currentKey !== null && Buffer.compare(key, currentKey) > 0;
    states.set(at, isNewer ? 'pending' : 'old');
  }
  return states;
};

const maxStatusBytes = 128 * 1024 * 1024;

/** dpkg's own database; the date is that of the list of the package's files. */
const debItems = async (files: RootFiles, vendor: string): Promise<Item[]> => {
  const listTime = (name: string, arch: string): string | undefined => {
    const ms =
      files.modifiedMs(`var/lib/dpkg/info/${name}.list`) ?? files.modifiedMs(`var/lib/dpkg/info/${name}:${arch}.list`);
    return ms === undefined ? undefined : toTime(ms);
  };
  const status = files.text('var/lib/dpkg/status', maxStatusBytes);
  if (status === undefined && files.has('var/lib/dpkg/status')) throw new Error('the database of dpkg cannot be read');
  if (status !== undefined && Buffer.byteLength(status) >= maxStatusBytes)
    throw new Error(`the database of dpkg has more than ${maxStatusBytes} bytes`);
  const installed = parseDpkgStatus(status ?? '');
  const archiveOf = installed.length === 0 ? () => undefined : await otherArchives(files, vendor, installed);
  return installed.map((found) =>
    item({
      purl: debPurl(vendor, found),
      type: 'deb',
      name: clean(found.name),
      version: clean(found.version),
      arch: clean(found.arch, 50),
      publisher: clean(withArchive(found.maintainer, archiveOf(found))),
      source: clean(found.source),
      sourceVersion: clean(found.sourceVersion),
      installedAt: listTime(found.name, found.arch),
      sizeKb: found.sizeKb,
    }),
  );
};

/** A list that was not read whole is left out whole: the appliance keeps what it has of a list that a report says nothing of. */
const wholeOrNone = async <T>(read: () => T[] | Promise<T[]>, onPart: CollectContext['onPart']): Promise<T[]> => {
  try {
    return await read();
  } catch (error) {
    if (onPart === undefined) throw error;
    onPart(error);
    return [];
  }
};

const rpmItems = async (files: RootFiles, vendor: string): Promise<Item[]> => {
  const { packages, keys } = await rpmPackages(files);
  const publisherOf = publishersBySignature(packages, keys);
  return packages.map((found) =>
    item({
      purl: rpmPurl(vendor, found),
      type: 'rpm',
      name: clean(found.name),
      version: clean(found.evr),
      arch: clean(found.arch, 50),
      publisher: clean(publisherOf(found)),
      source: clean(found.source),
      sourceVersion: clean(found.sourceVersion),
      installedAt: found.installedSeconds === undefined ? undefined : toTime(found.installedSeconds * 1000),
      sizeKb: found.sizeBytes === undefined ? undefined : Math.ceil(found.sizeBytes / 1024),
    }),
  );
};

const kernelsOf = (items: readonly Item[], files: RootFiles): Map<number, KernelState> =>
  files.isMachine
    ? kernelStates(
        items.map((one) => ({
          type: one['type'] === 'rpm' ? 'rpm' : 'deb',
          name: String(one['name']),
          version: String(one['version']),
          arch: String(one['arch'] ?? ''),
        })),
        kernelRelease(files),
      )
    : new Map();

/** Packages of the system itself as the databases of dpkg and rpm have them: a system may have both. */
export const softwareItems = async (files: RootFiles, onPart?: CollectContext['onPart']): Promise<Item[]> => {
  const vendor = osRelease(files)['ID'];
  const items = [
    ...(await wholeOrNone(() => debItems(files, vendor ?? 'debian'), onPart)),
    ...(await wholeOrNone(() => rpmItems(files, vendor ?? 'linux'), onPart)),
  ];
  const kernels = kernelsOf(items, files);
  return sortItems(
    items.map((one, at) => (kernels.has(at) ? { ...one, kernel: kernels.get(at) ?? '' } : one)),
    'name',
    'arch',
    'version',
  );
};

export const collector: Collector = {
  collection: 'software',
  followsPackages: true,
  collect: async (context) => {
    const { files, onPart } = context;
    const beside = await lookedBeside(context);
    const items = [...(await softwareItems(files, onPart)), ...[...beside.values()].flatMap((look) => look.items)];
    return sortItems(items, 'name', 'arch', 'version');
  },
};
