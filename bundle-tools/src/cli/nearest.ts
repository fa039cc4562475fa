/** Changes of one letter, and swaps of two beside each other, that make one text the other (optimal string alignment). */
const distance = (a: string, b: string): number => {
  let [before, last]: [number[], number[]] = [[], Array.from({ length: b.length + 1 }, (_, at) => at)];
  for (let row = 1; row <= a.length; row += 1) {
    const now = [row];
    for (let at = 1; at <= b.length; at += 1) {
      const isSame = a[row - 1] === b[at - 1];
      const isSwap = row > 1 && at > 1 && a[row - 1] === b[at - 2] && a[row - 2] === b[at - 1];
      now.push(
        Math.min(
          (last[at] ?? 0) + 1,
          (now[at - 1] ?? 0) + 1,
          (last[at - 1] ?? 0) + (isSame ? 0 : 1),
          isSwap ? (before[at - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      );
    }
    [before, last] = [last, now];
  }
  return last[b.length] ?? 0;
};

const mostShown = 3;
const longestTyped = 60;

/**
 * The commands, by their words with blanks, that somebody who typed these words may have meant, the nearest first; at most three. One
 * letter of four may be wrong. Words of an argument behind the command do not count.
 */
export function nearestCommands(typed: readonly string[], commands: readonly string[]): string[] {
  const near = commands.flatMap((words) => {
    const given = typed.slice(0, words.split(' ').length).join(' ').toLowerCase().slice(0, longestTyped);
    const far = distance(given, words);
    return given !== '' && far <= Math.max(1, Math.floor(words.length / 4)) ? [{ words, far }] : [];
  });
  return near
    .sort((a, b) => a.far - b.far || (a.words < b.words ? -1 : 1))
    .slice(0, mostShown)
    .map(({ words }) => words);
}
