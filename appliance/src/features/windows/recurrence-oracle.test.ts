import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs, seed } from '../../../../test/support/chance.ts';
import {
  clock,
  dayMs,
  isOnce,
  textOf,
  type WrittenWindow,
  walkedSpans,
  writtenWindow,
} from '../../../../test/support/window-judge.ts';
import { civilTime } from '../../platform/civil-time.ts';
import { occurrences, parseRecurrence } from './recurrence.ts';

// Windows against two judges that know nothing of the engine: every minute of some days is looked at, and systemd.

/** What begins in the five days around the date. */
const engine = (one: WrittenWindow): string[] => {
  const recurrence = parseRecurrence(textOf(one));
  if (recurrence === undefined) throw new Error(`not a window: ${textOf(one)}`);
  const begin = Date.parse(one.date) - 2 * dayMs;
  const end = begin + 5 * dayMs;
  return occurrences(recurrence, civilTime(one.zone), { from: begin, until: end, most: 100 })
    .filter(({ from }) => from >= begin && from < end)
    .map(({ from, until }) => `${new Date(from).toISOString()} ${new Date(until).toISOString()}`);
};
const judge = (one: WrittenWindow): string[] => {
  const begin = Date.parse(one.date) - 2 * dayMs;
  return walkedSpans(one)
    .filter(([from]) => from >= begin && from < begin + 5 * dayMs)
    .map(([from, until]) => `${new Date(from).toISOString()} ${new Date(until).toISOString()}`);
};

/** A whole day was left out in one; of the other the runtime and the system may have rules of different years. */
const notCompared = ['Pacific/Apia', 'Africa/Casablanca'];

describe('the occurrences of a window', () => {
  it('are those that a look at every minute finds, around changes of clocks in eight zones', () => {
    fc.assert(
      fc.property(writtenWindow, (one) => {
        expect(engine(one)).toEqual(judge(one));
      }),
      { numRuns: runs(5_000) },
    );
  });

  it.runIf(existsSync('/usr/bin/systemd-analyze'))(
    'begin when systemd says so, but in an hour that was left out, in which it has none',
    () => {
      const differ: string[] = [];
      let compared = 0;
      for (const one of fc.sample(writtenWindow, { numRuns: runs(120), seed })) {
        if (one.rule.systemd === undefined || notCompared.includes(one.zone)) continue;
        const at = new Date(Date.parse(one.date) - 2 * dayMs);
        const months = one.months === undefined || isOnce(one) ? '*' : one.months.map((month) => month + 1).join(',');
        const expression = `${one.rule.systemd.replace('*-*', `*-${months}`)} ${clock(one.from)}:00 ${one.zone}`;
        const printed = execFileSync(
          '/usr/bin/systemd-analyze',
          [
            'calendar',
            '--iterations=6',
            `--base-time=${at.toISOString().slice(0, 19).replace('T', ' ')} UTC`,
            expression,
          ],
          { encoding: 'utf8', env: { TZ: 'UTC', LC_ALL: 'C.UTF-8' } },
        );
        const theirs = [...printed.matchAll(/^ *(?:Next elapse|Iteration #\d+): \w+ (\S+) (\S+) UTC$/gm)]
          .map(([, day, time]) => `${day}T${time}.000Z`)
          .filter((start) => Date.parse(start) > at.getTime() && Date.parse(start) < at.getTime() + 5 * dayMs);
        const ours = engine(one)
          .map((line) => line.split(' ')[0] ?? '')
          .filter((start) => Date.parse(start) > at.getTime());
        compared += 1;
        const more = ours.filter((start) => !theirs.includes(start));
        const less = theirs.filter((start) => !ours.includes(start));
        // What only ours has begins with the minute after an hour that was left out; systemd skips that day.
        const skipped = more.filter((start) => civilTime(one.zone).minuteAt(Date.parse(start)) !== one.from);
        if (more.length !== skipped.length || less.length > 0) differ.push(`${expression}: +${more} -${less}`);
      }
      expect(differ).toEqual([]);
      expect(compared).toBeGreaterThan(runs(120) / 4);
    },
  );
});
