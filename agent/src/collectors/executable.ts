import { basename } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { withoutHome } from '@sallyport/bundle-tools/protocol/home-path';
import { executableTurn, type KnownExecutable, noRound, roundSchema } from '../executables/round.ts';
import { type Mount, mountsOf } from '../platform/mounts.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { type CollectContext, type Collector, clean, type Item, item, sortItems } from './collector.ts';

// Executable files with their hashes, only where asked for. The section is that of the last whole round.

const memoryName = 'executable';

const removableMounts = (files: RootFiles, mounts: readonly Mount[]): string[] =>
  mounts
    .filter((mount) => {
      const names = files.link(`sys/dev/block/${mount.device}`)?.split('/') ?? [];
      // The flag is that of the whole disk: sdb for sdb1.
      return names.slice(-2).some((name) => files.text(`sys/block/${name}/removable`)?.trim() === '1');
    })
    .map((mount) => mount.path)
    .filter((path) => path !== '/');

const toItem = (found: KnownExecutable, removable: readonly string[]): Item => {
  const path = `/${found.path}`;
  return item({
    sha256: found.sha256,
    name: clean(basename(path), 255),
    path: clean(withoutHome(path), 1024),
    sizeBytes: found.sizeBytes,
    removable: removable.some((mount) => path.startsWith(`${mount}/`)),
    firstSeenAt: toTime(found.firstMs),
  });
};

const collect = async ({ files, memory, clock, executables }: CollectContext): Promise<Item[] | undefined> => {
  const parsed = roundSchema.safeParse(memory.read(memoryName));
  const held = parsed.success ? parsed.data : noRound;
  if (executables === undefined) {
    if (held.done === undefined) return undefined;
    // Switched off again: what was reported is taken back.
    memory.write(memoryName, noRound);
    return [];
  }
  const mounts = files.isMachine ? mountsOf(files) : [];
  const after = executableTurn(files, held, clock(), { mounts, limits: executables });
  // Between two rounds the last section stands.
  if (after === held) return undefined;
  memory.write(memoryName, after);
  if (after.done === undefined) return undefined;
  const removable = files.isMachine ? removableMounts(files, mounts) : [];
  return sortItems(
    after.done.map((found) => toItem(found, removable)),
    'path',
    'sha256',
  );
};

export const collector: Collector = { collection: 'executable', every: 'turn', collect };
