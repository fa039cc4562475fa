import { isIP } from 'node:net';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { z } from 'zod';
import { runChild } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { type CollectContext, type Collector, clean, type Item, item, sortItems } from './collector.ts';

// Whom the device sees on its own network, only where its group asks: the kernel's table of IPv4 and IPv6. It forgets within
// minutes, so a neighbour stays for a week with the day on which it was last there: the section changes with the
// neighbours and once a day, not with each packet.

const memoryName = 'neighbour';
const forgetAfterMs = 7 * 24 * 3600 * 1000;
const dayMs = 24 * 3600 * 1000;
const maxNeighbours = 1_024;
const maxTableBytes = 4 * 1024 * 1024;
const timeoutMs = 10_000;

type Neighbour = { address: string; mac: string; interface: string };

/** Entered by hand, or not answered. */
const unlearned = /\b(?:PERMANENT|NOARP|FAILED|INCOMPLETE)\b/;
const isForOthers = (address: string): boolean =>
  isIP(address) !== 0 && !/^(?:127\.|22[4-9]\.|23\d\.|255\.|0\.|::|fe[89ab]|ff)/i.test(address);
const isCard = (mac: string): boolean =>
  /^(?:[0-9a-f]{2}:){5}[0-9a-f]{2}$/.test(mac) && !/^(?:00:){5}00$|^[0-9a-f][13579bdf]/.test(mac);

const kept = (found: readonly Neighbour[]): Neighbour[] =>
  found.filter(({ address, mac }) => isForOthers(address) && isCard(mac)).slice(0, maxNeighbours);

/** What `ip neigh show` prints: `192.0.2.1 dev eth0 lladdr 00:1b:21:0a:00:01 REACHABLE`. */
export const parseIpNeighbours = (text: string): Neighbour[] =>
  kept(
    text.split('\n').flatMap((line) => {
      const match = /^(\S+) dev (\S+) lladdr (\S+)(.*)$/.exec(line.trim());
      if (match === null || unlearned.test(match[4] ?? '')) return [];
      const [, address = '', name = '', mac = ''] = match;
      return [{ address: address.toLowerCase(), mac: mac.toLowerCase(), interface: clean(name, 50) }];
    }),
  );

/** `/proc/net/arp`, which knows IPv4 only: a complete entry has the flag 2, an entered one 4 as well. */
export const parseArp = (text: string): Neighbour[] =>
  kept(
    text
      .split('\n')
      .slice(1)
      .flatMap((line) => {
        const [address = '', , flags = '', mac = '', , name = ''] = line.trim().split(/\s+/);
        return (Number(flags) & 6) === 2 ? [{ address, mac: mac.toLowerCase(), interface: clean(name, 50) }] : [];
      }),
  );

const tableOf = async (files: RootFiles): Promise<Neighbour[]> => {
  // Only the kernel's own socket has the table of IPv6, and `ip` asks it.
  if (files.isMachine) {
    const asked = await runChild({
      command: 'ip',
      args: ['neigh', 'show'],
      timeoutMs,
      maxOutputBytes: maxTableBytes,
    });
    if (asked.exit === 0) return parseIpNeighbours(asked.stdout);
  }
  return parseArp(files.text('proc/net/arp', maxTableBytes) ?? '');
};

const memorySchema = z.array(
  z.object({ address: z.string(), mac: z.string(), interface: z.string(), dayMs: z.number() }),
);
type Remembered = z.infer<typeof memorySchema>[number];

const keyOf = ({ address, mac }: Neighbour): string => `${address} ${mac}`;

/** Those of the last week and those of now, each with its day; the newest where there are too many. */
export const rememberNeighbours = (
  known: readonly Remembered[],
  now: readonly Neighbour[],
  nowMs: number,
): Remembered[] => {
  const today = nowMs - (nowMs % dayMs);
  const all = new Map(known.filter((one) => nowMs - one.dayMs < forgetAfterMs).map((one) => [keyOf(one), one]));
  for (const one of now) all.set(keyOf(one), { ...one, dayMs: today });
  return [...all.values()].sort((a, b) => b.dayMs - a.dayMs).slice(0, maxNeighbours);
};

const collect = async ({ files, memory, clock, neighbours }: CollectContext): Promise<Item[] | undefined> => {
  const parsed = memorySchema.safeParse(memory.read(memoryName));
  if (neighbours !== true) {
    if (!parsed.success || parsed.data.length === 0) return undefined;
    // Switched off again: what was reported is taken back.
    memory.write(memoryName, []);
    return [];
  }
  const before = parsed.success ? parsed.data : [];
  const after = rememberNeighbours(before, await tableOf(files), clock());
  if (JSON.stringify(after) !== JSON.stringify(before)) memory.write(memoryName, after);
  return sortItems(
    after.map(({ address, mac, interface: name, dayMs: day }) =>
      item({ address, mac, interface: name, lastSeenAt: toTime(day) }),
    ),
    'address',
    'mac',
  );
};

export const collector: Collector = { collection: 'neighbour', every: 'hour', collect };
