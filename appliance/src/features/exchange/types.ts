// What crosses the gap. Out: the site card (who this site is), requests (signed, sealed to the host), receipts (what
// came of each bundle, hash-chained). In: bundles. The trust that decides about a bundle is a TUF root that a person
// compared by eye; everything else hangs on it. A bundle is parsed in a child process that has the medium and a staging
// folder; what it found is adopted into the store, and one synced transaction (the commit) makes it the site's state.
// Before the commit the old state is live, after it the new one; `recover` cleans up what a crash left between.

import type { InventoryLine } from '@sallyport/bundle-tools/documents/inventory';
import type { ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import type { ImportProgress, ImportWarning } from '@sallyport/bundle-tools/importer/verdict';
import { z } from 'zod';
import type { Actor, ActorRow } from '../../engine/objects/types.ts';
import { type Shape, textTime } from '../../platform/shapes.ts';
import type { RematchResult, UnreadEcosystem } from '../vulnerabilities/types.ts';

export type TrustRole = 'root' | 'timestamp' | 'snapshot' | 'targets';

export type HeldRole = { readonly role: TrustRole; readonly version: number; readonly expires: string };

/** A request that waits for its answer longer than it may; `dueAt` in ms. */
export type OverdueRequest = {
  readonly number: number;
  readonly createdAt: string;
  readonly dueAt: number;
  readonly limitDays: number;
};

const trustShape = z.object({
  rootVersion: z.int(),
  rootSha256: z.string(),
  roles: z.array(z.object({ role: z.string(), version: z.int(), expires: textTime })),
  sealedTo: z.array(z.string()).describe('SHA-256 of each host key that requests are sealed to'),
});

export const stateSchema = z.object({
  site: z.string(),
  name: z.string(),
  trust: trustShape.nullable().describe('null: no trust was imported yet; nothing can be sealed or imported'),
  seq: z.int(),
  seqBroadcast: z.int(),
  lastBundle: z.string().optional(),
  inventory: z.string().optional(),
  floor: textTime,
  requestNumber: z.int(),
  openRequests: z.array(
    z.object({
      number: z.int(),
      requestId: z.string(),
      createdAt: textTime,
      file: z.string(),
      sizeBytes: z.int(),
      digest: z.string(),
    }),
  ),
});
export type ExchangeState = Omit<Shape<typeof stateSchema>, 'trust'> & {
  readonly trust: (Omit<Shape<typeof trustShape>, 'roles'> & { readonly roles: readonly HeldRole[] }) | null;
};

export const requestGroupNames = ['platforms', 'software', 'coverage', 'wants', 'held', 'receipts', 'state'] as const;
export type RequestGroupName = (typeof requestGroupNames)[number];

export type RequestGroup = {
  readonly name: RequestGroupName;
  readonly items: number;
  readonly examples: readonly string[];
  readonly bytes: number;
};

/** What would leave, before anything is written. */
export type RequestPreview = {
  readonly number: number;
  readonly groups: readonly RequestGroup[];
  /** The whole text, exactly as it would be signed. */
  readonly text: string;
  readonly totalBytes: number;
  readonly leakScan: LeakScan;
};

export type ExportedRequest = {
  readonly path: string;
  readonly number: number;
  readonly requestId: string;
  readonly sizeBytes: number;
  readonly digest: string;
  /** SHA-256 of the sealed file. */
  readonly sha256: string;
  /** The file was synced, read back and compared: past the memory, or, where the file system cannot, maybe out of it. */
  readonly readBack: 'medium' | 'memory';
};

/** Progress of an export: made and searched, written, read back. Bytes are those of the sealed file. */
export type ExportReport = {
  readonly step: 'build' | 'write' | 'check';
  readonly doneBytes: number;
  readonly totalBytes: number;
};

/** One kind of object in the comparison of two catalogues. */
export type KindDifference = {
  readonly kind: string;
  readonly added: number;
  readonly changed: number;
  readonly removed: number;
  /** Of what the bundle brings. */
  readonly bytes: number;
};

export type UnfulfilledWant = { readonly reason: string; readonly kind: string; readonly want: string };

/** One that the last answer did not bring; `since` counts from the first answer that did not. */
export type UnfulfilledRow = UnfulfilledWant & { readonly since: string };

type FeedChange = { readonly feed: string; readonly newest?: string; readonly cursor: string };

/** A catalogue that comes into force; in the transaction in which it does. */
export type TakenCatalogue = {
  readonly lines: readonly InventoryLine[];
  /** Where an object lies; undefined for one that is not here. */
  readonly place: (sha256: string) => string | undefined;
  /** False of a broadcast, which may lack objects that the site has of bundles of its own. */
  readonly isWhole: boolean;
};

/** Objects of a kind that this release does not know: checked, not stored. */
export type UnknownKind = { readonly kind: string; readonly objects: number; readonly bytes: number };

export type ImportSummary = {
  readonly bundleId: string;
  readonly seq: number;
  readonly broadcast: boolean;
  readonly requestNumber?: number;
  readonly issuedAt: string;
  readonly volumes: number;
  /** Numbers of the volumes that are here by now, and of those that are not. */
  readonly seenVolumes: readonly number[];
  readonly missingVolumes: readonly number[];
  /** Files that were refused although the bundle is whole without them: bad copies beside good ones. */
  readonly ignored?: readonly { readonly code: string; readonly message: string }[];
  /** What an earlier try had left and this one did not write again. */
  readonly resumed: { readonly objects: number; readonly bytes: number };
  readonly counts: {
    readonly new: number;
    readonly held: number;
    readonly removed: number;
    readonly unfulfilled: number;
    readonly bytes: number;
  };
  readonly warnings: readonly ImportWarning[];
  readonly unfulfilled: readonly UnfulfilledWant[];
  readonly kinds: readonly KindDifference[];
  readonly unknownKinds?: readonly UnknownKind[];
  readonly feeds: readonly FeedChange[];
  readonly advisories: number;
  readonly updates: number;
  /** Ecosystems that advisories of the import are about and that no rule reads. */
  readonly unread?: readonly UnreadEcosystem[];
  readonly findings?: RematchResult;
};

export type ImportResult =
  | { readonly result: 'imported' | 'partial'; readonly receipt: number; readonly summary: ImportSummary }
  | { readonly result: 'already'; readonly bundleId: string; readonly receipt: number }
  /** A dry run: nothing changed. */
  | { readonly result: 'checked'; readonly summary: ImportSummary };

type ImportStep = ImportProgress['state'] | 'scan' | 'advisories' | 'switch' | 'match' | 'done';

export type ImportReport = {
  readonly step: ImportStep;
  readonly doneBytes: number;
  readonly totalBytes: number;
  readonly volume?: number | undefined;
  readonly volumes?: number | undefined;
};

export type ImportOptions = {
  readonly dryRun?: boolean;
  /** The reason of an operator for taking a bundle past its expiry. */
  readonly acceptStale?: string;
  readonly onProgress?: (report: ImportReport) => void;
  readonly signal?: AbortSignal;
};

export type ImportRow = {
  readonly id: number;
  readonly state: 'open' | 'verified' | 'stored' | 'built' | 'flipped' | 'done' | 'refused' | 'interrupted';
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly startedBy: string;
  readonly bundleId?: string;
  readonly seq?: number;
  readonly code?: string;
  readonly message?: string;
  readonly receipt?: number;
  readonly summary?: ImportSummary;
};

export const receiptSchema = z.object({
  number: z.int(),
  createdAt: textTime,
  result: z.enum(['imported', 'partial', 'refused']),
  code: z.string(),
  bundleId: z.string().optional(),
  seq: z.int().optional(),
  digest: z.string(),
  acknowledgedAt: textTime.optional().describe('When a bundle showed that the host holds it'),
});
export type ReceiptRow = Shape<typeof receiptSchema>;

/** The antivirus results for the objects of a bundle (bundle format, state 11). */
export type ScanOutcome = {
  readonly scan: NonNullable<ReceiptPredicate['scan']>;
  /** Digests in which something was found; they leave the store. */
  readonly infected: readonly string[];
  /** For the operator, should it not be clean. */
  readonly words: string;
};

export type ScanObjects = (
  files: readonly { readonly sha256: string; readonly path: string; readonly label: string }[],
  signal: AbortSignal | undefined,
) => Promise<ScanOutcome | undefined>;

/** The trust files as imported; a text is the path of a file. */
export type TrustFiles = {
  get(name: string): Uint8Array | string | null;
  /** The root in force; null while the site has none. */
  root(): Uint8Array | null;
};

export type LeakScan = {
  /** Per kind: how many distinct values were looked for, how many of them were found. */
  readonly searched: readonly { readonly what: IdentityKind; readonly values: number; readonly found: number }[];
  readonly leaks: readonly Leak[];
};

export type IdentityKind = 'host' | 'domain' | 'address' | 'mac' | 'account' | 'person' | 'serial' | 'machine';

/** Where a value was found; the value itself is shown to the administrator of the site only. */
export type Leak = {
  readonly kind: IdentityKind;
  readonly value: string;
  readonly field: string;
  readonly text: string;
};

export type ImportDraft = {
  id: string;
  path: string;
  /** All files of the bundle that lie there; `path` is one of them. */
  paths: readonly string[];
  name: string;
  sizeBytes: number;
  uploaded: boolean;
  madeBy: string;
  createdAt: number;
  checkRun: number | null;
  importRun: number | null;
  stopped: boolean;
};

export type ImportDrafts = {
  /** Drops what is old. */
  trim(): void;
  /** A new file in staging to write an upload to. */
  place(): { id: string; path: string };
  discard(path: string): void;
  /** Registers an uploaded file and begins its check. */
  addUpload(actor: Actor, id: string, path: string, name: string, sizeBytes: number): ImportDraft;
  /**
   * Registers the bundle that a file of a medium belongs to, with all its volumes there, and begins its check or its
   * import; NOT_FOUND for any other path.
   */
  addPicked(actor: Actor, path: string, begin?: 'check' | 'import'): Promise<ImportDraft>;
  /** NOT_FOUND. */
  get(id: string): ImportDraft;
  list(limit: number): ImportDraft[];
  /** Begins the import, or the check once more; CONFLICT while something runs. */
  start(actor: Actor, id: string, acceptStale: string, what?: 'check' | 'import'): void;
  stop(id: string): void;
};

export const importJobKind = 'import-bundle';

export type ImportPayload = {
  draft: string;
  /** All volumes of the bundle that lie there. */
  paths: readonly string[];
  dryRun: boolean;
  acceptStale?: string;
  actor: ActorRow;
};

/** What the page shows of a running import. */
export type ImportProgressRow = {
  step: ImportReport['step'];
  doneBytes: number;
  totalBytes: number;
  bytesPerSecond?: number;
  leftMs?: number;
  volume?: number | undefined;
  volumes?: number | undefined;
};

/** Steps whose report counts bytes; that of the advisories counts advisories. */
export const inBytes: ReadonlySet<ImportReport['step']> = new Set(['objects', 'tail']);

export const exportJobKind = 'export-request';

export type ExportPayload = {
  number: number;
  /** Folder of downloads, or a medium. */
  folder: string;
  isDownload: boolean;
  actor: ActorRow;
};

/** What the page shows of a running export. */
export type ExportProgressRow = ExportReport & { bytesPerSecond?: number; leftMs?: number };

export type ExportOutcome = Pick<ExportedRequest, 'number' | 'sizeBytes' | 'readBack'>;

export type WrittenRequest = {
  number: number;
  requestId: string;
  createdAt: string;
  sizeBytes: number;
  wants: number;
  file: string;
  closedAt: string | null;
  closedBy: string | null;
  lastReceipt: number;
  /** `type:id`. */
  writtenBy: string;
};

export type ReceiptOfBundle = { number: number; createdAt: string; result: string; seq: number | null };

export type WrittenCard = { number: number; createdAt: string; digest: string; envelope: Buffer };

/** Read model of pages that join parts of the exchange. */
export type ConsoleQueries = {
  /** Newest first. */
  requests(limit: number): WrittenRequest[];
  firstRequest(): Pick<WrittenRequest, 'number' | 'createdAt' | 'writtenBy'> | undefined;
  requestNumber(requestId: string): number | undefined;
  /** What a request asked for; nothing when there is none of that number. */
  requestWants(number: number): { kind: string; id: string }[];
  /** The first request that carried a receipt away. */
  leftWith(receipt: number): number | undefined;
  receiptOfBundle(bundleId: string): ReceiptOfBundle | undefined;
  feeds(): number;
  card(): WrittenCard | undefined;
};
