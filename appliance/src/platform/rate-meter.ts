// How fast bytes go by and when they will be through, steady enough to be read: an average that forgets over some
// seconds, and nothing at all before there is enough to average.

const memoryMs = 10_000;
const warmUpMs = 3_000;

type Rate = { readonly bytesPerSecond?: number; readonly leftMs?: number };

/** Takes the bytes done so far at each report; a new total or fewer bytes begin a new measurement. */
export const rateMeter = (clock: () => number): ((doneBytes: number, totalBytes: number) => Rate) => {
  let begun = { at: 0, total: -1 };
  let last = { at: 0, done: 0 };
  let rate = 0;
  return (doneBytes, totalBytes) => {
    const now = clock();
    if (totalBytes !== begun.total || doneBytes < last.done) {
      begun = { at: now, total: totalBytes };
      last = { at: now, done: doneBytes };
      rate = 0;
      return {};
    }
    const passedMs = now - last.at;
    if (passedMs > 0) {
      const seen = ((doneBytes - last.done) / passedMs) * 1_000;
      const measuredMs = now - begun.at;
      // While the measurement is younger than its memory, every moment of it counts the same.
      const weight = passedMs >= measuredMs ? 1 : 1 - Math.exp(-passedMs / Math.min(memoryMs, measuredMs));
      rate += (seen - rate) * weight;
      last = { at: now, done: doneBytes };
    }
    if (now - begun.at < warmUpMs || rate < 1) return {};
    return { bytesPerSecond: Math.round(rate), leftMs: Math.round(((totalBytes - doneBytes) / rate) * 1_000) };
  };
};
