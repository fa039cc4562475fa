import type { Sighting } from '../pcap/types.ts';
import type { ControlTraffic } from '../types.ts';

const maxKinds = 1_024;
const maxDetails = 12;
const maxDetailText = 400;

/** Gathers the traffic that changes controllers, by what was done, by whom and to whom. */
export const controlTraffic = () => {
  const found = new Map<string, { traffic: Omit<ControlTraffic, 'detail'>; details: Set<string> }>();
  return {
    add: ({ control, address, mac, from = '', behind, detail, atMs }: Sighting, packet: number): void => {
      if (control === undefined) return;
      const to = [address ?? mac ?? '', behind].filter(Boolean).join(', ');
      const key = `${control} ${from} ${to}`;
      const known = found.get(key);
      const details = known?.details ?? new Set();
      // One more than is shown tells that there are more.
      if (detail !== undefined && detail !== '' && details.size <= maxDetails) details.add(detail);
      if (known !== undefined) {
        const { traffic } = known;
        traffic.count += 1;
        traffic.firstMs = Math.min(traffic.firstMs, atMs);
        traffic.lastMs = Math.max(traffic.lastMs, atMs);
        traffic.packet = Math.min(traffic.packet, packet);
      } else if (found.size < maxKinds)
        found.set(key, {
          traffic: { what: control, to, from, firstMs: atMs, lastMs: atMs, packet, count: 1 },
          details,
        });
    },
    list: (): ControlTraffic[] =>
      [...found.values()]
        .sort((a, b) => a.traffic.packet - b.traffic.packet)
        .map(({ traffic, details }) => {
          const shown = [...details].slice(0, maxDetails).join('; ');
          return { ...traffic, detail: (details.size > maxDetails ? `${shown}; …` : shown).slice(0, maxDetailText) };
        }),
  };
};
