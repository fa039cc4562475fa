import { correctionMs } from '@sallyport/bundle-tools/importer/clock';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Actor, actorRef, byWhom } from '../../engine/objects/types.ts';
import { immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { TimeReading } from '../../platform/site-clock.ts';
import type { Approvable, ApprovalGate, Hindrance } from '../accounts/types.ts';
import { atTheMachine } from '../accounts/types.ts';
import type { ClockParts } from './clock.ts';
import { requireState } from './request-builder.ts';

// `clock back`: what was taken for the time was wrong, and the floor is lowered to the clock as it is now. Two persons; never below
// the last signed time or the release. Versions, sequence numbers and used nonces stay, so nothing old comes in again by it.

type BackParts = Omit<ClockParts, 'gate'> & {
  readonly gate: Pick<ApprovalGate, 'asked' | 'assertMayApprove' | 'hindrance' | 'isOnePerson'>;
};

/** What one person asked for. `ran`: how long the appliance had run then. */
type Asked = {
  readonly to: string;
  readonly ran: number;
  readonly at: number;
  readonly by: string;
  readonly operator: number;
  readonly reason: string;
};

/** What going back would do. */
export type ClockBack = {
  readonly from: string;
  /** The clock as it is, to which the floor would be lowered. */
  readonly to: string;
  /** It cannot be lowered further: the last signed time, or the release's build. */
  readonly limit: string;
  /** Open requests that no host could answer any more; they are closed. The others stay open. */
  readonly closes: readonly number[];
};

/** What waits for a second person. */
export type ClockBackAsked = { readonly to: string; readonly at: number; readonly by: string; readonly reason: string };

const act = 'clock-back';
const approvable = ({ at, to }: Asked): Approvable => ({ act, thing: `${to}@${at}` });

/** The clock-back requests of one site. */
export const clockBack = (parts: BackParts) => {
  const { db, store, events, time, gate, releasedAt } = parts;

  const asked = (): Asked | undefined => {
    const { clock_back: text } = requireState(store);
    return text === null ? undefined : (JSON.parse(text) as Asked);
  };

  const limit = (): string => {
    const signed = requireState(store).signed_at ?? '';
    return [signed, releasedAt ?? ''].sort().at(-1) || '1970-01-01T00:00:00Z';
  };

  const isBehind = ({ wallMs, floorMs, nowMs }: TimeReading): boolean =>
    wallMs < Math.max(floorMs, nowMs) - correctionMs;

  /** NOT_FOUND where the clock is not behind what counts, CONFLICT where it is before what is signed. */
  const preview = (): ClockBack => {
    // What another process said in the last second counts as well.
    const read = time.read(true);
    const to = toTime(read.wallMs);
    if (!isBehind(read))
      throw new AppError('NOT_FOUND', 'the clock is not behind the time that counts; there is nothing to go back from');
    const least = limit();
    if (to < least)
      throw new AppError(
        'CONFLICT',
        `the clock says ${to}, and ${least} is signed: it is certainly later than that. Set the clock first`,
      );
    return {
      from: toTime(read.floorMs),
      to,
      limit: least,
      closes: store
        .openRequests()
        .filter(({ floor }) => floor > to)
        .map(({ number }) => number),
    };
  };

  const drop = (): void => store.setClockBack(null);

  return {
    preview,
    /** The same for a page: undefined where there is nothing that could be done. */
    offer: (): ClockBack | undefined => {
      const read = time.read();
      return isBehind(read) && toTime(read.wallMs) >= limit() ? preview() : undefined;
    },
    asked: (): ClockBackAsked | undefined => {
      const found = asked();
      return found && { to: found.to, at: found.at, by: found.by, reason: found.reason };
    },
    approvable: (): Approvable | undefined => {
      const found = asked();
      return found && approvable(found);
    },
    hindrance: (actor: Actor): Hindrance | undefined => {
      const found = asked();
      return found && gate.hindrance(actor, approvable(found));
    },
    /** One person asks; APPROVAL_PERSON for what is none. */
    ask: (actor: Actor, operator: number, reason: string): ClockBack =>
      immediate(db, () => {
        if (actor.type === 'token') throw new AppError('APPROVAL_TOKEN', 'a token does not say what time it is');
        const found = preview();
        const at = time.now();
        const request: Asked = { to: found.to, ran: time.ran(), at, by: actorRef(actor), operator, reason };
        gate.asked(actor, act, approvable(request).thing ?? '');
        store.setClockBack(JSON.stringify(request));
        events.record('clock-back-asked', {
          ...byWhom(actor),
          params: { time: Date.parse(found.to), before: Date.parse(found.from), reason },
        });
        return found;
      }),
    /**
     * Another person agrees, or anybody who may decide gives it up. CONFLICT where nothing waits, or where the clock was set since it
     * was asked; FORBIDDEN for an only person who is not at the machine.
     */
    decide: (actor: Actor, agrees: boolean): ClockBack | undefined =>
      immediate(db, () => {
        const request = asked();
        if (request === undefined) throw new AppError('CONFLICT', 'no request to go back with the clock waits');
        const why = { ...byWhom(actor), params: { reason: request.reason } };
        if (!agrees) {
          drop();
          events.record('clock-back-refused', why);
          return undefined;
        }
        gate.assertMayApprove(actor, approvable(request));
        const isOne = gate.isOnePerson(act, approvable(request).thing ?? '');
        if (isOne && !atTheMachine(actor))
          throw new AppError('FORBIDDEN', 'an only person does this at the machine: sallyport login, then clock back');
        const found = preview();
        const expectedMs = Date.parse(request.to) + (time.ran() - request.ran);
        if (Math.abs(time.wall() - expectedMs) > correctionMs)
          throw new AppError('CONFLICT', 'the clock was set since this was asked for: give it up and ask again');
        const at = toTime(time.wall());
        store.closeRequestsAbove(found.to, 'clock-back', at);
        time.setFloor(time.wall(), true);
        store.addOverride({
          at,
          code: 'CLOCK_BACK',
          reason: isOne ? `${request.reason} (one person)` : request.reason,
          operator: request.operator,
        });
        events.record('clock-set-back', {
          ...byWhom(actor),
          params: {
            time: Date.parse(found.to),
            before: Date.parse(found.from),
            closed: found.closes.join(', '),
            persons: isOne ? 1 : 2,
            reason: request.reason,
          },
        });
        drop();
        return found;
      }),
  };
};
