import { randomInt } from 'node:crypto';
import { isLong } from './long.ts';

// What chance decides in a test follows from one seed, so that a run can be repeated and a fault that chance found comes
// back. docs/decisions/017-fuzzing.md

const whole = (name: string, fallback: number, below: number): number => {
  const text = process.env[name] || `${fallback}`;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value >= below) throw new Error(`${name} is no whole number below ${below}: ${text}`);
  return value;
};

/** The seed of this run: SALLYPORT_SEED, a number or `random`; always the same without. */
export const seed =
  process.env['SALLYPORT_SEED'] === 'random' ? randomInt(2 ** 31) : whole('SALLYPORT_SEED', 20261124, 2 ** 31);

/** How many times as long as usual the laws run (SALLYPORT_RUNS). */
export const runsFactor = whole('SALLYPORT_RUNS', 1, 10_001);

/** The usual run tries the first third of the cases: its seed does not change, so neither do they. */
const share = isLong || runsFactor > 1 ? 1 : 3;

/** How often to try a law that is tried `count` times where chance looks for faults (`make soak`, `make fuzz`). */
export const runs = (count: number): number => Math.ceil((count * runsFactor) / share);
