import { allOf, anyOf, type NumberSet, without } from '../../platform/number-set.ts';
import { fold } from '../../platform/sql-functions.ts';
import type { Contact, DeviceFilter, DeviceKind, DeviceState } from './types.ts';

// The devices that a filter of a list finds, as a set: each part of it is one, and they are joined.

/** Who has what a filter asks for. */
export type FilterSources = {
  states(states: readonly DeviceState[]): NumberSet;
  kinds(kinds: readonly DeviceKind[]): NumberSet;
  levels(levels: readonly number[]): NumberSet;
  worst(worst: readonly number[]): NumberSet;
  /** In a group by its id or a part of its name, or in one below it. */
  groups(groups: readonly string[]): NumberSet;
  /** Whose system holds a folded text. */
  bySystem(text: string): NumberSet;
  /** With an address that begins with a folded text. */
  byAddress(text: string): NumberSet;
  /** Where any of what is searched holds a folded text. */
  byText(text: string): NumberSet;
  byUser(name: string): NumberSet;
  byTag(tags: readonly string[]): NumberSet;
  /** With an item of software. */
  bySoftware(name: string): NumberSet;
  /** With an open finding by the name of an advisory. */
  byAdvisory(name: string): NumberSet;
  byContact(contact: Contact): NumberSet;
};

/** What a list shows when nobody asks for a state. */
const shownStates: readonly DeviceState[] = ['pending', 'managed', 'held', 'discovered'];

/** The devices that a filter finds. */
export const filterSet = (filter: DeviceFilter, sources: FilterSources): NumberSet => {
  const sets: NumberSet[] = [];
  const asked = <T>(values: readonly T[] | undefined, find: (values: readonly T[]) => NumberSet): boolean => {
    if (values === undefined || values.length === 0) return false;
    sets.push(find(values));
    return true;
  };
  const each =
    (find: (value: string) => NumberSet) =>
    (values: readonly string[]): NumberSet =>
      anyOf(values.map(find));

  if (!asked(filter.state, sources.states)) sets.push(sources.states(shownStates));
  const isOfKind = asked(filter.kind, sources.kinds);
  asked(filter.levels, sources.levels);
  asked(filter.worst, sources.worst);
  asked(filter.group, sources.groups);
  asked(filter.tag, sources.byTag);
  asked(
    filter.os,
    each((value) => sources.bySystem(fold(value))),
  );
  asked(
    filter.address,
    each((value) => sources.byAddress(fold(value))),
  );
  asked(filter.user, each(sources.byUser));
  asked(filter.software, each(sources.bySoftware));
  asked(filter.cve, each(sources.byAdvisory));
  asked(filter.contact, (values) => anyOf(values.map(sources.byContact)));
  const text = fold(filter.search?.trim() ?? '');
  if (text !== '') sets.push(sources.byText(text));
  const found = allOf(sets);
  return isOfKind ? found : without(found, sources.kinds(['directory']));
};
