import type { Gate, GatedPatch, GateReason, GateResult, MoveEvidence, PatchState, VendorState } from './types.ts';

// Gates: conditions that hold before a patch may go on. All are hard: no signature opens one but that of the
// vendor, which two named roles pass when the patch enters the site's own test (OT 6).

export type TargetFacts = {
  readonly controller: string;
  /** Items of the checklist without a good answer. */
  readonly open: readonly string[];
  readonly installedAt: number | null;
  /** The newest observed reading of the firmware. */
  readonly readAt: number | null;
  /** Whether what was read is at least the wanted version. */
  readonly meets: 'yes' | 'no' | 'unknown';
};

type WindowFacts = { readonly from: number; readonly until: number; readonly blackout: boolean };

export type GateFacts = {
  readonly now: number;
  /** Setting: what the vendor has not tested counts as closed. */
  readonly vendorFirst: boolean;
  readonly targetVersion: string | null;
  readonly targets: readonly TargetFacts[];
  /** The occurrence that is planned, or that this move plans. */
  readonly window: WindowFacts | null;
};

const opened = (gate: Gate): GateResult => ({ gate, open: true });
const closed = (gate: Gate, reason: GateReason, controllers: readonly string[] = []): GateResult => ({
  gate,
  open: false,
  reason,
  ...(controllers.length === 0 ? {} : { controllers }),
});

/** The vendor has approved it, or two named roles passed what the vendor says now. */
export const vendorGate = (patch: GatedPatch, vendorFirst: boolean): GateResult => {
  const { verdict, verdictAt, overriddenAt } = patch;
  if (verdict === 'vendor_approved' || verdict === 'vendor_released') return opened('vendor');
  // Passing an earlier word does not pass a refusal that came after it.
  if (isRefusal(verdict))
    return overriddenAt !== null && overriddenAt >= verdictAt ? opened('vendor') : closed('vendor', 'vendor-refused');
  return !vendorFirst || overriddenAt !== null ? opened('vendor') : closed('vendor', 'vendor-silent');
};

const isRefusal = (verdict: VendorState): boolean => verdict === 'vendor_rejected' || verdict === 'not_applicable';

/**
 * Whether another verdict of the vendor lifts a refusal or opens the gate otherwise: then it takes the two roles, unless the
 * vendor's word came signed.
 */
export function opensVendorGate(before: GatedPatch, after: GatedPatch, vendorFirst: boolean): boolean {
  const isLifted = isRefusal(before.verdict) && !isRefusal(after.verdict);
  return isLifted || (!vendorGate(before, vendorFirst).open && vendorGate(after, vendorFirst).open);
}

const testedGate = (patch: GatedPatch): GateResult =>
  patch.testedOn === null ? closed('tested', 'not-tested') : opened('tested');

const targetsGate = ({ targets }: GateFacts): GateResult =>
  targets.length === 0 ? closed('targets', 'no-controllers') : opened('targets');

const planGate = ({ window, now }: GateFacts): GateResult =>
  window === null
    ? closed('window', 'no-window')
    : window.blackout
      ? closed('window', 'window-blackout')
      : window.until <= now
        ? closed('window', 'window-past')
        : opened('window');

/** Nothing is installed before its window. That it is noted later is how it goes. */
const startedGate = ({ window, now }: GateFacts, evidence: MoveEvidence): GateResult =>
  window === null
    ? closed('window', 'no-window')
    : Math.min(now, evidence.installedAt ?? now) < window.from
      ? closed('window', 'window-not-yet')
      : opened('window');

const checklistGate = ({ targets }: GateFacts): GateResult => {
  const open = targets.filter((target) => target.open.length > 0).map(({ controller }) => controller);
  return open.length > 0 ? closed('checklist', 'checklist-open', open) : opened('checklist');
};

/** `verified` is what a newer observed reading shows, of every controller (OT 6). */
const readAgainGate = ({ targets, targetVersion }: GateFacts): GateResult => {
  if (targets.length === 0) return closed('read-again', 'no-controllers');
  if (targetVersion === null) return closed('read-again', 'no-target-version');
  const failing = (fails: (target: TargetFacts) => boolean): string[] =>
    targets.filter(fails).map(({ controller }) => controller);
  const old = failing(({ readAt, installedAt }) => readAt === null || installedAt === null || readAt <= installedAt);
  if (old.length > 0) return closed('read-again', 'not-read-again', old);
  const wrong = failing(({ meets }) => meets === 'no');
  if (wrong.length > 0) return closed('read-again', 'version-differs', wrong);
  const unknown = failing(({ meets }) => meets === 'unknown');
  return unknown.length > 0 ? closed('read-again', 'version-unknown', unknown) : opened('read-again');
};

/** The gates on the way to a state. */
export const gatesTo = (to: PatchState, patch: GatedPatch, facts: GateFacts, evidence: MoveEvidence): GateResult[] => {
  const vendor = vendorGate(patch, facts.vendorFirst);
  switch (to) {
    case 'authorized':
      return [vendor, testedGate(patch)];
    case 'scheduled':
      return [vendor, testedGate(patch), targetsGate(facts), planGate(facts)];
    case 'installed':
      return [vendor, testedGate(patch), targetsGate(facts), startedGate(facts, evidence), checklistGate(facts)];
    case 'verified':
      return [readAgainGate(facts)];
    default:
      return [];
  }
};
