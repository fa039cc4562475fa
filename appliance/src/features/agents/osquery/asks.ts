import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../../platform/database.ts';
import { inventoryRevision } from './names.ts';
import { nodeStore } from './node-store.ts';

// When which node is asked for its inventory. Asking is the back-pressure: an answer that is not taken is lost after
// three tries, so no more nodes are asked in a second than the intake writes.

export type Problems = Readonly<Record<string, 'failed' | 'denylisted'>>;

type InventoryAsks = {
  /** Whether to ask this node now; it counts as asked. */
  take(device: number): boolean;
  /** What was asked was stored, but for the questions named. */
  answered(device: number, problems: Problems): void;
  /** What was asked cannot be taken: it would be no smaller in ten minutes. */
  tooLarge(device: number): void;
};

const hourMs = 3_600_000;
const askedAgainMs = 10 * 60_000;
const asksPerSecond = 40;
const maxNodes = 200_000;

/** Keeps the times of all nodes; a node that never answered is asked at its first poll. */
export const inventoryAsks = (parts: { db: Database; hours: () => number; clock: () => number }): InventoryAsks => {
  const { clock, hours } = parts;
  const store = nodeStore(parts.db);
  const nextAt = new Map<number, number>();
  const bucket = { left: asksPerSecond, at: clock() };

  /** A tenth up or down. */
  const jittered = (ms: number): number => ms * (0.9 + (randomBytes(2)[0] ?? 128) / 1280);

  const takeShare = (): boolean => {
    const now = clock();
    bucket.left = Math.min(asksPerSecond, bucket.left + (Math.max(0, now - bucket.at) / 1000) * asksPerSecond);
    bucket.at = now;
    if (bucket.left < 1) return false;
    bucket.left -= 1;
    return true;
  };

  const set = (device: number, at: number): void => {
    if (nextAt.size >= maxNodes) nextAt.clear();
    nextAt.set(device, at);
  };

  /** After a start of the server the nodes come back at once; their times were kept. */
  const load = (device: number): number => {
    const row = store.get(device);
    if (row?.answeredAt === undefined || row.answeredAt === null) return 0;
    // Other questions than it answered: soon, but not all nodes at once.
    if (row.revision !== inventoryRevision) return clock() + jittered(hourMs) - 0.9 * hourMs;
    return row.answeredAt + jittered(row.problems === '{}' ? hours() * hourMs : hourMs);
  };

  return {
    take: (device) => {
      const held = nextAt.get(device);
      const due = held ?? load(device);
      if (held === undefined) set(device, due);
      if (due > clock() || !takeShare()) return false;
      set(device, clock() + askedAgainMs);
      return true;
    },
    answered: (device, problems) => {
      const text = JSON.stringify(problems);
      store.put({ device, answeredAt: clock(), revision: inventoryRevision, problems: text });
      set(device, clock() + jittered(text === '{}' ? hours() * hourMs : hourMs));
    },
    tooLarge: (device) => set(device, clock() + jittered(hourMs)),
  };
};
