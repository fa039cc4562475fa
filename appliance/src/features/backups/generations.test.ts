import { describe, expect, it } from 'vitest';
import { civilTime } from '../../platform/civil-time.ts';
import { dueWithinADay, isDue, outOfGenerations } from './generations.ts';

const civil = civilTime('Asia/Almaty');
const dayMs = 86_400_000;
const hourMs = dayMs / 24;
/** 01:30 on a Monday in Almaty. */
const start = civil.toMs({ year: 2026, month: 1, day: 5 }, 90);
const daily = (days: number) => Array.from({ length: days }, (_, n) => ({ madeAt: start + n * dayMs }));

describe('generations of backups', () => {
  it('keep the newest days, the last of each week and of each month, and nothing else', () => {
    const backups = daily(400);
    const gone = new Set(outOfGenerations(backups, { days: 7, weeks: 4, months: 12 }, civil));
    const kept = backups.filter((one) => !gone.has(one)).map(({ madeAt }) => civil.dayAt(madeAt));
    const text = ({ year, month, day }: { year: number; month: number; day: number }) => `${year}-${month}-${day}`;
    // The last is of 8 February 2027, a Monday: its week has one day.
    const months =
      '2026-3-31 2026-4-30 2026-5-31 2026-6-30 2026-7-31 2026-8-31 2026-9-30 2026-10-31 2026-11-30 2026-12-31';
    const days = '2027-2-2 2027-2-3 2027-2-4 2027-2-5 2027-2-6 2027-2-7 2027-2-8';
    expect(kept.map(text).join(' ')).toBe(`${months} 2027-1-24 2027-1-31 ${days}`);
  });

  it('keep the newest one whatever the settings say, and several of a day as one', () => {
    const [first, second] = [{ madeAt: start }, { madeAt: start + hourMs }];
    expect(outOfGenerations([first, second], { days: 0, weeks: 0, months: 0 }, civil)).toEqual([first]);
    expect(outOfGenerations([second, first], { days: 7, weeks: 4, months: 12 }, civil)).toEqual([first]);
    expect(outOfGenerations([], { days: 7, weeks: 4, months: 12 }, civil)).toEqual([]);
  });
});

describe('the clock of backups', () => {
  const at = '01:30';
  const done = (ms: number) => ({ at: ms, failed: false });

  it('asks once a day at its time, or as soon after it as the server runs', () => {
    const every = { everyDays: 1, at };
    const asked: number[] = [];
    for (let now = start - hourMs; now < start + 10 * dayMs - hourMs; now += hourMs)
      if (isDue(now, done(asked.at(-1) ?? start - dayMs), every, civil)) asked.push(now);
    expect(asked).toEqual(Array.from({ length: 10 }, (_, n) => start + n * dayMs));
    expect(isDue(start + 5 * hourMs, done(start - dayMs), every, civil)).toBe(true);
    // Made by hand in the evening: the night still has its own.
    expect(isDue(start + dayMs, done(start + dayMs - hourMs), every, civil)).toBe(true);
  });

  it('asks every so many days, an hour after a failure, and never where it is switched off', () => {
    const weekly = { everyDays: 7, at };
    expect(isDue(start + 6 * dayMs, done(start), weekly, civil)).toBe(false);
    expect(isDue(start + 7 * dayMs, done(start), weekly, civil)).toBe(true);
    const failed = { at: start, failed: true };
    expect(isDue(start + hourMs - 1, failed, weekly, civil)).toBe(false);
    expect(isDue(start + hourMs, failed, weekly, civil)).toBe(true);
    expect(isDue(start + 400 * dayMs, failed, { everyDays: 0, at }, civil)).toBe(false);
  });

  it('says when the next one is, where that is within a day', () => {
    const last = { at: start };
    const every = { everyDays: 1, at };
    expect(dueWithinADay(start + hourMs, last, every, civil)).toBe(start + dayMs);
    // Late: it is asked for at once, and the next time of the day is the next one.
    expect(dueWithinADay(start + 30 * dayMs - hourMs, last, every, civil)).toBe(start + 30 * dayMs);
    expect(dueWithinADay(start + 5 * dayMs + hourMs, last, { everyDays: 7, at }, civil)).toBeUndefined();
    expect(dueWithinADay(start + 6 * dayMs + hourMs, last, { everyDays: 7, at }, civil)).toBe(start + 7 * dayMs);
    expect(dueWithinADay(start + hourMs, last, { everyDays: 0, at }, civil)).toBeUndefined();
  });
});
