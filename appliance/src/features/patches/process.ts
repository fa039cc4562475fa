import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { EventService } from '../../engine/events/service.ts';
import { type Actor, actorRef, byWhom, requireDecider, requireRight, systemActor } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { cleanLine } from '../../platform/text.ts';
import type { ApprovalGate } from '../accounts/types.ts';
import type { Urgency } from '../controller-findings/types.ts';
import { afterMove, type DeadlineDays } from './deadlines.ts';
import { wantedEvidence } from './evidence.ts';
import { gatesTo } from './gates.ts';
import { decide, expired, type MoveFacts, type Refusal, slotsOf, vendorSlots } from './machine.ts';
import type { MoveStore, NewRequest, StoredRequest } from './move-store.ts';
import { nextStates } from './moves.ts';
import type { PatchStore } from './patch-store.ts';
import { mayFill, openSlots, type Signer } from './people.ts';
import { isVendorState } from './states.ts';
import {
  type AskedMove,
  type AskedVerdict,
  DEADLINES,
  type Deadline,
  isPatchState,
  type Move,
  type MoveEvidence,
  type MoveOption,
  type MoveResult,
  moveEvidenceSchema,
  type Patch,
  type PatchRequest,
  type PatchState,
  type People,
  type PlannedAt,
  type Slot,
} from './types.ts';

// Moving patches: a request, its gates, its signatures, and then the move in one transaction with its
// entry in the history and in the audit chain.

export const WRITE = 'controllers:write' as const;

type ProcessParts = {
  db: Database;
  gate: Pick<ApprovalGate, 'asked' | 'assertMayApprove'>;
  events: Pick<EventService, 'record'>;
  patches: PatchStore;
  moves: MoveStore;
  people: People;
  clock: () => number;
  /** What the gates look at, without the window. */
  factsOf(patch: Patch): Omit<MoveFacts, 'now' | 'window' | 'leadDays' | 'vendorFirst' | 'longestMs'>;
  /** An occurrence of a window with its lead time; undefined: there is none. */
  occurrence(
    window: string,
    from: number,
  ): { from: number; until: number; blackout: boolean; leadDays: number } | undefined;
  vendorFirst(): boolean;
  clockDays(): DeadlineDays;
  /** What is known of the hurry: kept with the move, since it changes. */
  urgencyOf(patch: Patch): Urgency;
  /** The verdict of a list, in force once the two roles have signed. */
  applyVerdict(actor: Actor, patch: Patch, asked: AskedVerdict, signed: Move['signed']): Patch;
  /** Within the transaction of a move. */
  onMoved(before: Patch, after: Patch, evidence: MoveEvidence): void;
};

const dayMs = 86_400_000;
const longestMs = 730 * dayMs;
const maxReason = 1_000;
const extensionSlot: Slot = { role: 'senior-approver', other: true };

const refusalError = (refusal: Refusal): AppError => {
  switch (refusal.code) {
    case 'NO_SUCH_MOVE':
      return new AppError('NO_SUCH_MOVE', 'a patch in this state cannot become that');
    case 'REASON':
      return invalid({ reason: { key: 'validation.required' } });
    case 'EVIDENCE': {
      const fields: FieldErrors = {};
      for (const name of refusal.missing)
        fields[name === 'reference-or-file' ? 'reference' : name] = { key: 'validation.required' };
      return invalid(fields);
    }
    case 'TIME':
      return invalid({ [refusal.field]: { key: 'validation.patchTime' } });
    case 'GATE_CLOSED':
      return new AppError('GATE_CLOSED', `closed: ${refusal.gates.map(({ reason }) => reason).join(', ')}`, {
        gates: refusal.gates,
      });
    case 'SIGNATURE':
      return new AppError('FORBIDDEN', 'somebody else has to sign first', {
        open: refusal.open.map(({ role, other }) => ({ duty: role, other })),
      });
  }
};

