/**
 * Changes of one letter, and swaps of two beside each other, that make one text the other (optimal string alignment); infinite where
 * more than `most`. Only what so many changes can reach is looked at (Ukkonen 1985): texts that differ much cost little.
 */
export function distanceWithin(a: string, b: string, most: number): number {
  const far = most + 1;
  if (Math.abs(a.length - b.length) > most) return Number.POSITIVE_INFINITY;
  let before = Array.from({ length: b.length + 2 }, () => far);
  let last = before.map((_, at) => Math.min(at, far));
  let now = before.slice();
  for (let row = 1; row <= a.length; row += 1) {
    const [first, end] = [Math.max(1, row - most), Math.min(b.length, row + most)];
    let least = first === 1 ? Math.min(row, far) : far;
    now[first - 1] = least;
    for (let at = first; at <= end; at += 1) {
      const isSame = a[row - 1] === b[at - 1];
      const isSwap = row > 1 && at > 1 && a[row - 1] === b[at - 2] && a[row - 2] === b[at - 1];
      const changed = Math.min(last[at] ?? far, now[at - 1] ?? far, (last[at - 1] ?? far) - (isSame ? 1 : 0)) + 1;
      const steps = Math.min(far, changed, isSwap ? (before[at - 2] ?? far) + 1 : far);
      now[at] = steps;
      least = Math.min(least, steps);
    }
    now[end + 1] = far;
    // A swap passes over this row, but is no cheaper than the one change that leads into it.
    if (least > most) return Number.POSITIVE_INFINITY;
    [before, last, now] = [last, now, before];
  }
  const found = last[b.length] ?? far;
  return found > most ? Number.POSITIVE_INFINITY : found;
}
