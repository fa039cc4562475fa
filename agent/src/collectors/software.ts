import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { debPurl, parseDpkgStatus } from '../dpkg/status.ts';
import { type Collector, clean, item, sortItems } from './collector.ts';
import { osRelease } from './os-release.ts';

const maxStatusBytes = 128 * 1024 * 1024;

/** Installed packages as dpkg's own database has them; the date is that of the list of the package's files. */
export const collector: Collector = {
  collection: 'software',
  collect: async ({ files }) => {
    const vendor = osRelease(files)['ID'] ?? 'debian';
    const packages = parseDpkgStatus(files.text('var/lib/dpkg/status', maxStatusBytes) ?? '');
    const listTime = (name: string, arch: string): string | undefined => {
      const ms =
        files.modifiedMs(`var/lib/dpkg/info/${name}.list`) ??
        files.modifiedMs(`var/lib/dpkg/info/${name}:${arch}.list`);
      return ms === undefined ? undefined : toTime(ms);
    };
    const items = packages.map((found) =>
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
    return sortItems(items, 'name', 'arch', 'version');
  },
};
