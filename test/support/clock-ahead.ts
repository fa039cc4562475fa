// Loaded into a program (node --import) and its threads: their clock is some days ahead. Timers keep to the real one.

const aheadMs = Number(process.env['CLOCK_AHEAD_DAYS'] ?? 0) * 86_400_000;
const Real = Date;

class Ahead extends Real {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [Real.now() + aheadMs] : given) as [number]));
  }

  static override now(): number {
    return Real.now() + aheadMs;
  }
}

if (aheadMs !== 0) globalThis.Date = Ahead as DateConstructor;
