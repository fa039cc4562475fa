import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { refreshStore, refreshTargetsRole, type TrustSource } from '../../src/trust/core.ts';
import type { TufStore } from '../../src/trust/tuf-store.ts';
import { type MetadataSet, ourVerdict, pythonVerdicts, type Verdict } from './verdicts.ts';

/** A dumped set that the two judged differently. */
type Difference = { name: string; ours: Verdict; theirs: Verdict };

const folderSource = (folder: string): TrustSource => ({
  get: async (name) => {
    const file = join(folder, name.endsWith('.root.json') ? name : name.replace(/^[0-9]+\.(?=.*\.json$)/, ''));
    return existsSync(file) ? readFileSync(file) : 'NOT_FOUND';
  },
});

const walk = async (store: TufStore, source: TrustSource, delegator: string, seen: Set<string>, trusted: string[]) => {
  const signed = store.getRole(delegator)?.signed;
  const roles = signed !== undefined && 'targets' in signed ? Object.keys(signed.delegations?.roles ?? {}) : [];
  for (const role of roles) {
    if (seen.has(role)) continue;
    seen.add(role);
    await refreshTargetsRole(store, { source, production: false }, { role, delegator, held: undefined });
    trusted.push(`${role} ${store.getRole(role)?.signed.version}`);
    await walk(store, source, role, seen, trusted);
  }
};

const judge = (set: MetadataSet): Promise<Verdict> =>
  ourVerdict(async (trusted) => {
    const source = folderSource(set.path);
    const { store } = await refreshStore({
      held: set.held,
      source,
      referenceTime: new Date(set.now),
      production: false,
      onTrusted: (role, version) => trusted.push(`${role} ${version}`),
    });
    await walk(store, source, 'targets', new Set(['targets']), trusted);
  });

const setsIn = (dump: string, now: string): MetadataSet[] =>
  readdirSync(dump)
    .sort()
    .flatMap((test) => readdirSync(join(dump, test)).map((refresh) => `${test}/${refresh}`))
    .map((name) => {
      const path = join(dump, name);
      return { name, path, now, held: { root: readFileSync(join(path, '1.root.json')) }, delegations: true };
    });

/** Judges every set of a dump from its first root: by our core and by python3-tuf. */
export const judgeDump = async (dump: string, now: Date) => {
  const sets = setsIn(dump, `${now.toISOString().slice(0, 19)}Z`);
  const theirs = pythonVerdicts(sets);
  const differences: Difference[] = [];
  let accepted = 0;
  for (const [index, set] of sets.entries()) {
    const ours = await judge(set);
    const other = theirs[index];
    if (other === undefined) throw new Error(`no verdict on ${set.name}`);
    if (ours.accepted) accepted += 1;
    if (ours.accepted !== other.accepted || ours.trusted.join() !== other.trusted.join()) {
      differences.push({ name: set.name, ours, theirs: other });
    }
  }
  return { sets: sets.length, accepted, differences };
};
