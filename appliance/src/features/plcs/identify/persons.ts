import type { ObjectService } from '../../objects/service.ts';
import { type Actor, actorRef } from '../../objects/types.ts';

// Two people (OT Q7): who wrote a job never approves it, under whichever token.

/** The person behind a reference to an actor; undefined where nobody is. */
export const personOf = (objects: ObjectService, ref: string): string | undefined => {
  const at = ref.indexOf(':');
  const [type, id] = [ref.slice(0, at), ref.slice(at + 1)];
  if (type === 'account' || type === 'cli') return ref;
  if (type !== 'token') return undefined;
  const account = objects.find('token', id, { deleted: true })?.body['account'];
  return typeof account === 'string' ? `account:${account}` : undefined;
};

/** The person who acts. */
export const actingPerson = (objects: ObjectService, actor: Actor): string | undefined =>
  personOf(objects, actorRef(actor));

/** Everybody who wrote a revision of an object. */
export const authorsOf = (objects: ObjectService, kind: string, id: string): ReadonlySet<string> =>
  new Set(
    objects
      .revisions(kind, id)
      .map(({ actor }) => personOf(objects, actor))
      .filter((person) => person !== undefined),
  );
