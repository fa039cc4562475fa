// The one bound on what others can make the server hold: connections, requests, bytes and slots. Everything that is held has an
// owner, a device or the network of a stranger. An owner that has its share, and a whole that is full, take nothing more away from
// others: who holds most gives way first, its oldest first, so that a newcomer who holds little always gets in.

export type Holder = {
  readonly owner: string;
  /** Ends what holds; absent where it must not be ended, so that a newcomer is refused instead. Its holdings are given back already. */
  giveWay?(): void;
};

type Limits = {
  /** Of all owners together. */
  most: () => number;
  mostOf: (owner: string) => number;
  /** Owners that never give way to one that is not; absent: there are none. */
  isPreferred?: (owner: string) => boolean;
};

export type Limiter<H extends Holder = Holder> = {
  /** Takes so much more for a holder; false: it cannot have it, and holds what it held before. */
  take(holder: H, amount?: number): boolean;
  /** Gives back all that the holder has. */
  give(holder: H): void;
  /** It was used: others give way before it. */
  touch(holder: H): void;
  holds(holder: H): boolean;
  of(owner: string): number;
  total(): number;
  /** All holders, the oldest of each owner first. */
  holders(): Iterable<H>;
};

type Share<H> = { amount: number; held: Map<H, number> };

/** Makes a limiter; it keeps no clock and no timer. */
export function limiter<H extends Holder = Holder>({ most, mostOf, isPreferred = () => false }: Limits): Limiter<H> {
  const shares = new Map<string, Share<H>>();
  let total = 0;

  const give = (holder: H): void => {
    const share = shares.get(holder.owner);
    const amount = share?.held.get(holder);
    if (share === undefined || amount === undefined) return;
    share.held.delete(holder);
    share.amount -= amount;
    total -= amount;
    if (share.held.size === 0) shares.delete(holder.owner);
  };

  const oldestOf = (share: Share<H> | undefined, except: H): H | undefined => {
    for (const holder of share?.held.keys() ?? []) if (holder !== except && holder.giveWay !== undefined) return holder;
    return undefined;
  };

  /** Who gives way to `newcomer` where the whole is full: of those that are not preferred who has most, then of the others. */
  const victimFor = (newcomer: H): H | undefined => {
    const own = isPreferred(newcomer.owner);
    const most = { preferred: false, amount: 0, holder: undefined as H | undefined };
    for (const [owner, share] of shares) {
      const preferred = isPreferred(owner);
      if (preferred && !own) continue;
      const isWorse = most.holder === undefined || (most.preferred && !preferred);
      if (!isWorse && (preferred !== most.preferred || share.amount <= most.amount)) continue;
      const holder = oldestOf(share, newcomer);
      if (holder !== undefined) Object.assign(most, { preferred, amount: share.amount, holder });
    }
    return most.holder;
  };

  const evict = (holder: H | undefined): boolean => {
    if (holder === undefined) return false;
    give(holder);
    holder.giveWay?.();
    return true;
  };

  return {
    take: (holder, amount = 1) => {
      const { owner } = holder;
      while ((shares.get(owner)?.amount ?? 0) + amount > mostOf(owner)) {
        if (!evict(oldestOf(shares.get(owner), holder))) return false;
      }
      while (total + amount > most()) {
        if (!evict(victimFor(holder))) return false;
      }
      const share = shares.get(owner) ?? { amount: 0, held: new Map<H, number>() };
      shares.set(owner, share);
      share.held.set(holder, (share.held.get(holder) ?? 0) + amount);
      share.amount += amount;
      total += amount;
      return true;
    },
    give,
    touch: (holder) => {
      const held = shares.get(holder.owner)?.held;
      const amount = held?.get(holder);
      if (held === undefined || amount === undefined) return;
      held.delete(holder);
      held.set(holder, amount);
    },
    holds: (holder) => shares.get(holder.owner)?.held.has(holder) === true,
    of: (owner) => shares.get(owner)?.amount ?? 0,
    total: () => total,
    *holders() {
      for (const { held } of shares.values()) yield* held.keys();
    },
  };
}
