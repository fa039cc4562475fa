import type { DeviceFact } from '@sallyport/bundle-tools/controllers/protocols/device-fact';
import type { Sighting } from '../pcap/types.ts';

// Who asked over DCP for which name of a station, in bounded memory: of each asker the first name, and whether there were more.

type Asked = { mac: string; fact: DeviceFact; atMs: number; packets: number[]; isOne: boolean };

const maxAskers = 8_192;
const maxPackets = 16;

/** Gathers the questions of one capture. */
export const stationQuestions = () => {
  const byMac = new Map<string, Asked>();
  return {
    add: ({ asks, mac, atMs }: Sighting, packet: number): void => {
      if (asks === undefined || mac === undefined) return;
      const known = byMac.get(mac);
      if (known === undefined) {
        if (byMac.size < maxAskers) byMac.set(mac, { mac, fact: asks, atMs, packets: [packet], isOne: true });
        return;
      }
      known.isOne &&= known.fact.value.toLowerCase() === asks.value.toLowerCase();
      known.atMs = Math.max(known.atMs, atMs);
      if (known.packets.length < maxPackets) known.packets.push(packet);
    },
    /** Those who asked for one name alone. */
    own: (): readonly Asked[] => [...byMac.values()].filter(({ isOne }) => isOne),
  };
};

export type StationQuestions = ReturnType<typeof stationQuestions>;
