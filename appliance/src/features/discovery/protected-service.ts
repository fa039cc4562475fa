import { createHash } from 'node:crypto';
import { type AddressSet, addressSet } from '@sallyport/bundle-tools/platform/address-set';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, byWhom, requireDecider, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import type { Approvable, ApprovalGate, Hindrance } from '../accounts/types.ts';
import type { ForbiddenAddresses } from './forbidden.ts';
import { type ProtectedRow, protectedStore, type ReleaseRow } from './protected-store.ts';
import { mostInRelease, type ProtectedAddress, type ReleaseRequest } from './types.ts';

// Still protected: addresses that records had as a controller's and have no more. Nothing connects there until one person asks for
// their release and another one agrees; where a controller is, no person does it alone. What a record has again is protected by it.

export type ProtectedAddresses = {
  /** Those that no record explains, the last to leave first; with `within`, those in these addresses, networks or ranges. INVALID. */
  list(query: { within?: readonly string[]; limit: number }): {
    rows: ProtectedAddress[];
    total: number;
  };
  /** What waits for a second person, the oldest first. */
  requests(): ReleaseRequest[];
  /** Why this person cannot agree; undefined when he can. */
  hindrance(actor: Actor, request: number): Hindrance | undefined;
  approvable(request: number): Approvable;
  /** One person asks for the release of all that is still protected within these. INVALID, NOT_FOUND, TOO_LARGE, APPROVAL_TOKEN. */
  ask(actor: Actor, within: readonly string[], reason: string): ReleaseRequest;
  /** Another person agrees to exactly what was shown, or it is given up. CONFLICT. */
  decide(actor: Actor, request: number, decision: { agree: boolean; digest?: string | undefined }): ReleaseRequest;
};

const act = 'address-release';
const mostRequests = 100;

const toAddress = ({
  address,
  because,
  object,
  label,
  left_at,
  left_by,
  batch,
  request,
}: ProtectedRow): ProtectedAddress => ({
  address,
  because,
  object,
  label,
  leftAt: left_at,
  leftBy: left_by,
  batch,
  request,
});

/** What is agreed to: these addresses, as they left. */
const digestOf = (rows: readonly ProtectedRow[]): string =>
  createHash('sha256')
    .update(JSON.stringify(rows.map(({ id, address, left_at }) => [id, address, left_at])))
    .digest('hex')
    .slice(0, 16);

const setOf = (within: readonly string[]): AddressSet => {
  const wrong = within.filter((one) => addressSet([one]).isEmpty);
  if (wrong.length > 0) throw invalid({ addresses: { key: 'validation.format' } });
  return addressSet(within);
};

/** The addresses of one site that are still protected. */
export function protectedAddresses(parts: {
  db: Database;
  events: Pick<EventService, 'record'>;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayApprove' | 'hindrance'>;
  forbidden: Pick<ForbiddenAddresses, 'isRecorded'>;
  clock: () => number;
}): ProtectedAddresses {
  const { db, events, gate, forbidden, clock } = parts;
  const store = protectedStore(db);
  const approvable = (request: number): Approvable => ({ act, thing: `release ${request}` });

  const left = (within: AddressSet | undefined): ProtectedRow[] =>
    store.rows().filter(({ address }) => within?.covers(address) !== false && !forbidden.isRecorded(address));

  const toRequest = ({ id, asked_at, asked_by, reason }: ReleaseRow): ReleaseRequest => {
    const rows = store.rowsOf(id);
    return { id, at: asked_at, by: asked_by, reason, digest: digestOf(rows), addresses: rows.map(toAddress) };
  };
  const requests = (): ReleaseRequest[] => store.requests().map(toRequest);

  const get = (id: number): ReleaseRequest => {
    const found = requests().find((one) => one.id === id);
    if (found === undefined)
      throw new AppError(
        'CONFLICT',
        'no such request waits: it was decided, or its addresses left the records again since',
      );
    return found;
  };

  return {
    list: ({ within, limit }) => {
      const rows = left(within === undefined || within.length === 0 ? undefined : setOf(within));
      return { rows: rows.slice(0, limit).map(toAddress), total: rows.length };
    },
    requests,
    approvable,
    hindrance: (actor, request) => gate.hindrance(actor, approvable(request)),
    ask: (actor, within, text) => {
      requireRight(actor, 'controllers:write');
      if (actor.type === 'token')
        throw new AppError('APPROVAL_TOKEN', 'a token releases no address: a person signs in');
      const reason = enteredLine(text);
      if (reason === '') throw invalid({ reason: { key: 'validation.required' } });
      if (within.length === 0) throw invalid({ addresses: { key: 'validation.required' } });
      return immediate(db, () => {
        store.removeEmpty();
        const rows = left(setOf(within)).filter(({ request }) => request === null);
        if (rows.length === 0)
          throw new AppError('NOT_FOUND', 'none of these is still protected, or its release was asked for already');
        if (rows.length > mostInRelease)
          throw new AppError('TOO_LARGE', `${rows.length} addresses: at most ${mostInRelease} are released at once`);
        if (requests().length >= mostRequests)
          throw new AppError('TOO_LARGE', `${mostRequests} requests wait already: decide about them first`);
        const id = store.addRequest(clock(), actorRef(actor), reason);
        gate.asked(actor, act, approvable(id).thing ?? '');
        store.setRequest(
          id,
          rows.map((row) => row.id),
        );
        events.record('address-release-asked', {
          ...byWhom(actor),
          params: { request: id, count: rows.length, reason },
        });
        return get(id);
      });
    },
    decide: (actor, id, { agree, digest }) => {
      requireDecider(actor, 'controllers:write');
      return immediate(db, () => {
        const request = get(id);
        const { reason, addresses } = request;
        if (!agree) {
          store.setRequest(
            null,
            store.rowsOf(id).map((row) => row.id),
          );
          events.record('address-release-refused', {
            ...byWhom(actor),
            params: { request: id, count: addresses.length, reason },
          });
        } else {
          gate.assertMayApprove(actor, approvable(id));
          if (digest !== request.digest)
            throw new AppError('CONFLICT', 'the request names other addresses than those that were shown: look again');
          store.remove(id);
          for (const { address, label, because } of addresses)
            events.record('address-released', {
              ...byWhom(actor),
              params: { address, label, because, request: id, asked: request.by, reason },
            });
        }
        store.removeRequest(id);
        return request;
      });
    },
  };
}
