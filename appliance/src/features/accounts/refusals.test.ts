import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Engines, openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';
import { type Refusals, refusals } from './refusals.ts';

const from = '10.0.0.9';
let engines: Engines;
let journal: Refusals;
let now = 0;
beforeEach(async () => {
  engines = await openEngines();
  now = Date.UTC(2026, 10, 24);
  journal = refusals({ events: engines.events, clock: () => now });
});
afterEach(() => engines.close());

describe('the journal of refusals', () => {
  const refuse = (path: string, at = from) => journal.refused('FORBIDDEN', { actor: undefined, from: at, path });
  const told = (): number[] =>
    engines.events
      .list({ scope: wholeSite('job'), type: ['access-refused'], limit: 1_000 })
      .rows.map(({ params }) => Number(params['count']))
      .reverse();

  it('tells the first at once, then how often it came again', () => {
    for (let n = 0; n < 500; n += 1) refuse('GET /x');
    expect(told()).toEqual([1]);
    journal.flush();
    expect(told()).toEqual([1]);
    now += 10 * 60_000;
    journal.flush();
    expect(told()).toEqual([1, 499]);
    refuse('GET /x');
    expect(told()).toEqual([1, 499, 1]);
  });

  it('grows with kinds of refusals a minute, not with callers, and forgets no number', () => {
    for (let n = 0; n < 5_000; n += 1) refuse(`GET /${n}`, `10.${n % 250}.${Math.floor(n / 250)}.1`);
    expect(told()).toHaveLength(30);
    journal.flush(true);
    expect(told()).toHaveLength(31);
    expect(told().reduce((sum, count) => sum + count, 0)).toBe(5_000);
  });

  it('has no word of what is an error of the reader alone', () => {
    for (const code of ['INVALID', 'NOT_FOUND', 'REAUTHENTICATE'])
      journal.refused(code, { actor: undefined, from, path: 'GET /x' });
    expect(told()).toEqual([]);
  });
});
