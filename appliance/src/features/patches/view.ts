import type { PatchMoveRow } from '@sallyport/ui/patches/patch-history.tsx';
import type { OptionView, PatchView, RequestView, TargetRow } from '@sallyport/ui/patches/patch-model';
import type { PatchRow } from '@sallyport/ui/patches/patches.tsx';
import { parseRange } from './acceptances.ts';
import type { PatchService } from './service.ts';
import {
  LIFECYCLE_NAMES,
  type Move,
  type MoveOption,
  type PatchRequest,
  type PatchSummary,
  type TargetView,
} from './types.ts';

// Patches as pages show them: names instead of references, and nothing that a page does not need.

type NameOf = (ref: string) => string;

/** Whether a text is a range of versions that an accepted risk can have: `2.9.2`, `<2.9.4`, `*`. */
export const isVersionRange = (text: string): boolean => parseRange(text) !== undefined && text.trim() !== '';

export const patchRow = (patch: PatchSummary): PatchRow => ({
  id: patch.id,
  patchId: patch.patchId,
  vendor: patch.vendor,
  product: patch.product,
  productVersion: patch.productVersion,
  state: patch.state,
  until: patch.until,
  verdict: patch.verdict,
  deadlines: patch.deadlines,
  urgency: patch.urgency,
  targets: patch.targets,
  waiting: patch.waiting,
});

export const patchDetail = (patch: PatchSummary, windowName: NameOf): PatchView => ({
  id: patch.id,
  patchId: patch.patchId,
  vendor: patch.vendor,
  product: patch.product,
  productVersion: patch.productVersion,
  targetVersion: patch.targetVersion,
  sha256: patch.sha256,
  supersedes: patch.supersedes,
  vulnerabilities: patch.vulnerabilities,
  remarks: patch.remarks,
  state: patch.state,
  lifecycle: LIFECYCLE_NAMES[patch.state],
  until: patch.until,
  fallback: patch.fallback,
  verdict: patch.verdict,
  verdictOn: patch.verdictOn,
  overriddenAt: patch.overriddenAt,
  testedOn: patch.testedOn,
  vetoed: patch.vetoed,
  window: patch.window && { name: windowName(patch.window.id), from: patch.window.from, until: patch.window.until },
  deadlines: patch.deadlines,
  urgency: patch.urgency,
  closed: ['installed', 'verified', 'superseded'].includes(patch.state),
});

export const optionView = ({ to, gates, slots }: MoveOption, controllerName: NameOf): OptionView => ({
  to,
  gates: gates.map(({ gate, open, reason, controllers = [] }) => ({
    gate,
    open,
    reason,
    controllers: controllers.map(controllerName).join(', '),
  })),
  roles: slots.map(({ role }) => role),
});

export const requestView = (request: PatchRequest, nameOf: NameOf): RequestView => ({
  id: request.id,
  type: request.type,
  target: request.target,
  askedBy: nameOf(request.askedBy),
  askedAt: request.askedAt,
  reason: request.reason,
  list: request.verdict?.list ?? null,
  signed: request.signatures.map(({ actor }) => nameOf(actor)),
  open: request.open.map(({ role }) => role),
});

export const targetRow = (target: TargetView, patches: Pick<PatchService, 'nextWindow'>): TargetRow => ({
  controller: target.controller,
  name: target.record?.name ?? target.controller,
  firmware: target.record?.firmware ?? null,
  readAt: target.record?.readAt ?? null,
  before: target.before?.firmware ?? null,
  after: target.after?.firmware ?? null,
  openChecks: target.checks.filter(({ fault }) => fault !== undefined).length,
  nextWindow: patches.nextWindow(target.controller)?.from ?? null,
});

export const moveRow = (move: Move, nameOf: NameOf): PatchMoveRow => {
  const { files = [], ...rest } = move.evidence;
  return {
    at: move.at,
    type: move.type,
    from: move.from,
    to: move.to,
    who: nameOf(move.actor),
    signed: move.signed.map(({ actor }) => nameOf(actor)),
    reason: move.reason,
    urgency: move.urgency,
    files,
    evidence: Object.entries(rest).map(([name, value]) => ({ name, value: value as string | number })),
  };
};
