import { expect } from 'vitest';
import type { Appliance } from '../../appliance/src/compose.ts';
import { type Right, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { rightsInGroups } from '../../appliance/src/features/accounts/types.ts';

// Persons of the filled site who reach a part of it.

type Reach = {
  readonly groups: readonly string[];
  readonly zones: readonly string[];
  readonly rights: readonly Right[];
};

/** By name: who looks after some computers, some controllers, and who only looks. */
export const scopedPersons: Readonly<Record<string, Reach>> = {
  stations: { groups: ['Operator stations', 'Engineering'], zones: [], rights: rightsInGroups },
  cells: { groups: [], zones: ['Z-CELL1 Intake', 'Z-CELL2 Osmosis'], rights: rightsInGroups },
  reader: {
    groups: ['Engineering'],
    zones: ['Z-CELL3 Dosing'],
    rights: rightsInGroups.filter((right) => right.endsWith(':read')),
  },
};

/** Makes their roles and accounts; the secret of the link that sets each one's password. */
export const addScopedPersons = ({ objects, accounts }: Appliance): ReadonlyMap<string, string> => {
  const idsOf = (kind: 'group' | 'controller-zone', names: readonly string[]): string[] =>
    names.map((name) => {
      const id = objects.findBy(kind, 'name', name)?.id;
      expect(id, name).toBeDefined();
      return id ?? '';
    });
  return new Map(
    Object.entries(scopedPersons).map(([name, { groups, zones, rights }]) => {
      const role = objects.create(systemActor, 'role', {
        name,
        rights: [...rights],
        groups: idsOf('group', groups),
        zones: idsOf('controller-zone', zones),
      }).id;
      const { id } = objects.create(systemActor, 'account', { name, roles: [role] });
      return [name, accounts.makeLink(systemActor, id).token];
    }),
  );
};
