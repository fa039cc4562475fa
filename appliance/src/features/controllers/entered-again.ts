import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorOfRef, actorRef, type Body, systemActor } from '../../engine/objects/types.ts';
import { toFailure } from '../../platform/errors.ts';
import { decisionKind, recordKind } from './entered.ts';

// Release 0.2.0 took facts of people for an import that was cut off, and took them back. Where facts are derived again after an
// upgrade, they are in force again: objects whose removal is the appliance's own and not a person's, and facts of objects in force.
// Doing it again changes nothing.

const byPerson = /^(?:account|token|cli):/;
const bySystem = /^system:/;
const page = 200;

/** Ends a piece of work at every `yield`. */
export const enteredAgain = (parts: {
  objects: Pick<ObjectService, 'tombstones' | 'revisions' | 'ofAnyKind'>;
  keepEntered: (publicId: string, body: Body, actor: Actor) => void;
  /** Whether facts of a person about the record are in force. */
  hasFacts: (publicId: string) => boolean;
}) => {
  const { objects, keepEntered, hasFacts } = parts;

  /** Who entered it last, of the people among its revisions. */
  const entererOf = (kind: string, id: string): string | undefined =>
    objects.revisions(kind, id).find(({ actor }) => byPerson.test(actor))?.actor;

  const restore = (kind: string, id: string): void => {
    try {
      objects.ofAnyKind.restore(systemActor, kind, id, { comment: 'an earlier release removed it by itself' });
    } catch (error) {
      // What it refers to is gone: it waits on the page of what was deleted, where a person sees why.
      if (toFailure(error).code !== 'INVALID') throw error;
    }
  };

  return function* (): Generator<void, void, void> {
    for (const kind of [recordKind, decisionKind])
      for (const { id, actor } of objects.tombstones(kind)) {
        if (!bySystem.test(actor) || entererOf(kind, id) === undefined) continue;
        restore(kind, id);
        yield;
      }
    for (let after: string | undefined; ; yield) {
      const { rows, next } = objects.ofAnyKind.list({
        kind: recordKind,
        sort: 'id',
        limit: page,
        ...(after === undefined ? {} : { after }),
      });
      for (const { id, body } of rows)
        if (!hasFacts(id)) keepEntered(id, body, actorOfRef(entererOf(recordKind, id) ?? actorRef(systemActor)));
      if (next === undefined) return;
      after = next;
    }
  };
};
