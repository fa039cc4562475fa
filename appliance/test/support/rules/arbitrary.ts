import fc from 'fast-check';
import type { Filter } from '../../../src/platform/filter/types.ts';

// Conditions and devices drawn from small sets of values, so that they meet.

export const names = ['pump-1', 'Pump-2', 'Насос 3', 'насос', 'mixer', 'a"b\\c'] as const;
export const vendors = ['debian', 'Debian', 'almalinux', 'windows'] as const;
export const versions = ['1.0', '1.0~rc1', '1.10', '2:0.9', '1.9-1'] as const;
export const packages = ['openssl', 'curl', 'OpenSSL', 'libre-office'] as const;
export const addresses = ['10.4.0.7', '10.4.1.9', '192.168.1.1', '10.5.0.1'] as const;
const ranges = ['10.4.0.0/16', '10.4.0.0/24', '10.4.0.5-10.4.1.20', '192.168.1.1'] as const;
export const tags = ['line-1', 'spare', 'Резерв'] as const;
export const groups = ['g-top', 'g-left', 'g-leaf'] as const;

const comparison = (
  fields: readonly string[],
  ops: readonly string[],
  values: readonly (string | number | boolean)[],
) =>
  fc.record({
    field: fc.constantFrom(...fields),
    op: fc.constantFrom(...ops),
    value: fc.constantFrom(...values),
  }) as fc.Arbitrary<Filter>;

const unknown = (fields: readonly string[]) =>
  fc.constantFrom(...fields).map((field): Filter => ({ field, op: 'unknown', value: true }));

const text = ['=', '!=', 'contains', 'starts', 'ends'];
const order = ['=', '!=', '<', '<=', '>', '>='];

const tree = (leaf: fc.Arbitrary<Filter>, depth: number): fc.Arbitrary<Filter> =>
  depth === 0
    ? leaf
    : fc.oneof(
        { weight: 3, arbitrary: leaf },
        { weight: 1, arbitrary: tree(leaf, depth - 1).map((part): Filter => ({ not: part })) },
        {
          weight: 2,
          arbitrary: fc
            .tuple(fc.constantFrom('all', 'any'), fc.array(tree(leaf, depth - 1), { minLength: 2, maxLength: 3 }))
            .map(([word, parts]): Filter => (word === 'all' ? { all: parts } : { any: parts })),
        },
      );

const inSoftware = tree(
  fc.oneof(
    comparison(['name'], text, [...packages, 'ssl']),
    comparison(['version'], order, versions),
    comparison(['arch'], ['=', '!='], ['amd64', 'arm64']),
    unknown(['version']),
  ),
  1,
);

const facts = [
  comparison(['name'], text, [...names, 'pump', 'НАСОС']),
  comparison(['vendor'], text, [...vendors, 'deb']),
  comparison(['release'], order, ['12', '13', '9.4']),
  comparison(['os'], ['=', '!=', 'contains', 'starts', 'ends'], ['linux', 'windows', 'DEBIAN 13', 'deb', 'x amd']),
  comparison(['kind'], ['=', '!='], ['computer', 'printer']),
  comparison(['state'], ['=', '!='], ['managed', 'pending', 'held']),
  comparison(['address'], ['in'], ranges),
  comparison(['address'], ['=', '!='], addresses),
  comparison(['address'], ['starts'], ['10.4', '192', '0.']),
  comparison(['handTag'], text, [...tags, 'line']),
  comparison(['lastSeen'], ['older', 'newer'], ['30m', '2h', '1d']),
  comparison(['lastSeen'], ['before', 'after'], ['2026-11-24', '2026-11-24T09:00:00Z']),
  comparison(['activity.restartPending'], ['='], [true, false]),
  comparison(['software.name'], text, [...packages, 'ssl']),
  comparison(['software.version'], order, versions),
  comparison(['hardware.type'], ['=', '!='], ['memory', 'disk']),
  comparison(['hardware.capacityBytes'], order, [1_000, 2_000, 4_000]),
  comparison(['platform.suites'], ['=', '!=', 'contains'], ['trixie', 'trixie-security']),
  unknown(['vendor', 'lastSeen', 'address', 'handTag', 'software.version', 'hardware.capacityBytes', 'release']),
  inSoftware.map((where): Filter => ({ some: 'software', where })),
  tree(
    fc.oneof(
      comparison(['type'], ['=', '!='], ['memory', 'disk']),
      comparison(['capacityBytes'], order, [1_000, 2_000, 4_000]),
    ),
    1,
  ).map((where): Filter => ({ some: 'hardware', where })),
];
const group = [
  comparison(['group'], ['=', '!=', 'in'], groups),
  comparison(['group'], ['contains'], ['LE', 'top', 'none']),
  unknown(['group']),
];

/** Conditions of facts only, as moving rules have them. */
export const factCondition = tree(fc.oneof(...facts), 2);
/** Conditions that also ask for the group, as tag rules may. */
export const groupCondition = tree(fc.oneof(...facts, ...group), 2);
