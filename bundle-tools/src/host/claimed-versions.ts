import type { TufVersions } from '../documents/fields.ts';
import { roleKeysOf } from './role-keys.ts';
import type { HostState } from './state.ts';
import { findNewest, getNewest, rootsFrom } from './trust-files.ts';

// What sites say that they hold. A host that was restored from a backup is behind its sites and must go above them; but a
// site far ahead shows that another one signs with the host's key, and following it would burn the numbers of all.

/** Versions that some site already holds; what is signed next must go above them. */
export type Floor = { readonly snapshot: number; readonly timestamp: number };

/** More versions than a backup can be old: every `fulfil` makes one. */
export const maxCatchUp = 10_000;

/** The root with which the present keys of a role came into use. */
const keysSince = (state: HostState, role: 'snapshot' | 'timestamp'): number => {
  const roots = [...rootsFrom(state, 1)].reverse();
  const idsOf = (root: (typeof roots)[number]) => [...roleKeysOf(root, role).keyids].sort().join();
  const newest = roots[0];
  if (newest === undefined) return 1;
  const other = roots.find((root) => idsOf(root) !== idsOf(newest));
  return other === undefined ? 1 : other.version + 1;
};

type Claim = { readonly site: string; readonly tuf: TufVersions };

/**
 * The versions to go above. What a site holds under keys of an older root counts for nothing: it drops that with the
 * new root (spec 5.3.11). `burned` names the sites that are too far ahead, with the reason; `ahead` those that are ahead
 * as after a restored backup.
 */
export const claimedVersions = (
  state: HostState,
  claims: ReadonlyArray<Claim>,
): { readonly floor: Floor; readonly burned: ReadonlyMap<string, string>; readonly ahead: ReadonlyArray<string> } => {
  const floor = { snapshot: 0, timestamp: 0 };
  const burned = new Map<string, string>();
  const ahead: string[] = [];
  const newestRoot = getNewest(state, 'root').version;
  for (const role of ['timestamp', 'snapshot'] as const) {
    const since = keysSince(state, role);
    const own = findNewest(state, role)?.version ?? 0;
    for (const { site, tuf } of claims) {
      // A root that this host does not have is another trouble, which the check of the answer names.
      if (tuf.root < since || tuf.root > newestRoot || tuf[role] <= own) continue;
      const text = `site ${site} holds ${role} ${tuf[role]}, this host has signed ${own}`;
      if (tuf[role] > own + maxCatchUp)
        burned.set(site, `${text}: the ${role} key was stolen; see trust rotate --renew timestamp --renew snapshot`);
      else {
        ahead.push(`${text}: right after a restored backup, else the ${role} key was stolen`);
        floor[role] = Math.max(floor[role], tuf[role]);
      }
    }
  }
  return { floor, burned, ahead };
};

/**
 * The highest targets version that a site holds under the root in force; one that is further ahead than a backup can be
 * old counts for nothing.
 */
export const claimedTargets = (state: HostState, claims: ReadonlyArray<Claim>): number => {
  const own = findNewest(state, 'targets')?.version ?? 0;
  const newestRoot = getNewest(state, 'root').version;
  const near = claims.filter(({ tuf }) => tuf.targets <= own + maxCatchUp && tuf.root <= newestRoot);
  return Math.max(0, ...near.map(({ tuf }) => tuf.targets));
};
