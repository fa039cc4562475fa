import { BundleError } from '../../src/errors.ts';
import { refreshTargetsRole, type TrustedTarget, type TrustSource } from '../../src/trust/core.ts';
import type { TufStore } from '../../src/trust/tuf-store.ts';

// Spec 5.6.7. The exchange looks into no delegation, so the search is here; each role on the way is verified by the core.

/** A search that meets more roles than this ends in a refusal. */
const maxRoles = 64;

type WalkOptions = {
  store: TufStore;
  source: TrustSource;
  /** A role's file as it was trusted before. */
  held: (role: string) => Uint8Array | undefined;
  /** Called with each file as soon as it is trusted. */
  onTrusted: (role: string, bytes: Uint8Array) => void;
};

type Step = { role: string; delegator: string };

const signedOf = (store: TufStore, role: string) => {
  const signed = store.getRole(role)?.signed;
  if (signed === undefined || !('targets' in signed)) throw new BundleError('INTERNAL', `no ${role} after its refresh`);
  return signed;
};

const trustRole = async ({ store, source, held, onTrusted }: WalkOptions, { role, delegator }: Step): Promise<void> => {
  if (role === 'targets') return;
  const { bytes, fresh } = await refreshTargetsRole(
    store,
    { source, production: false },
    { role, delegator, held: held(role) },
  );
  if (fresh) onTrusted(role, bytes);
};

/**
 * Looks for a target: the top-level role first, then its delegations depth first, in the order in which each delegator
 * names them. A role is asked once; a terminating delegation ends the search behind it.
 */
export const findTarget = async (options: WalkOptions, path: string): Promise<TrustedTarget | undefined> => {
  const { store } = options;
  const seen = new Set<string>();
  const open: Step[] = [{ role: 'targets', delegator: 'root' }];
  for (let step = open.pop(); step !== undefined; step = open.pop()) {
    const { role } = step;
    if (seen.has(role)) continue;
    if (seen.size === maxRoles) throw new BundleError('LIMIT', `more than ${maxRoles} roles for one target`);
    seen.add(role);
    await trustRole(options, step);
    const signed = signedOf(store, role);
    if (Object.hasOwn(signed.targets, path)) return signed.targets[path];
    const children: Step[] = [];
    for (const { role: child, terminating } of signed.delegations?.rolesForTarget(path) ?? []) {
      children.push({ role: child, delegator: role });
      if (!terminating) continue;
      open.length = 0;
      break;
    }
    open.push(...children.reverse());
  }
  return undefined;
};
