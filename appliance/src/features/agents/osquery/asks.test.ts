import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../../test/support/engines.ts';
import { immediate } from '../../../platform/database.ts';
import { inventoryAsks } from './asks.ts';

// When a node is asked for its inventory: once a day, spread, and never more nodes than the writer takes.

const hourMs = 3_600_000;
let engines: Engines;
let now: number;
const open = () => inventoryAsks({ db: engines.db, hours: () => 24, clock: () => now });

beforeEach(async () => {
  engines = await openEngines();
  now = Date.parse('2026-11-24T10:00:00Z');
});
afterEach(() => engines.close());

/** The hour, of so many, in which each node is asked again. */
const askedWithin = (asks: ReturnType<typeof open>, nodes: number, hours: number): number[] => {
  const at: number[] = [];
  for (let hour = 0; hour <= hours; hour += 0.5) {
    for (let node = 1; node <= nodes; node += 1) {
      now += 50;
      if (asks.take(node)) {
        at.push(hour);
        asks.answered(node, {});
      }
    }
    now += 0.5 * hourMs;
  }
  return at;
};

describe('a node', () => {
  it('is asked at its first poll, and then a tenth around once a day', () => {
    const asks = open();
    const at = askedWithin(asks, 30, 30);
    expect(at.filter((hour) => hour === 0)).toHaveLength(30);
    const second = at.filter((hour) => hour > 0);
    expect(second).toHaveLength(30);
    expect(Math.min(...second)).toBeGreaterThanOrEqual(21);
    expect(Math.max(...second)).toBeLessThanOrEqual(27);
    expect(new Set(second).size).toBeGreaterThan(3);
  });

  it('is not asked again while it works, but is when nothing came of it', () => {
    const asks = open();
    expect(asks.take(1)).toBe(true);
    now += 5 * 60_000;
    expect(asks.take(1)).toBe(false);
    now += 6 * 60_000;
    expect(asks.take(1)).toBe(true);
  });

  it('whose answers are too large to be taken is asked again in an hour, not in ten minutes', () => {
    const asks = open();
    asks.take(1);
    asks.tooLarge(1);
    now += 0.8 * hourMs;
    expect(asks.take(1)).toBe(false);
    now += 0.4 * hourMs;
    expect(asks.take(1)).toBe(true);
  });

  it('that could not answer all is asked again in an hour', () => {
    const asks = open();
    asks.take(1);
    asks.answered(1, { 'software.npm_packages': 'denylisted' });
    now += 0.8 * hourMs;
    expect(asks.take(1)).toBe(false);
    now += 0.4 * hourMs;
    expect(asks.take(1)).toBe(true);
  });

  it('that answered before a restart is not asked because of it', () => {
    const before = open();
    before.take(1);
    before.answered(1, {});
    now += 2 * hourMs;
    const after = open();
    expect(after.take(1)).toBe(false);
    expect(after.take(2)).toBe(true);
  });
});

describe('ten thousand nodes that come at once', () => {
  it('are asked as fast as the writer takes it, and all in turn', () => {
    const asks = open();
    const asked = new Set<number>();
    const perRound: number[] = [];
    for (let round = 0; round < 10; round += 1) {
      let taken = 0;
      // In one transaction, since the disk is not what is tried here.
      immediate(engines.db, () => {
        for (let node = 1; node <= 10_000; node += 1) {
          // Their polls are spread over a minute.
          now += 6;
          if (!asks.take(node)) continue;
          asked.add(node);
          asks.answered(node, {});
          taken += 1;
        }
      });
      perRound.push(taken);
    }
    expect(asked.size).toBe(10_000);
    expect(Math.max(...perRound)).toBeLessThanOrEqual(40 * 60 + 40);
  });
});
