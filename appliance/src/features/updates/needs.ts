import { hash } from 'node:crypto';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { SourceFix } from '../vulnerabilities/types.ts';
import { sourceName, type World } from './overview.ts';
import type { StoredUpdate } from './store.ts';
import type { Approval, Supply, UpdateItem } from './types.ts';

// Versions that findings ask for and no update of the catalogue reaches. There may be tens of thousands: lists sort and count
// them as they are here and make an item of those that they show.

export type Need = {
  readonly fix: SourceFix;
  readonly supply: Supply;
  /** The manifest's reason, when unfulfilled. */
  readonly reason?: string;
};

const prefix = 'need-';

const needId = ({ ecosystem, source }: SourceFix): string =>
  `${prefix}${hash('sha256', sourceName(ecosystem, source)).slice(0, 24)}`;

/** What findings ask for beyond the catalogue. */
export const needsOf = (updates: readonly StoredUpdate[], world: World): Need[] => {
  const reach = new Map<string, Uint8Array>();
  // Of tens of thousands, few are made a name to look up.
  const sources = new Set<string>();
  for (const { update, inCatalog, sourceKey: key } of updates) {
    if (!inCatalog) continue;
    const name = sourceName(update.ecosystem, update.source);
    const held = reach.get(name);
    if (key && (!held || Buffer.compare(key, held) > 0)) reach.set(name, key);
    sources.add(update.source);
  }
  const isAsked = world.requested.size > 0 || world.unfulfilled.size > 0;
  const needs: Need[] = [];
  for (const fix of world.fixes) {
    const reached = sources.has(fix.source) ? reach.get(sourceName(fix.ecosystem, fix.source)) : undefined;
    const key = reached && keyFor(fix.ecosystem, fix.fixed);
    if (reached && key && Buffer.compare(reached, key) >= 0) continue;
    const want = isAsked ? `update\0${fix.ecosystem}/${fix.source}` : '';
    const reason = world.unfulfilled.get(want);
    if (world.requested.has(want)) needs.push({ fix, supply: 'requested' });
    else if (reason === undefined) needs.push({ fix, supply: 'needed' });
    else needs.push({ fix, supply: 'unfulfilled', reason });
  }
  return needs;
};

/** Tells what was decided about needs; where nothing was, none is looked up. */
export const needApprovals = (world: World): ((need: Need) => Approval) => {
  const isDecided = [...world.decisions.keys()].some((id) => id.startsWith(prefix));
  return ({ fix }) => (isDecided ? (world.decisions.get(needId(fix))?.approval ?? 'undefined') : 'undefined');
};

/** Finds needs by their ids; where none is asked for, none is worked out. */
export const needFinder = (updates: readonly StoredUpdate[], world: World): ((id: string) => Need | undefined) => {
  const byId = new Map<string, Need>();
  let rest: Iterator<Need> | undefined;
  return (id) => {
    if (!id.startsWith(prefix)) return undefined;
    rest ??= needsOf(updates, world).values();
    // A hash for each: as far as it takes.
    while (!byId.has(id)) {
      const { done, value } = rest.next();
      if (done === true) return undefined;
      byId.set(needId(value.fix), value);
    }
    return byId.get(id);
  };
};

/** A need as lists and pages show it, with the number of devices that have it. */
export const needItem = ({ fix, supply, reason }: Need, devices: number, world: World): UpdateItem => {
  const { ecosystem, source, fixed, findings, decision, severity } = fix;
  const id = needId(fix);
  return {
    id,
    kind: 'need',
    name: source,
    version: fixed,
    purl: '',
    arch: '',
    ecosystem,
    source,
    sourceVersion: fixed,
    suites: [],
    security: true,
    signer: '',
    licenceAccepted: true,
    depends: [],
    supersedes: [],
    files: [],
    sizeBytes: 0,
    approval: world.decisions.get(id)?.approval ?? 'undefined',
    supply,
    ...defined({ reason }),
    devices,
    installation: {},
    findings,
    decision,
    severity,
    firstSeenAt: '',
  };
};
