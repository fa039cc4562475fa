// Who could approve: it decides whether second-person rules are on unless set, and whether the only
// person at a site may go on alone. An account that could within the last 30 days counts, so that disabling a colleague
// gains nothing at once.

import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import type { Body, Right } from '../../engine/objects/types.ts';
import { isLimited } from './rights.ts';

/** How long an account that could approve still counts, ms. */
export const lookBackMs = 30 * 86_400_000;
const maxAccounts = 10_000;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

type Reader = Pick<ObjectService, 'list' | 'revisions' | 'find'>;

/** Bodies of an object that were in force since a time; what was removed then is in force no longer. */
const bodiesSince = (objects: Pick<Reader, 'revisions'>, kind: string, id: string, since: number): Body[] => {
  const found: Body[] = [];
  for (const { at, body, operation } of objects.revisions(kind, id)) {
    if (operation !== 'remove') found.push(body);
    if (at <= since) break;
  }
  return found;
};

/** Ids of the accounts that can approve with a right, or could lately; an account without a password never could. */
export function couldApprove(objects: Reader, right: Right, now: number): ReadonlySet<string> {
  const since = now - lookBackMs;
  const all = (deleted: boolean): ObjectOf<'account'>[] =>
    objects.list({ kind: 'account', limit: maxAccounts, deleted }).rows;
  const grants = (role: string): boolean =>
    (objects.find('role', role, { deleted: true }) === undefined ? [] : bodiesSince(objects, 'role', role, since)).some(
      (role) => !isLimited(role) && (texts(role.rights).includes('all') || texts(role.rights).includes(right)),
    );
  const hasPassword = (id: string): boolean =>
    Boolean(objects.find('account', id, { secrets: true, deleted: true })?.body['passwordHash']);
  return new Set(
    [...all(false), ...all(true).filter(({ deletedAt = 0 }) => deletedAt >= since)]
      .filter(({ id }) => hasPassword(id))
      .filter(({ id }) =>
        bodiesSince(objects, 'account', id, since).some(
          ({ disabled, roles }) => disabled !== true && texts(roles).some(grants),
        ),
      )
      .map(({ id }) => id),
  );
}
