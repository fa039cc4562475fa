import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import {
  type Actor,
  actorRef,
  asWriter,
  authorsOf,
  requireDecider,
  sinceApproved,
  type WriteGuard,
} from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { Approvable, ApprovalGate } from '../accounts/types.ts';
import { CONSENTED_FIELDS, type Consent, type DeployConsents } from './types.ts';

// Consents to packages through agents that cannot verify them. Who saves one asks; it is in force once another person has
// agreed through the gate, and until what it says is changed. The gate is asked by the guard of every write, so that no form,
// call, import or return to an earlier state puts one in force past it.

const KIND = 'deploy-consent';
const approval = ['agreedBy'];
const maxConsents = 10_000;
const maxOfGroup = 1_000;

type ConsentParts = {
  db: Database;
  objects: ObjectService;
  gate: Pick<ApprovalGate, 'assertMayApprove' | 'hindrance' | 'personsBehind'>;
};

const isText = (value: unknown): value is string => typeof value === 'string' && value !== '';

/** Consents over the object engine and the gate. */
export function deployConsents({ db, objects, gate }: ConsentParts): DeployConsents {
  const approvable = (id: string): Approvable => {
    const { revision, updatedAt } = objects.get(KIND, id);
    return {
      act: 'deploy-consent',
      thing: `${id}@${revision}`,
      authors: [authorsOf(sinceApproved(objects.revisions(KIND, id), approval))],
      since: updatedAt,
    };
  };

  const toConsent = ({ id, body, updatedAt }: ObjectOf<typeof KIND>): Consent => {
    const [newest] = objects.revisions(KIND, id);
    return {
      id,
      name: String(body['name'] ?? ''),
      group: String(body['group'] ?? ''),
      reason: String(body['reason'] ?? ''),
      by: newest?.actor ?? '',
      at: toTime(updatedAt),
      agreedBy: isText(body['agreedBy']) ? body['agreedBy'] : null,
    };
  };

  const assertWaits = (id: string): void => {
    if (isText(objects.get(KIND, id).body['agreedBy']))
      throw new AppError('CONFLICT', `consent ${id} is in force already`);
  };

  /** A write that puts a consent in force is an approval of what stood there before, by another person than its authors. */
  const guard: WriteGuard = (actor, id, before, after) => {
    if (after === undefined || !isText(after['agreedBy'])) return;
    const isSame = (name: string): boolean => (before?.[name] ?? null) === (after[name] ?? null);
    if (before !== undefined && CONSENTED_FIELDS.every(isSame)) {
      if (!isSame('agreedBy')) gate.assertMayApprove(actor, approvable(id));
      return;
    }
    // Who writes and agrees at once is its author.
    gate.assertMayApprove(actor, { act: 'deploy-consent', authors: [gate.personsBehind(actor)] });
  };

  return {
    guards: { [KIND]: guard },
    approvable,
    hindrance: (actor: Actor, id: string) => gate.hindrance(actor, approvable(id)),
    list: (): Consent[] => objects.list({ kind: KIND, limit: maxConsents }).rows.map(toConsent),
    get: (id: string): Consent => toConsent(objects.get(KIND, id)),
    isInForce: (groups: readonly string[]): boolean =>
      groups.some((group) =>
        objects
          .list({ kind: KIND, where: { group }, sort: 'createdAt', limit: maxOfGroup })
          .rows.some(({ body }) => isText(body['agreedBy'])),
      ),
    agree: (actor: Actor, id: string): Consent =>
      immediate(db, () => {
        assertWaits(id);
        const writer = asWriter(actor, 'deployments:write');
        return toConsent(objects.update(writer, KIND, id, { agreedBy: actorRef(actor) }, { comment: 'agreed' }));
      }),
    refuse: (actor: Actor, id: string): void => {
      requireDecider(actor, 'deployments:write');
      immediate(db, () => {
        assertWaits(id);
        objects.remove(asWriter(actor, 'deployments:write'), KIND, id, { comment: 'refused' });
      });
    },
  };
}
