// How long an act is expected to take: the permit asks whether so much of the window is left.

/** Without acts of before; a restart is within it. */
const unknownMinutes = 15;
/** The last so many acts count. */
export const mostActs = 50;
/** Of fewer no share can be told: the longest of them counts, and no less than where none is known. */
const fewestActs = 10;

/** What nine of ten acts took, in whole minutes. */
export function expectedMinutes(actSeconds: readonly number[]): number {
  const rising = actSeconds.toSorted((a, b) => a - b);
  const longest = Math.ceil((rising.at(-1) ?? 0) / 60);
  if (rising.length < fewestActs) return Math.max(unknownMinutes, longest);
  const ninth = rising[Math.ceil(rising.length * 0.9) - 1] ?? 0;
  return Math.max(1, Math.ceil(ninth / 60));
}
