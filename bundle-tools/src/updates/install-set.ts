import { BundleError } from '../errors.ts';
import { compareKeys } from '../versions/key.ts';
import { keyFor } from '../versions/scheme.ts';
import type { Update } from './update.ts';

type InstallSetOptions = {
  updates: ReadonlyMap<string, Update>;
  /** What was approved for the device. */
  ids: readonly string[];
  /** Package name to version, as the device's last inventory has it. */
  installed: ReadonlyMap<string, string>;
};

/** -1, 0 or 1; undefined when the package is not there or cannot be compared. */
const compareInstalled = (update: Update, installed: ReadonlyMap<string, string>): number | undefined => {
  const version = installed.get(update.name);
  if (version === undefined) return undefined;
  const [have, offered] = [keyFor(update.ecosystem, version), keyFor(update.ecosystem, update.version)];
  if (have === null || offered === null) return version === update.version ? 0 : undefined;
  return compareKeys(have, offered);
};

/** Packages of one source often demand each other in the very same version: the installed ones move together. */
const lockstep = (options: InstallSetOptions, chosen: ReadonlySet<string>): string[] => {
  const sources = new Set<string>();
  for (const id of chosen) {
    const update = options.updates.get(id);
    if (update !== undefined) sources.add(JSON.stringify([update.ecosystem, update.source, update.source_version]));
  }
  return [...options.updates.values()]
    .filter(
      (update) =>
        !chosen.has(update.id) &&
        sources.has(JSON.stringify([update.ecosystem, update.source, update.source_version])) &&
        compareInstalled(update, options.installed) === -1 &&
        update.depends.some((id) => chosen.has(id)),
    )
    .map((update) => update.id)
    .sort();
};

/**
 * What one device needs for the approved updates, dependencies first: what it has in that version or a newer one is left
 * out, and installed packages of the same source that depend on a chosen one come along.
 */
export const installSet = (options: InstallSetOptions): string[] => {
  const chosen = new Set<string>();
  const visiting = new Set<string>();
  const visit = (id: string): void => {
    if (chosen.has(id) || visiting.has(id)) return;
    const update = options.updates.get(id);
    if (update === undefined) throw new BundleError('NOT_FOUND', `no update ${id} in the catalog`);
    if ((compareInstalled(update, options.installed) ?? -1) >= 0) return;
    // Packages may depend on each other in a circle; the installer takes all files of a set at once.
    visiting.add(id);
    for (const dependency of update.depends) visit(dependency);
    visiting.delete(id);
    chosen.add(id);
  };
  for (const id of options.ids) visit(id);
  for (let more = lockstep(options, chosen); more.length > 0; more = lockstep(options, chosen)) more.forEach(visit);
  return [...chosen];
};