/** Moves of patches with their signatures. */
export const patchProcess = (parts: ProcessParts) => {
  const { db, gate, events, patches, moves, people, clock } = parts;

  const found = (id: number): Patch => {
    const patch = patches.byId(id);
    if (patch === undefined) throw new AppError('NOT_FOUND', 'there is no such patch');
    return patch;
  };

  /** A token asks without the roles of its account: asking in a role is signing. */
  const signerOf = (person: string, asks: boolean, by: string): Signer => ({
    person,
    asks,
    roles: by.startsWith('account:') ? people.rolesOf(person) : [],
  });

  const windowOf = (
    patch: Patch,
    evidence: MoveEvidence,
  ): (PlannedAt & { blackout: boolean; leadDays: number }) | null => {
    const { window, windowFrom } = evidence;
    if (window !== undefined && windowFrom !== undefined) {
      const occurrence = parts.occurrence(window, windowFrom);
      return occurrence === undefined ? null : { id: window, ...occurrence };
    }
    // What is planned stays what was planned, whatever became of the window meanwhile.
    return patch.window === null ? null : { ...patch.window, blackout: false, leadDays: 0 };
  };

  const factsFor = (patch: Patch, to: PatchState, evidence: MoveEvidence): MoveFacts => {
    const window = windowOf(patch, to === 'scheduled' ? evidence : {});
    return {
      ...parts.factsOf(patch),
      now: clock(),
      window,
      leadDays: window?.leadDays ?? 0,
      vendorFirst: parts.vendorFirst(),
      longestMs,
    };
  };

  /** Stores a patch in its new state with its entry in the history. */
  const commit = (
    actor: Actor,
    before: Patch,
    after: Patch,
    entry: Pick<Move, 'type' | 'reason' | 'evidence' | 'signed'> & { import?: number },
  ): Patch => {
    const at = clock();
    // An undone patch is as it was before, deadlines included.
    const isSame = after.state === before.state || entry.type === 'undo';
    const times = isSame ? after.times : afterMove(after.times, before.state, after.state, at);
    const stored = { ...after, times };
    patches.update(stored);
    const { import: by, ...rest } = entry;
    moves.insert({
      ...rest,
      patch: before.id,
      at,
      from: before.state,
      to: after.state,
      actor: actorRef(actor),
      import: by ?? null,
      urgency: parts.urgencyOf(before),
    });
    // A later signature would be for what was asked from another state.
    if (after.state !== before.state)
      for (const request of moves.openOf(before.id)) if (request.type === 'move') moves.close(request.id, 'void', at);
    // A newer verdict of the vendor answers what an earlier list proposed.
    if (after.verdict !== before.verdict)
      for (const request of moves.openOf(before.id))
        if (request.type === 'verdict') moves.close(request.id, 'void', at);
    if (entry.type === 'extension')
      events.record('patch-extended', { ...byWhom(actor), params: { patch: before.id, name: before.patchId } });
    else
      events.record('patch-moved', {
        ...byWhom(actor),
        params: { patch: before.id, name: before.patchId, from: before.state, to: after.state },
      });
    return stored;
  };

  const perform = (
    actor: Actor,
    before: Patch,
    asked: AskedMove,
    signers: readonly Signer[],
    signed: Move['signed'],
  ): Patch => {
    const facts = factsFor(before, asked.to, asked.evidence);
    const decision = decide(before, { ...asked, signers }, facts);
    if (!decision.ok) throw refusalError(decision);
    const { window } = facts;
    const after: Patch = {
      ...before,
      ...decision.patch,
      ...(isVendorState(asked.to) ? { verdictOn: null, verdictImport: null } : {}),
      window:
        asked.to === 'scheduled' && window !== null
          ? { id: asked.evidence.window ?? '', from: window.from, until: window.until }
          : ['installed', 'verified'].includes(asked.to)
            ? before.window
            : null,
    };
    const stored = commit(actor, before, after, {
      type: 'move',
      reason: asked.reason,
      evidence: asked.evidence,
      signed,
    });
    parts.onMoved(before, stored, asked.evidence);
    return stored;
  };

  const checked = ({ to, reason, evidence }: AskedMove): AskedMove => {
    const parsed = moveEvidenceSchema.safeParse(defined(evidence));
    if (!parsed.success) {
      const name = String(parsed.error.issues[0]?.path[0] ?? '');
      throw invalid({ [name]: { key: 'validation.invalid' } });
    }
    const given = parsed.data;
    for (const name of ['reference', 'plan', 'owner', 'supersededBy'] as const)
      if (given[name] !== undefined) given[name] = cleanLine(given[name]).trim();
    return { to, reason: enteredLine(reason, 'reason', maxReason), evidence: given };
  };

  const signersOf = (request: StoredRequest): Signer[] => [
    signerOf(request.person, true, request.askedBy),
    ...request.signatures.filter(({ agrees }) => agrees).map(({ person, actor }) => signerOf(person, false, actor)),
  ];

  const slotsFor = (patch: Patch, request: StoredRequest): readonly Slot[] =>
    request.type === 'verdict'
      ? vendorSlots
      : request.type === 'extension' || !isPatchState(request.target)
        ? [extensionSlot]
        : slotsOf(patch, request.target, request.evidence, factsFor(patch, request.target, request.evidence));

  const view = (patch: Patch, request: StoredRequest): PatchRequest => ({
    ...request,
    open: request.state === 'open' ? openSlots(slotsFor(patch, request), signersOf(request)) : [],
  });

  const openRequests = (patch: Patch): PatchRequest[] => moves.openOf(patch.id).map((request) => view(patch, request));

  /** Asks for signatures, in the caller's transaction. */
  const ask = (
    actor: Actor,
    { id, patchId, state }: Patch,
    wanted: Pick<NewRequest, 'type' | 'target' | 'reason' | 'evidence' | 'verdict'>,
  ): number => {
    const isOpen = moves.openOf(id).some(({ type, target }) => type === wanted.type && target === wanted.target);
    if (isOpen && wanted.verdict === null)
      throw new AppError('CONFLICT', 'this was asked for already and waits for signatures');
    const request = moves.ask({
      ...wanted,
      patch: id,
      from: state,
      at: clock(),
      actor: actorRef(actor),
      person: people.personOf(actor),
    });
    gate.asked(actor, 'patch-sign', String(request));
    events.record('patch-asked', { ...byWhom(actor), params: { patch: id, name: patchId, to: wanted.target } });
    return request;
  };

  const move = (actor: Actor, id: number, given: AskedMove): MoveResult => {
    requireRight(actor, WRITE);
    const asked = checked(given);
    return immediate(db, () => {
      const patch = found(id);
      const person = people.personOf(actor);
      const signers = [signerOf(person, true, actorRef(actor))];
      const facts = factsFor(patch, asked.to, asked.evidence);
      const decision = decide(patch, { ...asked, signers }, facts);
      if (decision.ok) return { patch: perform(actor, patch, asked, signers, []), request: null };
      if (decision.code !== 'SIGNATURE') throw refusalError(decision);
      const { to: target, reason, evidence } = asked;
      const request = ask(actor, patch, { type: 'move', target, reason, evidence, verdict: null });
      return { patch, request };
    });
  };

  /** An unsigned list would open the gate of the vendor: it proposes, within the import's transaction. */
  const propose = (actor: Actor, patch: Patch, verdict: AskedVerdict): void => {
    const { row, list } = verdict;
    ask(actor, patch, {
      type: 'verdict',
      target: row.verdict,
      reason: row.patch.remarks ?? list,
      evidence: { reference: `${list}, ${row.line}: ${row.verdict}`.slice(0, 500) },
      verdict,
    });
  };

  const extend = (
    actor: Actor,
    id: number,
    wanted: { deadline: Deadline; until: number; reason: string },
  ): MoveResult => {
    requireRight(actor, WRITE);
    const reason = enteredLine(wanted.reason, 'reason', maxReason);
    const faults: FieldErrors = {};
    if (reason === '') faults['reason'] = { key: 'validation.required' };
    if (!DEADLINES.includes(wanted.deadline)) faults['clock'] = { key: 'validation.choice' };
    if (wanted.until <= clock() || wanted.until > clock() + longestMs)
      faults['until'] = { key: 'validation.patchTime' };
    if (Object.keys(faults).length > 0) throw invalid(faults);
    return immediate(db, () => {
      const patch = found(id);
      const { deadline: target, until } = wanted;
      const request = ask(actor, patch, { type: 'extension', target, reason, evidence: { until }, verdict: null });
      return { patch, request };
    });
  };

  const finish = (actor: Actor, patch: Patch, request: StoredRequest): Patch => {
    const signed = request.signatures
      .filter(({ agrees }) => agrees)
      .map(({ actor: by, at, roles }) => ({ actor: by, at, roles }));
    // The one who asked moves it; the signatures stand beside.
    const [type = 'account', ...rest] = request.askedBy.split(':');
    const asker: Actor = { ...actor, type: type as Actor['type'], id: rest.join(':') };
    moves.close(request.id, 'done', clock());
    if (request.type === 'extension') {
      const { until = 0 } = request.evidence;
      const extended = { ...patch.times.extended, [request.target]: until };
      const after = { ...patch, times: { ...patch.times, extended } };
      patches.setOverdueReported(
        patch.id,
        patches.overdueReported(patch.id).filter((given) => given !== request.target),
      );
      return commit(asker, patch, after, {
        type: 'extension',
        reason: request.reason,
        evidence: request.evidence,
        signed,
      });
    }
    if (request.verdict !== null) return parts.applyVerdict(asker, patch, request.verdict, signed);
    if (!isPatchState(request.target)) throw new AppError('INTERNAL', 'a request for a state that is none');
    const asked = { to: request.target, reason: request.reason, evidence: request.evidence };
    return perform(asker, patch, asked, signersOf(request), signed);
  };

  const sign = (
    actor: Actor,
    id: number,
    { agrees, comment }: { agrees: boolean; comment: string },
  ): { patch: Patch; done: boolean } => {
    requireDecider(actor, WRITE);
    return immediate(db, () => {
      const request = moves.request(id);
      if (request === undefined) throw new AppError('NOT_FOUND', 'there is no such request');
      if (request.state !== 'open') throw new AppError('CONFLICT', 'this was decided already');
      const patch = found(request.patch);
      const person = people.personOf(actor);
      const signer = signerOf(person, false, actorRef(actor));
      const isAsker = person === request.person;
      const slots = slotsFor(patch, request);
      if (agrees) gate.assertMayApprove(actor, { act: 'patch-sign', thing: String(id) });
      // Taking back what one asked for is always open; the OT owner may always say no (OT 7).
      const mayDecline = isAsker || signer.roles.includes('ot-owner') || mayFill(slots, signersOf(request), signer);
      if (agrees ? !mayFill(slots, signersOf(request), signer) : !mayDecline)
        throw new AppError('FORBIDDEN', 'another person, in the role that is asked for, signs this');
      const at = clock();
      const given = enteredLine(comment, 'comment', maxReason);
      if (!agrees && given === '') throw invalid({ comment: { key: 'validation.required' } });
      moves.sign(id, { person, actor: actorRef(actor), at, agrees, comment: given, roles: signer.roles });
      events.record(agrees ? 'patch-signed' : 'patch-declined', {
        ...byWhom(actor),
        params: {
          patch: patch.id,
          name: patch.patchId,
          to: request.target,
        },
      });
      if (!agrees) {
        moves.close(id, 'declined', at);
        return { patch, done: true };
      }
      const now = moves.request(id);
      if (now === undefined || openSlots(slots, signersOf(now)).length > 0) return { patch, done: false };
      return { patch: finish(actor, patch, now), done: true };
    });
  };

  /** Ends states that are over; how many. */
  const expire = (most: number): number => {
    const over = patches.ended(clock(), most);
    for (const { id } of over) {
      immediate(db, () => {
        const patch = found(id);
        const after = expired(patch, clock());
        if (after === undefined) return;
        commit(
          systemActor,
          patch,
          { ...patch, ...after, window: null },
          { type: 'expiry', reason: 'ended', evidence: {}, signed: [] },
        );
        events.record('patch-expired', {
          params: { patch: id, name: patch.patchId, from: patch.state, to: after.state },
        });
      });
    }
    return over.length;
  };

  /** What may come next, and what is in the way. */
  const options = (patch: Patch): MoveOption[] =>
    nextStates(patch.state).map((to) => {
      // A window is chosen with the move: that there is none yet is no closed gate.
      const facts = factsFor(patch, to, {});
      const gates = gatesTo(to, patch, facts, {}).filter(({ gate }) => to !== 'scheduled' || gate !== 'window');
      return {
        to,
        possible: gates.every(({ open }) => open),
        gates,
        evidence: wantedEvidence(to),
        slots: slotsOf(patch, to, {}, facts),
      };
    });

  return {
    move,
    extend,
    propose,
    sign,
    expire,
    options,
    openRequests,
    commit,
    found,
    isSiteState: (state: PatchState): boolean => !isVendorState(state),
  };
};

export type PatchProcess = ReturnType<typeof patchProcess>;
