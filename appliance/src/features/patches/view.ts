import type { PatchMoveRow } from '@sallyport/ui/patches/patch-history.tsx';
import type { OptionView, PatchView, RequestView, TargetRow } from '@sallyport/ui/patches/patch-model';
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

// Patches as pages show them: names instead of references.

type NameOf = (ref: string) => string;

/** Whether a text is a range of versions that an accepted risk can have: `2.9.2`, `<2.9.4`, `*`. */
export const isVersionRange = (text: string): boolean => parseRange(text) !== undefined && text.trim() !== '';

export const patchDetail = (patch: PatchSummary, windowName: NameOf): PatchView => ({
  ...patch,
  lifecycle: LIFECYCLE_NAMES[patch.state],
  window: patch.window && { name: windowName(patch.window.id), from: patch.window.from, until: patch.window.until },
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
  ...request,
  askedBy: nameOf(request.askedBy),
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
    ...move,
    who: nameOf(move.actor),
    signed: move.signed.map(({ actor }) => nameOf(actor)),
    files,
    evidence: Object.entries(rest).map(([name, value]) => ({ name, value: value as string | number })),
  };
};
