import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rateMeter } from './rate-meter.ts';

/** A meter, and reports at times in seconds. */
const metered = (total: number) => {
  let now = 0;
  const meter = rateMeter(() => now);
  return (seconds: number, done: number) => {
    now = seconds * 1_000;
    return meter(done, total);
  };
};

describe('the rate of an import', () => {
  it('is not said before there is enough to measure', () => {
    const at = metered(1_000);
    expect([at(0, 0), at(1, 10), at(2, 20)]).toEqual([{}, {}, {}]);
    expect(at(3, 30)).toEqual({ bytesPerSecond: 10, leftMs: 97_000 });
  });

  it('is what it is while nothing changes, at whatever moments it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 5_000 }), { minLength: 5, maxLength: 60 }), (pauses) => {
        const at = metered(1e9);
        at(0, 0);
        let ms = 0;
        for (const pause of pauses) {
          ms += pause;
          const said = at(ms / 1_000, ms * 50);
          if (ms < 3_000) expect(said).toEqual({});
          else expect(said.bytesPerSecond).toBe(50_000);
        }
      }),
    );
  });

  it('moves slowly when one report lies', () => {
    const at = metered(1e9);
    for (let second = 0; second <= 20; second += 1) at(second, second * 1_000_000);
    const before = at(21, 21_000_000).leftMs ?? 0;
    const stalled = at(22, 21_000_000).leftMs ?? 0;
    expect(stalled / before).toBeGreaterThan(1);
    expect(stalled / before).toBeLessThan(1.2);
  });

  it('begins anew with another part of the work', () => {
    let now = 0;
    const meter = rateMeter(() => now);
    meter(0, 100);
    now = 4_000;
    expect(meter(80, 100).bytesPerSecond).toBe(20);
    expect(meter(0, 500)).toEqual({});
    now = 8_000;
    expect(meter(400, 500)).toEqual({ bytesPerSecond: 100, leftMs: 1_000 });
  });

  it('says nothing of the end of what stands still', () => {
    const at = metered(1_000);
    at(0, 0);
    expect(at(10, 0)).toEqual({});
  });
});
