import type { Ctx } from '../context.ts';
import type { Decision, FixState, Said, When } from '../model.ts';

export type ImportStep = 'check' | 'compare' | 'import' | 'result';
/** BUNDLES section 6 in plain words: keys `exchange.state.<name>`. */
export type ImportState = 'open' | 'trust' | 'signature' | 'answers' | 'space' | 'files' | 'scan' | 'switch';
export const importStates: readonly ImportState[] = [
  'open',
  'trust',
  'signature',
  'answers',
  'space',
  'files',
  'scan',
  'switch',
];

export type ImportProgress = {
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly bytesPerSecond?: number | undefined;
  readonly volume?: { readonly n: number; readonly of: number } | undefined;
  readonly states: readonly {
    readonly name: ImportState;
    readonly state: 'done' | 'running' | 'waiting' | 'failed';
    readonly detail?: Said | undefined;
  }[];
};

export type ImportDiff = {
  readonly at: When;
  /** Kinds: advisories, updates, documents, … key `exchange.kind.<name>`. */
  readonly kinds: readonly {
    readonly kind: string;
    readonly added: number;
    readonly changed: number;
    readonly removed: number;
    readonly bytes: number;
    readonly sourceDate?: When | undefined;
    readonly heldDate?: When | undefined;
  }[];
  /** Effect on this site by decision, when the advisories were matched in the dry run. */
  readonly effect: readonly {
    readonly sign: 'added' | 'changed' | 'removed';
    readonly decision: Decision;
    readonly findings: number;
    readonly devices: number;
    readonly advisories: readonly string[];
    readonly fix?: FixState | undefined;
  }[];
  readonly unfulfilled: readonly { readonly reason: string; readonly want: string }[];
};

export type ExchangeImportProps = {
  readonly ctx: Ctx;
  readonly id: string;
  readonly step: ImportStep;
  readonly bundle: {
    readonly name: string;
    readonly bytes: number;
    readonly seq?: number | undefined;
    readonly request?: number | undefined;
    readonly issuedAt?: When | undefined;
    readonly volumes?: number | undefined;
    readonly missingVolumes?: readonly number[] | undefined;
  };
  readonly progress: ImportProgress;
  readonly diff?: ImportDiff | undefined;
  /** Codes of warnings: STALE, CLOCK_BEHIND, … */
  readonly warnings: readonly string[];
  /** A refusal, at any step. */
  readonly refused?:
    | { readonly code: string; readonly detail: string; readonly receipt?: number | undefined }
    | undefined;
  readonly result?:
    | { readonly receipt: number; readonly at: When; readonly kind: 'imported' | 'partial' | 'already' }
    | undefined;
  readonly running: boolean;
};

/** In work. */
export const ExchangeImport = ({ ctx }: ExchangeImportProps) => <p>{ctx.site.name}</p>;
