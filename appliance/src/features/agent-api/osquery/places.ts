// Bodies in work at once; each may hold 8 MiB. Who sends is known only when the body is read, so one address must not be
// able to hold the door shut for the others by sending slowly.

const maxInWork = 64;
const maxOfAddress = 32;

export type Places = { take(address: string): boolean; give(address: string): void };

/** Places for bodies, by the address that they come from. */
export const bodyPlaces = (): Places => {
  const byAddress = new Map<string, number>();
  let total = 0;
  return {
    take: (address) => {
      const own = byAddress.get(address) ?? 0;
      if (total >= maxInWork || own >= maxOfAddress) return false;
      total += 1;
      byAddress.set(address, own + 1);
      return true;
    },
    give: (address) => {
      total -= 1;
      const own = (byAddress.get(address) ?? 1) - 1;
      if (own === 0) byAddress.delete(address);
      else byAddress.set(address, own);
    },
  };
};
