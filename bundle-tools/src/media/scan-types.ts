// An antivirus looks at bytes before they are used or sent. It is one more check beside the signatures, never instead of
// them: what it cannot read, or cannot read whole, is not clean.

/** Which engine looks, and where it is. */
export type ScanEngine =
  /** The daemon, through its Unix socket. */
  | { readonly engine: 'clamd'; readonly socket: string; readonly database: string }
  /** The program, once per scan: slower to start, needs no daemon. */
  | { readonly engine: 'clamscan'; readonly command: string; readonly database: string };

/** One file to look at. */
export type ScanFile = { readonly path: string; readonly sizeBytes: number };

export type ScanReport = {
  readonly engine: ScanEngine['engine'];
  /** Of the program and of its definitions: `1.4.6/27831`. */
  readonly version: string;
  /** When the newest definitions were made, `YYYY-MM-DDThh:mm:ssZ`. */
  readonly definitionsAt: string;
  /** `error` when anything could not be looked at, whatever else was found clean; `infected` goes before it. */
  readonly verdict: 'clean' | 'infected' | 'error';
  readonly infected: ReadonlyArray<{ readonly path: string; readonly name: string }>;
  /** What could not be looked at, and why; without a path it concerns the engine. */
  readonly faults: ReadonlyArray<{ readonly path?: string; readonly reason: string }>;
};

export type ScanOptions = {
  /** For all files together. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

/** An engine's result for each file. */
export type Findings = Pick<ScanReport, 'infected' | 'faults'>;

/** Neither engine takes a larger file. */
export const maxFileBytes = 2_000 * 1024 * 1024;
export const defaultTimeoutMs = 4 * 3_600_000;

/** A name from an engine as it may stand in messages and records. */
export const signatureName = (text: string): string => text.replace(/[^\x21-\x7e]/g, '_').slice(0, 100) || 'unnamed';

/** True for what an engine reports when it gave up on a file at one of its limits: not found, and not looked through. */
export const isLimit = (name: string): boolean => name.startsWith('Heuristics.Limits.Exceeded');
