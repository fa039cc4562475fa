import { allOf, anyOf, type DeviceSet, without } from '../../platform/device-set.ts';
import type { Chosen } from '../../platform/list/list-queries.ts';
import { fold } from '../../platform/sql-functions.ts';
import type { Contact, DeviceFilter, DeviceKind, DeviceState } from './types.ts';

// The devices that a filter of a list finds: each part of it is a set, and they are joined.

/** Who has what a filter asks for. */
export type FilterSources = {
  states(states: readonly DeviceState[]): DeviceSet;
  kinds(kinds: readonly DeviceKind[]): DeviceSet;
  levels(levels: readonly number[]): DeviceSet;
  worst(worst: readonly number[]): DeviceSet;
  /** In a group by its id or a part of its name, or in one below it. */
  groups(groups: readonly string[]): DeviceSet;
  /** Whose system holds a folded text. */
  bySystem(text: string): DeviceSet;
  /** With an address that begins with a folded text. */
  byAddress(text: string): DeviceSet;
  /** Where any of what is searched holds a folded text. */
  byText(text: string): DeviceSet;
  byUser(name: string): DeviceSet;
  byTag(tags: readonly string[]): DeviceSet;
  /** With an item of software. */
  bySoftware(name: string): DeviceSet;
  /** With an open finding by the name of an advisory. */
  byAdvisory(name: string): DeviceSet;
  byContact(contact: Contact): DeviceSet;
  /** Every device. */
  all(): DeviceSet;
};

/** What a list shows only when somebody asks for it. */
const hiddenStates: readonly DeviceState[] = ['revoked'];
const hiddenKinds: readonly DeviceKind[] = ['directory'];

/** The devices that a filter finds. */
export const chosenBy = (filter: DeviceFilter, sources: FilterSources): Chosen => {
  const sets: DeviceSet[] = [];
  const hidden: DeviceSet[] = [];
  // What is left of a device that is gone may still be found by what it had.
  let isOfDevices = false;
  const asked = <T>(values: readonly T[] | undefined, find: (values: readonly T[]) => DeviceSet): boolean => {
    if (values === undefined || values.length === 0) return false;
    sets.push(find(values));
    isOfDevices = true;
    return true;
  };
  const held = (values: readonly string[] | undefined, find: (values: readonly string[]) => DeviceSet): void => {
    if (values !== undefined && values.length > 0) sets.push(find(values));
  };
  const each =
    (find: (value: string) => DeviceSet) =>
    (values: readonly string[]): DeviceSet =>
      anyOf(values.map(find));

  if (!asked(filter.state, sources.states)) hidden.push(sources.states(hiddenStates));
  if (!asked(filter.kind, sources.kinds)) hidden.push(sources.kinds(hiddenKinds));
  asked(filter.levels, sources.levels);
  asked(filter.worst, sources.worst);
  asked(filter.group, sources.groups);
  held(filter.tag, sources.byTag);
  asked(
    filter.os,
    each((value) => sources.bySystem(fold(value))),
  );
  asked(
    filter.address,
    each((value) => sources.byAddress(fold(value))),
  );
  held(filter.user, each(sources.byUser));
  held(filter.software, each(sources.bySoftware));
  held(filter.cve, each(sources.byAdvisory));
  asked(filter.contact, (values) => anyOf(values.map(sources.byContact)));
  const text = fold(filter.search?.trim() ?? '');
  if (text !== '') {
    sets.push(sources.byText(text));
    isOfDevices = true;
  }
  if (sets.length > 0 && !isOfDevices) sets.push(sources.all());
  return sets.length === 0 ? { notIn: anyOf(hidden) } : { in: without(allOf(sets), anyOf(hidden)) };
};
