import { parseDay } from '../../platform/civil-time.ts';
import { civilTimeOf } from '../../platform/time-zone.ts';

/** Reads times as forms of people have them, in the time of the site: `2026-12-24` and `2026-12-24 06:30`. */
export const siteMoments = (timeZone: () => string) => {
  const time = civilTimeOf(timeZone);
  return {
    /** Milliseconds; undefined for what is no time. */
    moment: (text: string): number | undefined => {
      const match = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2}))?$/.exec(text.trim());
      const day = parseDay(match?.[1] ?? '');
      const minutes = Number(match?.[2] ?? 0) * 60 + Number(match?.[3] ?? 0);
      return day === undefined || minutes >= 1_440 || Number(match?.[3] ?? 0) > 59
        ? undefined
        : time().toMs(day, minutes);
    },
    /** The day of a moment, as forms have it. */
    day: (ms: number): string => {
      const { year, month, day } = time().dayAt(ms);
      return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
    },
  };
};
