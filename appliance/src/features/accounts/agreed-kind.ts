import type { ObjectService } from '../../engine/objects/service.ts';
import {
  actorRef,
  asWriter,
  authorsOf,
  requireDecider,
  sinceApproved,
  type WriteGuard,
} from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { type AgreedKind, type Agreements, type Approvable, type ApprovalGate, isText } from './types.ts';

// Objects of a kind that are in force once another person agreed to what they say. Who saves one asks; a change of what was agreed
// to waits anew. The gate is asked by the guard of every write, so that no form, call, import or return to an earlier state puts
// one in force past it. The kind declares `agreedBy` (internal, never returns) and the approval of its fields.

const approval = ['agreedBy'];

type Parts = {
  db: Database;
  objects: ObjectService;
  gate: Pick<ApprovalGate, 'assertMayApprove' | 'hindrance' | 'personsBehind'>;
};

/** The acts of two persons about objects of one kind. */
export function agreedKind({ db, objects, gate }: Parts, { kind, act, fields, write }: AgreedKind): Agreements {
  const { ofAnyKind } = objects;

  const approvable = (id: string): Approvable => {
    const { revision, updatedAt } = ofAnyKind.get(kind, id);
    return {
      act,
      thing: `${id}@${revision}`,
      authors: [authorsOf(sinceApproved(objects.revisions(kind, id), approval))],
      since: updatedAt,
    };
  };

  const assertWaits = (id: string): void => {
    if (isText(ofAnyKind.get(kind, id).body['agreedBy']))
      throw new AppError('CONFLICT', `${kind} ${id} is in force already`);
  };

  /** A write that puts one in force is an approval of what stood there before, by another person than its authors. */
  const guard: WriteGuard = (actor, id, before, after) => {
    if (after === undefined || !isText(after['agreedBy'])) return;
    const isSame = (name: string): boolean => (before?.[name] ?? null) === (after[name] ?? null);
    if (before !== undefined && fields.every(isSame)) {
      if (!isSame('agreedBy')) gate.assertMayApprove(actor, approvable(id));
      return;
    }
    // Who writes and agrees at once is its author.
    gate.assertMayApprove(actor, { act, authors: [gate.personsBehind(actor)] });
  };

  return {
    guard,
    approvable,
    hindrance: (actor, id) => gate.hindrance(actor, approvable(id)),
    agree: (actor, id) =>
      immediate(db, () => {
        assertWaits(id);
        const by = { agreedBy: actorRef(actor) };
        ofAnyKind.update(asWriter(actor, write), kind, id, by, { comment: 'agreed' });
      }),
    refuse: (actor, id) => {
      requireDecider(actor, write);
      immediate(db, () => {
        assertWaits(id);
        ofAnyKind.remove(asWriter(actor, write), kind, id, { comment: 'refused' });
      });
    },
  };
}
