import { wholeSite } from '@sallyport/appliance/platform/scope';
import type { Appliance } from '../../appliance/src/compose.ts';
import { type Actor, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { signedIn } from './persons.ts';

/** What lists propose that no bundle signed is signed by the two roles, held by two people of their own. */
export const agreeToLists = ({ patches, objects }: Pick<Appliance, 'patches' | 'objects'>): void => {
  const people = ['ot-owner', 'security'].map((duty): Actor => {
    const name = `list-${duty}`;
    const account =
      objects.findBy('account', 'name', name)?.id ??
      objects.create(systemActor, 'account', { name, roles: ['operator'] }).id;
    if (objects.list({ kind: 'patch-duty', where: { account }, limit: 1 }).rows.length === 0)
      objects.ofAnyKind.create(systemActor, 'patch-duty', { name, duty, account });
    return signedIn(account, 'controllers:approve');
  });
  for (const { id } of patches.within(wholeSite('job')).list({ limit: 1_000 }).rows)
    for (const request of patches
      .within(wholeSite('job'))
      .requests(id)
      .filter(({ type }) => type === 'verdict'))
      for (const person of people) patches.sign(person, request.id, { agrees: true, comment: '' });
};
