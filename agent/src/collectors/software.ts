import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { debPurl, parseDpkgStatus } from '../dpkg/status.ts';
import { type KernelState, kernelStates } from '../packages/kernel.ts';
import { kernelRelease, type RootFiles } from '../platform/root-files.ts';
import { rpmPackages, rpmPurl } from '../rpm/query.ts';
import { type Collector, clean, type Item, item, sortItems } from './collector.ts';
import { osRelease } from './os-release.ts';

const maxStatusBytes = 128 * 1024 * 1024;

/** dpkg's own database; the date is that of the list of the package's files. */
const debItems = (files: RootFiles, vendor: string): Item[] => {
  const listTime = (name: string, arch: string): string | undefined => {
    const ms =
      files.modifiedMs(`var/lib/dpkg/info/${name}.list`) ?? files.modifiedMs(`var/lib/dpkg/info/${name}:${arch}.list`);
    return ms === undefined ? undefined : toTime(ms);
  };
  return parseDpkgStatus(files.text('var/lib/dpkg/status', maxStatusBytes) ?? '').map((found) =>
    item({
      purl: debPurl(vendor, found),
      type: 'deb',
      name: clean(found.name),
      version: clean(found.version),
      arch: clean(found.arch, 50),
      publisher: clean(found.maintainer),
      source: clean(found.source),
      sourceVersion: clean(found.sourceVersion),
      installedAt: listTime(found.name, found.arch),
      sizeKb: found.sizeKb,
    }),
  );
};

const rpmItems = async (files: RootFiles, vendor: string): Promise<Item[]> =>
  (await rpmPackages(files)).map((found) =>
    item({
      purl: rpmPurl(vendor, found),
      type: 'rpm',
      name: clean(found.name),
      version: clean(found.evr),
      arch: clean(found.arch, 50),
      publisher: clean(found.vendor),
      source: clean(found.source),
      sourceVersion: clean(found.sourceVersion),
      installedAt: found.installedSeconds === undefined ? undefined : toTime(found.installedSeconds * 1000),
      sizeKb: found.sizeBytes === undefined ? undefined : Math.ceil(found.sizeBytes / 1024),
    }),
  );

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

/** Installed packages as the databases of dpkg and rpm have them: a system may have both. */
export const softwareItems = async (files: RootFiles): Promise<Item[]> => {
  const vendor = osRelease(files)['ID'];
  const items = [...debItems(files, vendor ?? 'debian'), ...(await rpmItems(files, vendor ?? 'linux'))];
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
  collect: ({ files }) => softwareItems(files),
};
