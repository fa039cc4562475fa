import fc from 'fast-check';
import { systemActor } from '../../../src/engine/objects/types.ts';
import type { openAppliance } from '../appliance.ts';
import { addDevices, reportSection } from '../fleet.ts';
import { addresses, groups, names, packages, tags, vendors, versions } from './arbitrary.ts';
import type { PlainRecord } from './plain.ts';

type Site = Awaited<ReturnType<typeof openAppliance>>;

const hourMs = 3_600_000;

/** What is drawn of a device. */
export type Drawn = {
  hostname: string;
  os: string;
  kind: string;
  state: string;
  address: string | null;
  lastSeenHours: number | null;
  vendor: string | null;
  release: string | null;
  suites: string[];
  restartPending: boolean | null;
  software: { name: string; version: string | null; type: string; arch: string }[] | null;
  hardware: { type: string; capacityBytes: number | null; slot: string }[];
  tags: string[];
  group: string | null;
};

const maybe = <T>(values: readonly T[]) => fc.option(fc.constantFrom(...values), { nil: null });

export const drawnDevice: fc.Arbitrary<Drawn> = fc.record({
  hostname: fc.constantFrom(...names),
  os: fc.constantFrom('linux', 'windows'),
  kind: fc.constantFrom('computer', 'printer'),
  state: fc.constantFrom('managed', 'managed', 'pending', 'held'),
  address: maybe(addresses),
  lastSeenHours: maybe([0.1, 1, 2, 23, 24, 48]),
  vendor: maybe(vendors),
  release: maybe(['12', '13', '9.4', '9.10']),
  suites: fc.subarray(['trixie', 'trixie-security']),
  restartPending: maybe([true, false]),
  software: fc.option(
    fc.uniqueArray(
      fc.record({
        name: fc.constantFrom(...packages),
        version: maybe(versions),
        type: fc.constantFrom('npm', 'python'),
        arch: fc.constantFrom('amd64', 'arm64'),
      }),
      { maxLength: 4, selector: (item) => `${item.type} ${item.name} ${item.arch}` },
    ),
    { nil: null },
  ),
  hardware: fc.uniqueArray(
    fc.record({
      type: fc.constantFrom('memory', 'disk'),
      capacityBytes: maybe([1_000, 2_000, 4_000]),
      slot: fc.constantFrom('a', 'b', 'c'),
    }),
    { maxLength: 3, selector: ({ type, slot }) => `${type} ${slot}` },
  ),
  tags: fc.subarray([...tags]),
  group: maybe(groups),
});

const present = (item: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(item).filter(([, value]) => value !== null));

/** A top group, two below it, one of which has one below. */
export const makeGroups = (site: Site): void => {
  const { objects } = site;
  objects.create(systemActor, 'group', { name: 'Top' }, { id: 'g-top' });
  objects.create(systemActor, 'group', { name: 'Left', parent: 'g-top' }, { id: 'g-left' });
  objects.create(systemActor, 'group', { name: 'Leaf', parent: 'g-left' }, { id: 'g-leaf' });
};

export const groupsBelow = (group: string): string[] =>
  ({ 'g-top': [...groups], 'g-left': ['g-left', 'g-leaf'], 'g-leaf': ['g-leaf'] })[group] ?? [];

export const groupsNamed = (text: string): string[] =>
  groups.filter((group) => group.slice(2).includes(text.toLowerCase())).flatMap(groupsBelow);

/** Makes a device, or what is drawn anew of one that is there. */
export const applyDrawn = (site: Site, drawn: Drawn, now: number, known?: number): number => {
  const lastSeenAt = drawn.lastSeenHours === null ? null : now - drawn.lastSeenHours * hourMs;
  const { hostname, os, kind, state, address } = drawn;
  const [device = 0] =
    known === undefined ? addDevices(site.db, [{ hostname, os, kind, state, from: address, lastSeenAt }]) : [known];
  if (known !== undefined)
    site.db
      .prepare(
        'update device set hostname = ?, os = ?, kind = ?, state = ?, from_address = ?, last_seen_at = ? where id = ?',
      )
      .run(hostname, os, kind, state, address, lastSeenAt, known);
  if (known !== undefined) site.changed('device', [known]);
  const { inventory } = site;
  const platform = present({ vendor: drawn.vendor ?? 'unnamed', release: drawn.release, suites: drawn.suites });
  reportSection(inventory, device, 'platform', drawn.vendor === null ? [] : [platform]);
  reportSection(
    inventory,
    device,
    'activity',
    drawn.restartPending === null ? [] : [{ restartPending: drawn.restartPending }],
  );
  if (drawn.software !== null) reportSection(inventory, device, 'software', drawn.software.map(present));
  reportSection(inventory, device, 'hardware', drawn.hardware.map(present));
  const publicId = site.devices.byId(device).publicId;
  site.objects.put(systemActor, 'device-decision', publicId, {
    tags: drawn.tags.length === 0 ? null : drawn.tags,
    group: drawn.group,
  });
  return device;
};

/** What people call its system. */
const systemOf = ({ vendor, release, os }: Drawn): string =>
  vendor === null ? os : `${vendor}${release === null ? '' : ` ${release}`}`;

/** The record of what was drawn, for the plain evaluator; software stays as last reported. */
export const recordOf = (drawn: Drawn, now: number): PlainRecord => ({
  fields: {
    name: drawn.hostname,
    os: [drawn.os, systemOf(drawn), `${systemOf(drawn)} ${drawn.os} amd64`],
    kind: drawn.kind,
    state: drawn.state,
    vendor: drawn.vendor,
    release: drawn.vendor === null ? null : drawn.release,
    address: [drawn.address],
    handTag: drawn.tags,
    group: drawn.group,
    lastSeen: drawn.lastSeenHours === null ? null : now - drawn.lastSeenHours * hourMs,
  },
  rows: {
    activity: drawn.restartPending === null ? [] : [{ restartPending: drawn.restartPending }],
    platform: drawn.vendor === null ? [] : [{ vendor: drawn.vendor, release: drawn.release, suites: drawn.suites }],
    software: drawn.software ?? [],
    hardware: drawn.hardware,
  },
});
