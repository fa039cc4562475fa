import type { Ctx } from '../context.ts';
import type { FieldErrors, Reference, When } from '../model.ts';
import type { PatchMoveRow } from './patch-history.tsx';
import type { DeadlineView, UrgencyView } from './patch-marks.tsx';

export type GateView = {
  readonly gate: string;
  readonly open: boolean;
  readonly reason?: string | undefined;
  readonly controllers: string;
};

export type OptionView = {
  readonly to: string;
  readonly gates: readonly GateView[];
  readonly roles: readonly string[];
};

export type RequestView = {
  readonly id: number;
  readonly type: 'move' | 'extension' | 'verdict';
  readonly target: string;
  readonly askedBy: string;
  readonly askedAt: When;
  readonly reason: string;
  /** The list that proposes it. */
  readonly list: string | null;
  readonly signed: readonly string[];
  readonly open: readonly string[];
};

export type TargetRow = {
  readonly controller: string;
  readonly name: string;
  readonly firmware: string | null;
  readonly readAt: When | null;
  readonly before: string | null;
  readonly after: string | null;
  readonly openChecks: number;
  readonly nextWindow: When | null;
};

export type PatchView = {
  readonly id: number;
  readonly patchId: string;
  readonly vendor: string;
  readonly product: string;
  readonly productVersion: string;
  readonly targetVersion: string | null;
  readonly sha256: string | null;
  readonly supersedes: string | null;
  readonly vulnerabilities: readonly string[];
  readonly remarks: string | null;
  readonly state: string;
  readonly lifecycle: string | undefined;
  readonly until: When | null;
  readonly fallback: string | null;
  readonly verdict: string;
  readonly verdictOn: When | null;
  readonly overriddenAt: When | null;
  readonly testedOn: string | null;
  readonly vetoed: boolean;
  readonly window: { readonly name: string; readonly from: When; readonly until: When } | null;
  readonly deadlines: readonly DeadlineView[];
  readonly urgency: UrgencyView;
  readonly closed: boolean;
};

export type PatchProps = {
  readonly ctx: Ctx;
  readonly patch: PatchView;
  readonly options: readonly OptionView[];
  readonly requests: readonly RequestView[];
  readonly targets: readonly TargetRow[];
  readonly controllers: readonly Reference[];
  readonly history: readonly PatchMoveRow[];
  readonly errors?: FieldErrors | undefined;
};
