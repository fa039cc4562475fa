import { missingEvidence } from './evidence.ts';
import { type GateFacts, gatesTo, opensVendorGate, vendorGate } from './gates.ts';
import { isMove, vendorEffect } from './moves.ts';
import { openSlots, type Signer } from './people.ts';
import { fallbackOf, isExpiring, isVendorState } from './states.ts';
import type { EvidenceName, GateResult, MachinePatch, MoveEvidence, PatchState, Slot, VendorState } from './types.ts';

// The state machine of a patch, pure: in go its state, the request and the facts; out comes the next state, or
// the code of the refusal. Nothing here reads the time or a database.

type MoveRequest = {
  readonly to: PatchState;
  readonly reason: string;
  readonly evidence: MoveEvidence;
  /** Who asks, then who signed. */
  readonly signers: readonly Signer[];
};

export type MoveFacts = GateFacts & {
  /** Days before the window that its people want to know. */
  readonly leadDays: number;
  /** Longest time of a state with an end. */
  readonly longestMs: number;
};

export type Refusal =
  /** The table has no such move. */
  | { readonly code: 'NO_SUCH_MOVE' }
  | { readonly code: 'REASON' }
  | { readonly code: 'EVIDENCE'; readonly missing: readonly EvidenceName[] }
  /** A time that is over, too far, or before its window. */
  | { readonly code: 'TIME'; readonly field: 'until' | 'installedAt' }
  | { readonly code: 'GATE_CLOSED'; readonly gates: readonly GateResult[] }
  /** Another person has to sign first. */
  | { readonly code: 'SIGNATURE'; readonly open: readonly Slot[] };

type Decision = { readonly ok: true; readonly patch: MachinePatch } | ({ readonly ok: false } & Refusal);

const dayMs = 86_400_000;

/** Who opens the gate of the vendor without the vendor's signature: two people, since one fills one slot. */
export const vendorSlots: readonly Slot[] = [
  { role: 'ot-owner', other: false },
  { role: 'security', other: false },
];

/** The signatures that a move takes. */
export const slotsOf = (
  patch: MachinePatch,
  to: PatchState,
  evidence: MoveEvidence,
  facts: Pick<MoveFacts, 'vendorFirst' | 'window' | 'now' | 'leadDays'>,
): Slot[] => {
  const slots: Slot[] = [];
  const owner: Slot = { role: 'ot-owner', other: false };
  if (to === 'site_testing') {
    const passesVendor = !vendorGate(patch, facts.vendorFirst).open;
    if (passesVendor) slots.push(...vendorSlots);
    else if (patch.vetoed) slots.push(owner);
    // Tested nowhere: a second person signs for it.
    if (evidence.testedOn === 'none' && !passesVendor) slots.push({ role: 'anyone', other: true });
  }
  if (isVendorState(to) && opensVendorGate(patch, { ...patch, verdict: to, verdictAt: facts.now }, facts.vendorFirst))
    slots.push(...vendorSlots);
  if (to === 'authorized') slots.push(owner);
  if (to === 'scheduled' && facts.window !== null && facts.window.from - facts.now < facts.leadDays * dayMs)
    slots.push(owner);
  // Who accepts a risk is not who asks for it.
  if (to === 'accepted') slots.push({ role: 'ot-owner', other: true });
  // Noted as done outside its window: the owner of the plant knows of it.
  if (to === 'installed' && facts.window !== null && (evidence.installedAt ?? facts.now) > facts.window.until)
    slots.push(owner);
  return slots;
};

const timeFault = (
  { to, evidence }: MoveRequest,
  { now, longestMs, window }: MoveFacts,
): 'until' | 'installedAt' | undefined => {
  const { until, installedAt } = evidence;
  if (isExpiring(to) && until !== undefined && (until <= now || until > now + longestMs)) return 'until';
  if (to !== 'installed' || installedAt === undefined) return undefined;
  return installedAt > now || (window !== null && installedAt < window.from) ? 'installedAt' : undefined;
};

const moved = (patch: MachinePatch, request: MoveRequest, facts: MoveFacts): MachinePatch => {
  const { to, evidence, signers } = request;
  if (isVendorState(to))
    return {
      ...patch,
      state: to,
      verdict: to,
      verdictAt: facts.now,
      fallback: null,
      until: null,
      vetoed: patch.vetoed,
    };
  const passes = to === 'site_testing' && !vendorGate(patch, facts.vendorFirst).open;
  return {
    ...patch,
    state: to,
    fallback: isExpiring(to) ? fallbackOf(patch.state, patch.fallback) : null,
    until: isExpiring(to) ? (evidence.until ?? null) : null,
    testedOn: to === 'site_testing' ? (evidence.testedOn ?? null) : patch.testedOn,
    overriddenAt: passes ? facts.now : patch.overriddenAt,
    vetoed:
      to === 'site_testing'
        ? false
        : to === 'site_rejected'
          ? patch.vetoed || signers.some(({ asks, roles }) => asks && roles.includes('ot-owner'))
          : patch.vetoed,
  };
};

/** Whether a patch may move to the asked state, and the patch then. */
export const decide = (patch: MachinePatch, request: MoveRequest, facts: MoveFacts): Decision => {
  const { to, evidence, signers } = request;
  if (!isMove(patch.state, to)) return { ok: false, code: 'NO_SUCH_MOVE' };
  if (request.reason.trim() === '') return { ok: false, code: 'REASON' };
  const missing = missingEvidence(to, evidence);
  if (missing.length > 0) return { ok: false, code: 'EVIDENCE', missing };
  const field = timeFault(request, facts);
  if (field !== undefined) return { ok: false, code: 'TIME', field };
  const gates = gatesTo(to, patch, facts, evidence).filter(({ open }) => !open);
  if (gates.length > 0) return { ok: false, code: 'GATE_CLOSED', gates };
  const open = openSlots(slotsOf(patch, to, evidence, facts), signers);
  if (open.length > 0) return { ok: false, code: 'SIGNATURE', open };
  return { ok: true, patch: moved(patch, request, facts) };
};

/** The patch after a new verdict of the vendor, from a list or a bundle. */
export const withVerdict = (patch: MachinePatch, word: VendorState, at: number): MachinePatch => {
  const effect = vendorEffect(patch.state, patch.fallback, word);
  return {
    ...patch,
    state: effect.state ?? patch.state,
    fallback: effect.fallback ?? patch.fallback,
    verdict: word,
    verdictAt: at,
  };
};

/** The patch after the end of a state that has one; undefined while it lasts. */
export const expired = (patch: MachinePatch, now: number): MachinePatch | undefined =>
  isExpiring(patch.state) && patch.until !== null && patch.until <= now
    ? { ...patch, state: patch.fallback ?? patch.verdict, fallback: null, until: null }
    : undefined;
