import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { factCondition, groupCondition } from '../../../test/support/rules/arbitrary.ts';
import {
  applyDrawn,
  type Drawn,
  drawnDevice,
  groupsBelow,
  groupsNamed,
  makeGroups,
  recordOf,
} from '../../../test/support/rules/fleet.ts';
import { plainFits } from '../../../test/support/rules/plain.ts';
import { numbersOf } from '../../platform/device-set.ts';
import { parseFilter } from '../../platform/filter/parse.ts';
import { printFilter } from '../../platform/filter/print.ts';
import { type Filter, FilterFault } from '../../platform/filter/types.ts';
import { deviceFilters } from './filter.ts';

const now = Date.parse('2026-11-24T10:00:00Z');
const fleet = new Map<number, Drawn>();

const site = await openAppliance();
const filters = deviceFilters({ ...site, clock: () => now });
const { vocabulary } = filters;
makeGroups(site);
for (const drawn of fc.sample(drawnDevice, 60)) fleet.set(applyDrawn(site, drawn, now), drawn);
afterAll(() => site.stop());

const parse = (text: string, below: 1 | 2 | 4 = 4): Filter =>
  parseFilter(text, {
    vocabulary,
    below,
    group: (id) => ({ Top: 'g-top', 'g-top': 'g-top' })[id] ?? (id.startsWith('g-') ? id : undefined),
  });
const faultOf = (text: string, below?: 1 | 2 | 4): unknown => {
  try {
    parse(text, below);
    return undefined;
  } catch (error) {
    if (error instanceof FilterFault) return error.fault;
    throw error;
  }
};

describe('a condition', () => {
  it('says in SQL what it says over a plain record', () => {
    const { evaluator, find } = filters;
    const moment = { now, visibleSince: now, groupsBelow, groupsNamed };
    fc.assert(
      fc.property(groupCondition, (condition) => {
        const expected = [...fleet]
          .filter(([, drawn]) => plainFits(condition, recordOf(drawn, now), { now, groupsBelow, groupsNamed }))
          .map(([device]) => device);
        expect(evaluator.matching(condition, moment)).toEqual(expected);
        // By sets, as lists find them.
        expect(numbersOf(find(condition))).toEqual(expected);
        const some = [...fleet.keys()].filter((device) => device % 3 === 0);
        const tested = evaluator.test([condition], some, moment);
        expect(some.filter((device) => tested.get(device)?.fits[0])).toEqual(
          expected.filter((id) => some.includes(id)),
        );
      }),
      { numRuns: runs(300) },
    );
  });

  it('is read as it was printed', () => {
    fc.assert(
      fc.property(fc.oneof(factCondition, groupCondition), (condition) => {
        expect(parse(printFilter(condition, { vocabulary }))).toEqual(condition);
      }),
      { numRuns: runs(300) },
    );
  });

  it('ends for any text, with a tree or with what is wrong and where', () => {
    const words = [
      'and',
      'or',
      'not',
      'some',
      'name',
      '=',
      '"',
      '(',
      ')',
      'software',
      'x',
      '<',
      'lastSeen',
      'older',
      '2h',
      ' ',
    ];
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constantFrom(...words), fc.string()), { maxLength: 30 }), (parts) => {
        const fault = faultOf(parts.join(' '));
        if (fault !== undefined) expect(fault).toMatchObject({ what: expect.any(String), at: expect.any(Number) });
      }),
    );
  });

  it.each([
    ['', 'expectedField', 1],
    ['nme = a', 'unknownField', 1],
    ['name = ', 'expectedValue', 8],
    ['name older 2h', 'operator', 6],
    ['name = a b', 'expectedEnd', 10],
    ['(name = a', 'expectedClose', 10],
    ['name = "a', 'openQuote', 8],
    ['kind = car', 'choice', 8],
    ['lastSeen older soon', 'value.time', 16],
    ['address in 10.0.0.0/40', 'value.address', 12],
    ['findings >= many', 'value.number', 13],
    ['activity.restartPending = 2', 'value.yesno', 27],
    ['group = Nowhere', 'group', 9],
    ['some nothing (name = a)', 'unknownCollection', 6],
    ['some software (some hardware (type = a))', 'someInSome', 16],
    ['accounts.fullName = a', 'unknownField', 1],
    [`${'('.repeat(30)}name = a${')'.repeat(30)}`, 'tooDeep', 21],
    [Array.from({ length: 101 }, () => 'name = a').join(' or '), 'tooMany', 1201],
  ])('says what is wrong with %s', (text, what, at) => {
    expect(faultOf(text)).toMatchObject({ what, at });
  });

  it('of a list looks at every device or package a few times at most, and through an index as often as it likes', () => {
    const many = (n: number, of: (at: number) => string): [string, string][] => [
      ['where', Array.from({ length: n }, (_, at) => of(at)).join(' or ')],
    ];
    const scans = [
      (at: number) => `name contains a${at}`,
      (at: number) => `not tag contains a${at}`,
      (at: number) => `software.version < 1.${at}`,
      (at: number) => `findings > ${at}`,
    ];
    for (const of of scans) {
      expect(() => filters.read(many(8, of))).not.toThrow();
      expect(() => filters.read(many(9, of))).toThrow(
        expect.objectContaining({
          details: { fields: { where: { key: 'condition.fault.tooManyScans', params: { at: 1, text: '8' } } } },
        }),
      );
    }
    const indexes = [
      (at: number) => `text contains a${at}`,
      (at: number) => `tag != a${at}`,
      (at: number) => `software = a${at}`,
    ];
    for (const of of indexes) expect(() => filters.read(many(50, of))).not.toThrow();
  });

  it('asks only for what is settled before it', () => {
    expect(faultOf('group = Top', 1)).toMatchObject({ what: 'notHere' });
    expect(faultOf('tag = spare', 2)).toMatchObject({ what: 'notHere' });
    expect(faultOf('visible = yes', 2)).toMatchObject({ what: 'notHere' });
    expect(parse('group = Top and handTag = spare', 2)).toEqual({
      all: [
        { field: 'group', op: '=', value: 'g-top' },
        { field: 'handTag', op: '=', value: 'spare' },
      ],
    });
  });
});
