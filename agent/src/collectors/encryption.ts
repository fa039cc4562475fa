import { type Mount, mountsOf } from '../platform/mounts.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, type Item, item, sortItems } from './collector.ts';
import { containerKind } from './container.ts';

// Whether volumes are encrypted, from the device mapper in sysfs and the database of udev; no disk is read for it.

const maxDepth = 8;
const maxVolumes = 1_000;

type Crypt = { method: string };

const cryptOf = (files: RootFiles, kernelName: string): Crypt | undefined => {
  const uuid = files.text(`sys/class/block/${kernelName}/dm/uuid`)?.trim() ?? '';
  const kind = /^CRYPT-([A-Z0-9]+)-/.exec(uuid)?.[1];
  return kind === undefined || kind === 'VERITY' || kind === 'INTEGRITY' ? undefined : { method: kind };
};

/** The encryption at or below a block device: a volume group on an encrypted disk is encrypted too. */
const encryptionBelow = (files: RootFiles, kernelName: string, depth = 0): Crypt | undefined => {
  const own = cryptOf(files, kernelName);
  if (own !== undefined || depth >= maxDepth) return own;
  const below = files.names(`sys/class/block/${kernelName}/slaves`);
  const found = below.map((name) => encryptionBelow(files, name, depth + 1));
  // One plain disk below is enough for a thief.
  return found.length > 0 && found.every((one) => one !== undefined) ? found[0] : undefined;
};

const mapperNames = (files: RootFiles): Map<string, string> =>
  new Map(
    files
      .names('sys/class/block')
      .filter((name) => name.startsWith('dm-'))
      .map((name) => [files.text(`sys/class/block/${name}/dm/name`)?.trim() ?? '', name]),
  );

const kernelNameOf = (
  files: RootFiles,
  mappers: ReadonlyMap<string, string>,
  mount: Pick<Mount, 'device' | 'source'>,
) => {
  const mapped = /^\/dev\/mapper\/(.+)$/.exec(mount.source)?.[1];
  if (mapped !== undefined) return mappers.get(mapped);
  const linked = files.link(`sys/dev/block/${mount.device}`)?.split('/').at(-1);
  if (linked !== undefined) return linked;
  const named = /^\/dev\/([^/]+)$/.exec(mount.source)?.[1];
  return named !== undefined && files.has(`sys/class/block/${named}`) ? named : undefined;
};

const volumeItem = (files: RootFiles, volume: string, kernelName: string): Item => {
  const crypt = encryptionBelow(files, kernelName);
  return item({
    volume: clean(volume),
    disk: clean(kernelName),
    method: crypt?.method,
    state: crypt === undefined ? 'plain' : 'encrypted',
    percent: crypt === undefined ? 0 : 100,
  });
};

/** Encrypted disks that are not open: udev knows them by their header. */
const lockedItems = (files: RootFiles): Item[] => {
  const open = new Set(
    files
      .names('sys/class/block')
      .filter((name) => cryptOf(files, name) !== undefined)
      .flatMap((name) => files.names(`sys/class/block/${name}/slaves`)),
  );
  return files.names('sys/class/block').flatMap((name) => {
    const device = files.text(`sys/class/block/${name}/dev`)?.trim() ?? '';
    const known = /^\d+:\d+$/.test(device) ? (files.text(`run/udev/data/b${device}`) ?? '') : '';
    const kind = /^E:ID_FS_TYPE=(crypto_LUKS|BitLocker)$/m.exec(known)?.[1];
    if (kind === undefined || open.has(name)) return [];
    const version = /^E:ID_FS_VERSION=(\d)$/m.exec(known)?.[1] ?? '';
    const method = kind === 'BitLocker' ? 'BITLK' : `LUKS${version}`;
    return [item({ volume: clean(`/dev/${name}`), disk: clean(name), method, state: 'locked', percent: 100 })];
  });
};

const swapItems = (files: RootFiles, mappers: ReadonlyMap<string, string>): Item[] =>
  (files.text('proc/swaps') ?? '')
    .split('\n')
    .slice(1)
    .map((line) => line.split(/\s+/)[0] ?? '')
    // A swap file is as safe as the volume that it lies on; compressed memory is no disk.
    .filter((source) => source.startsWith('/dev/') && !source.startsWith('/dev/zram'))
    .flatMap((source) => {
      const name = kernelNameOf(files, mappers, { device: '', source });
      return name === undefined ? [] : [volumeItem(files, `swap ${source}`, name)];
    });

/** Volumes that are mounted from disks, swap, and encrypted disks that are closed. */
export const encryptionItems = (files: RootFiles): Item[] => {
  const mappers = mapperNames(files);
  const mounted = new Map<string, Item>();
  const byDepth = mountsOf(files).sort((a, b) => a.path.length - b.path.length);
  for (const mount of byDepth) {
    const key = `${mount.device} ${mount.source}`;
    if (mounted.has(key) || !mount.source.startsWith('/dev/') || mount.source.startsWith('/dev/loop')) continue;
    const name = kernelNameOf(files, mappers, mount);
    if (name !== undefined && !name.startsWith('loop')) mounted.set(key, volumeItem(files, mount.path, name));
  }
  const items = [...mounted.values(), ...swapItems(files, mappers), ...lockedItems(files)];
  return sortItems(items.slice(0, maxVolumes), 'volume');
};

export const collector: Collector = {
  collection: 'encryption',
  every: 'hour',
  // A container has no disks, and what it sees mounted is its host's.
  collect: async ({ files }) =>
    !files.has('sys/class/block') || containerKind(files) !== undefined ? undefined : encryptionItems(files),
};
