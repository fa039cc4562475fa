import { defined } from '@sallyport/bundle-tools/platform/defined';
import { ecosystemOf } from '@sallyport/bundle-tools/versions/ecosystem';
import { defaultSuites } from '@sallyport/bundle-tools/versions/followed-suites';
import type { InventoryService, ItemOf } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Scope } from '../../platform/scope.ts';
import type { Followed, FollowedSystem } from './types.ts';

// What a device takes its packages from: what its distribution and release follow, or what an administrator decided for them, and
// beside it what its own list of sources adds. That list alone decides nothing: behind a gap it is often empty.

/** What an administrator decided for a system, by its ecosystem. */
export type FollowRules = ReadonlyMap<string, { readonly suites: readonly string[]; readonly ownSources: boolean }>;

/** Longer lists of a device are cut: the request has room for so many. */
const mostSuites = 64;

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The rules of the site; read once per piece of work. */
export function followRules(objects: Pick<ObjectService, 'list'>): FollowRules {
  const rules = new Map<string, { suites: readonly string[]; ownSources: boolean }>();
  let after: string | undefined;
  do {
    const page = objects.list({ kind: 'followed-suites', limit: 1_000, ...defined({ after }) });
    for (const { body } of page.rows) rules.set(body.system, { suites: body.suites, ownSources: body.ownSources });
    after = page.next;
  } while (after !== undefined);
  return rules;
}

/** What a device follows by its report; undefined where that names no system with comparable versions. */
export function followedBy(row: ItemOf<'platform'> | undefined, rules: FollowRules): Followed | undefined {
  if (row === undefined) return undefined;
  const ecosystem = ecosystemOf({ vendor: text(row['vendor']), release: text(row['release']) });
  if (ecosystem === null) return undefined;
  const arch = text(row['arch']);
  const rule = rules.get(ecosystem);
  const suites = rule?.suites ?? defaultSuites({ ecosystem, arch, codename: text(row['codename']) || undefined });
  const listed = Array.isArray(row['suites']) ? row['suites'].filter((suite) => typeof suite === 'string') : [];
  const own = rule?.ownSources === false ? [] : listed.filter((suite) => !suites.includes(suite));
  return { ecosystem, arch, suites, by: rule === undefined ? 'default' : 'rule', own: own.slice(0, mostSuites) };
}

/** What the systems of the devices in reach follow, each once: with its devices and what the sources of some of them add. */
export function followedSystems(
  inventory: Pick<InventoryService, 'list'>,
  rules: FollowRules,
  scope: Scope,
): FollowedSystem[] {
  const systems = new Map<string, Omit<FollowedSystem, 'own'> & { devices: number; own: Set<string> }>();
  let after: string | undefined;
  do {
    const page = inventory.list({
      scope,
      collection: 'platform',
      limit: 10_000,
      ...defined({ after }),
    });
    for (const row of page.rows) {
      const found = followedBy(row, rules);
      if (found === undefined) continue;
      const name = `${found.ecosystem} ${found.arch}`;
      const system = systems.get(name) ?? { ...found, name, devices: 0, own: new Set() };
      systems.set(name, system);
      system.devices += 1;
      for (const suite of found.own) if (system.own.size < mostSuites) system.own.add(suite);
    }
    after = page.next;
  } while (after !== undefined);
  return [...systems.values()]
    .map((system) => ({ ...system, own: [...system.own].sort() }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}
