import { distanceWithin } from '@sallyport/bundle-tools/platform/distance';
import { fold } from './sql-functions.ts';

const longestCompared = 40;

/** Of each of these names those that somebody may have meant, the nearest first, at most two: one letter of four may be wrong. */
export function nearestNames(names: readonly string[], all: readonly string[]): string[] {
  const compared = all.map((one) => ({ one, text: fold(one).slice(0, longestCompared) }));
  return names.flatMap((name) => {
    const wanted = fold(name).slice(0, longestCompared);
    const most = Math.max(1, Math.floor(wanted.length / 4));
    return compared
      .map(({ one, text }) => ({ one, away: distanceWithin(wanted, text, most) }))
      .filter(({ away }) => Number.isFinite(away))
      .sort((a, b) => a.away - b.away || (a.one < b.one ? -1 : 1))
      .slice(0, 2)
      .map(({ one }) => one);
  });
}
