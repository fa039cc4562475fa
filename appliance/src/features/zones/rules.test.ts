import { afterAll, describe, expect, it } from 'vitest';
import { admin, openEngines } from '../../../test/support/engines.ts';
import { AppError } from '../../platform/errors.ts';
import { isPrefix } from './rules.ts';

const engines = await openEngines();
afterAll(() => engines.close());

const faultsOf = (act: () => unknown): unknown => {
  try {
    act();
  } catch (error) {
    return error instanceof AppError ? Object.keys(error.details.fields ?? {}) : error;
  }
  return [];
};

describe('a zone', () => {
  it('asks nothing unless somebody decides so', () => {
    const { body } = engines.objects.create(admin, 'controller-zone', { name: 'Z-1', level: '1' });
    expect(body).toMatchObject({ queryPolicy: 'passive', queryIdentify: 'off', queryMode: 'off', safety: false });
  });

  it('is never part of itself', () => {
    const outer = engines.objects.create(admin, 'controller-zone', { name: 'Z-OUT', level: '2' });
    const inner = engines.objects.create(admin, 'controller-zone', { name: 'Z-IN', level: '1', parent: outer.id });
    expect(faultsOf(() => engines.objects.update(admin, 'controller-zone', outer.id, { parent: inner.id }))).toEqual([
      'parent',
    ]);
    expect(faultsOf(() => engines.objects.update(admin, 'controller-zone', outer.id, { parent: outer.id }))).toEqual([
      'parent',
    ]);
  });

  it('names its networks before anything in it is asked, and its switches keep to its policy', () => {
    const make = (more: object) =>
      faultsOf(() => engines.objects.create(admin, 'controller-zone', { name: 'Z-2', level: '1', ...more }));
    expect(make({ queryPolicy: 'identify' })).toEqual(['prefixes']);
    expect(make({ queryIdentify: 'manual' })).toEqual(['queryIdentify']);
    expect(make({ prefixes: ['10.1.3.0/24'], queryPolicy: 'identify', queryDetails: 'manual' })).toEqual([
      'queryDetails',
    ]);
    expect(make({ prefixes: ['10.1.3.0'] })).toEqual(['prefixes']);
    expect(make({ queryFromTime: '06:00' })).toEqual(['queryUntilTime']);
    expect(make({ queryFromTime: '6 h', queryUntilTime: '10:00' })).toEqual(['queryFromTime']);
    expect(make({ queryDays: ['someday'] })).toEqual(['queryDays.0']);
    expect(
      make({ prefixes: ['10.1.3.0/24'], queryPolicy: 'identify', queryIdentify: 'scheduled', queryDays: ['sun'] }),
    ).toEqual([]);
  });
});

describe('a conduit', () => {
  it('leads to another zone', () => {
    const zone = engines.objects.create(admin, 'controller-zone', { name: 'Z-3', level: '1' });
    expect(
      faultsOf(() => engines.objects.create(admin, 'controller-conduit', { name: 'C', from: zone.id, to: zone.id })),
    ).toEqual(['to']);
  });
});

it('a prefix is a network in CIDR form', () => {
  expect(['10.0.0.0/8', '0.0.0.0/0', 'fd00::/8', '10.1.2.3/32'].filter((text) => !isPrefix(text))).toEqual([]);
  const wrong = [
    '10.0.0.0',
    '10.0.0.0/33',
    '10.0.0/8',
    'fd00::/129',
    '10.0.0.0/08',
    '10.0.0.0/8/8',
    'fe80::1%eth0/64',
    '',
  ];
  expect(wrong.filter(isPrefix)).toEqual([]);
});
