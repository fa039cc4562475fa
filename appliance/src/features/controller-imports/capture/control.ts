import type { Sighting } from '../pcap/types.ts';
import type { ControlTraffic } from '../types.ts';

const maxKinds = 1_024;

/** Gathers the traffic that changes controllers, by what was done, by whom and to whom. */
export const controlTraffic = () => {
  const found = new Map<string, ControlTraffic>();
  return {
    add: ({ control, address, mac, from = '', atMs }: Sighting): void => {
      if (control === undefined) return;
      const to = address ?? mac ?? '';
      const key = `${control} ${from} ${to}`;
      const known = found.get(key);
      if (known !== undefined) {
        known.count += 1;
        known.firstMs = Math.min(known.firstMs, atMs);
        known.lastMs = Math.max(known.lastMs, atMs);
      } else if (found.size < maxKinds)
        found.set(key, { what: control, to, from, firstMs: atMs, lastMs: atMs, count: 1 });
    },
    list: (): ControlTraffic[] => [...found.values()],
  };
};
