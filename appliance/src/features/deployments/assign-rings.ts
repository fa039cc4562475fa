import { createHash } from 'node:crypto';

// Who is in which ring. Chosen by hash, so that no list's order decides who is first, and a plan shown before is the plan
// that runs.

type Candidate = { readonly device: number; readonly publicId: string };

const rank = (salt: string, publicId: string): string =>
  createHash('sha256').update(`${salt} ${publicId}`).digest('hex');

/**
 * The ring of each device, counted from 1. `salt` names the rollout's content, so that other updates meet other devices
 * first. A ring that finds no device is left out, and the numbers stay without a gap.
 */
export function assignRings(
  candidates: readonly Candidate[],
  rings: readonly string[],
  salt: string,
  /** Public ids of a group's devices. */
  inGroup: (group: string) => ReadonlySet<string>,
): { rings: ReadonlyMap<number, number>; sizes: readonly number[] } {
  const ranked = candidates
    .map((candidate) => ({ ...candidate, rank: rank(salt, candidate.publicId) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1));
  const found = new Map<number, number>();
  const sizes: number[] = [];
  let rest = ranked;
  for (const ring of [...rings, `${Math.max(1, ranked.length)}`]) {
    const members = membersOf(ring, rest, ranked.length, inGroup);
    if (members.length === 0) continue;
    sizes.push(members.length);
    for (const { device } of members) found.set(device, sizes.length);
    rest = rest.filter(({ device }) => !found.has(device));
  }
  return { rings: found, sizes };
}

const membersOf = <T extends Candidate>(
  ring: string,
  rest: readonly T[],
  all: number,
  inGroup: (group: string) => ReadonlySet<string>,
): readonly T[] => {
  if (ring.startsWith('group:')) {
    const group = inGroup(ring.slice('group:'.length));
    return rest.filter(({ publicId }) => group.has(publicId));
  }
  if (ring.startsWith('device:')) return rest.filter(({ publicId }) => publicId === ring.slice('device:'.length));
  const count = ring.endsWith('%') ? Math.ceil((all * Number.parseInt(ring, 10)) / 100) : Number(ring);
  return rest.slice(0, count);
};
