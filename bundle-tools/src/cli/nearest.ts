import { distanceWithin } from '../platform/distance.ts';

const mostShown = 3;
const longestTyped = 60;

/**
 * The commands, by their words with blanks, that somebody who typed these words may have meant, the nearest first; at most three. One
 * letter of four may be wrong. Words of an argument behind the command do not count.
 */
export function nearestCommands(typed: readonly string[], commands: readonly string[]): string[] {
  const near = commands.flatMap((words) => {
    const given = typed.slice(0, words.split(' ').length).join(' ').toLowerCase().slice(0, longestTyped);
    const far = distanceWithin(given, words, Math.max(1, Math.floor(words.length / 4)));
    return given !== '' && Number.isFinite(far) ? [{ words, far }] : [];
  });
  return near
    .sort((a, b) => a.far - b.far || (a.words < b.words ? -1 : 1))
    .slice(0, mostShown)
    .map(({ words }) => words);
}
