import type { JournalHead } from '../documents/fields.ts';
import type { OpenedReceipt, ReceiptPredicate } from '../documents/receipt.ts';
import { BundleError } from '../errors.ts';
import { defined } from '../platform/defined.ts';
import { readReceipts } from './receipts.ts';
import type { Site, SiteRecord } from './sites.ts';

// What a connected host knows of a site: only what it sent, and what the site's own signed receipts say came of it.

const dayMs = 86_400_000;
const shownRefusals = 20;

type BundleState = 'imported' | 'partial' | 'refused' | 'superseded' | 'on-the-way' | 'overdue';

/** One bundle that was written for the site. */
type SentBundle = {
  readonly bundle: string;
  readonly seq: number;
  readonly requestId: string;
  readonly catalog: number;
  readonly issuedAt: string;
  readonly bytes: number;
  readonly ageDays: number;
  readonly state: BundleState;
  readonly receipt?: number;
  readonly code?: string;
};

/** Something that a person has to look at, and what to do. */
type SiteWarning = { readonly code: string; readonly detail: string; readonly next: string };

export type SiteView = {
  readonly site: string;
  readonly name: string;
  readonly fingerprint: string;
  readonly compared: boolean;
  readonly card: number;
  readonly request: { readonly number: number; readonly seenAt: string; readonly ageDays: number } | null;
  readonly receipts: { readonly count: number; readonly last: number | null; readonly at: string | null };
  /** The bundle number that was used last, and the one in force by the receipts. */
  readonly seq: { readonly sent: number; readonly inForce: number | null };
  readonly bundles: ReadonlyArray<SentBundle>;
  /** What the site refused, and why, newest first. */
  readonly refused: ReadonlyArray<{
    readonly receipt: number;
    readonly at: string;
    readonly code: string;
    readonly bundle: string | null;
  }>;
  /**
   * The audit chain of the site, as in its last request and receipt. `went-back`: what came last went behind it and waits
   * for a person; `accepted`: a person let it go back once.
   */
  readonly journal: {
    readonly state: 'whole' | 'went-back' | 'accepted' | 'unknown';
    readonly request: (JournalHead & { readonly number: number }) | null;
    readonly receipt: (JournalHead & { readonly number: number }) | null;
  };
  /** What this host refused of the site. */
  readonly notTaken: NonNullable<SiteRecord['refused']>;
  readonly reverted: NonNullable<SiteRecord['reverted']>;
  /** Days to expiry as of now, by the last receipt. */
  readonly daysLeft: Readonly<Record<string, number>>;
  readonly devices: ReceiptPredicate['devices'] | null;
  /** Sums over the receipts that are here; `waiting` is the last one's. */
  readonly applied: ReadonlyArray<{
    readonly update: string;
    readonly done: number;
    readonly failed: number;
    readonly waiting: number;
  }>;
  readonly overrides: ReadonlyArray<{
    readonly receipt: number;
    readonly code: string;
    readonly reason: string;
    readonly operator: number;
  }>;
  readonly warnings: ReadonlyArray<SiteWarning>;
};

const ageDays = (time: string, nowMs: number): number => Math.floor((nowMs - Date.parse(time)) / dayMs);

/** What was refused last of the site, unless something was taken since. Times are whole seconds. */
const openRefusal = ({ refused = [], request, reverted = [] }: SiteRecord) => {
  const last = refused.at(-1);
  if (last === undefined || (request !== undefined && last.at < request.seen_at)) return undefined;
  // A person's consent to the older state answers the refusal, though both be of one second.
  const consent = reverted.at(-1);
  return last.code === 'SITE_REVERTED' && consent !== undefined && consent.at >= last.at ? undefined : last;
};

const journalOf = (record: SiteRecord): SiteView['journal'] => {
  const { journal, request, receipt, reverted = [] } = record;
  const heads = {
    request: journal === undefined || request === undefined ? null : { number: request.number, ...journal },
    receipt: receipt === undefined ? null : { number: receipt.number, ...receipt.journal },
  };
  if (openRefusal(record)?.code === 'SITE_REVERTED') return { state: 'went-back', ...heads };
  if (reverted.length > 0) return { state: 'accepted', ...heads };
  return { state: journal === undefined ? 'unknown' : 'whole', ...heads };
};

/** The last receipt on each bundle. */
const outcomes = (receipts: ReadonlyArray<OpenedReceipt>): Map<string, ReceiptPredicate> => {
  const found = new Map<string, ReceiptPredicate>();
  for (const { predicate } of receipts) {
    const { bundle_id: bundle } = predicate;
    // Once it was imported nothing later takes that back.
    if (bundle !== undefined && found.get(bundle)?.result !== 'imported') found.set(bundle, predicate);
  }
  return found;
};

const stateOf = (
  seq: number,
  age: number,
  outcome: ReceiptPredicate | undefined,
  inForce: number,
  overdueDays: number,
): BundleState => {
  if (outcome !== undefined) return outcome.result;
  if (seq <= inForce) return 'superseded';
  return age >= overdueDays ? 'overdue' : 'on-the-way';
};

const sumApplied = (receipts: ReadonlyArray<OpenedReceipt>): SiteView['applied'] => {
  const sums = new Map<string, { done: number; failed: number; waiting: number }>();
  const last = receipts.at(-1);
  for (const receipt of receipts)
    for (const { update, done, failed, waiting } of receipt.predicate.applied) {
      const held = sums.get(update) ?? { done: 0, failed: 0, waiting: 0 };
      sums.set(update, {
        done: held.done + done,
        failed: held.failed + failed,
        waiting: receipt === last ? waiting : 0,
      });
    }
  return [...sums].map(([update, counts]) => ({ update, ...counts })).sort((a, b) => (a.update < b.update ? -1 : 1));
};

const readOrWarn = (site: Site): { receipts: ReadonlyArray<OpenedReceipt>; warnings: SiteWarning[] } => {
  try {
    return { receipts: readReceipts(site), warnings: [] };
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    const next = 'keep the state folder as evidence; what the receipts say is left out here';
    return { receipts: [], warnings: [{ code: error.code, detail: error.message, next }] };
  }
};

const warningsOf = (view: Omit<SiteView, 'warnings'>, record: SiteRecord, overdueDays: number): SiteWarning[] => {
  const warnings: SiteWarning[] = [];
  const warn = (code: string, detail: string, next: string): void => {
    warnings.push({ code, detail, next });
  };
  if (!view.compared)
    warn('NOT_COMPARED', 'the fingerprint of its card was not compared', 'site add CARD --fingerprint HEX');
  for (const { bundle, seq, ageDays: age } of view.bundles.filter(({ state }) => state === 'overdue'))
    warn(
      'OVERDUE',
      `bundle ${seq} (${bundle.slice(0, 8)}) left ${age} days ago and no receipt came`,
      'ask the site; the next request shows what arrived',
    );
  if (view.request === null) warn('OVERDUE', 'no request was seen yet', 'ask the site for one');
  else if (view.request.ageDays >= overdueDays)
    warn('OVERDUE', `no request for ${view.request.ageDays} days`, 'ask the site for one');
  const { receipt_gap: gap } = record;
  if (gap !== undefined)
    warn(
      'CHAIN',
      `receipts ${gap.from} to ${gap.to} are not here: this host went back to a backup`,
      'nothing; the next bundle asks for them again',
    );
  const last = openRefusal(record);
  if (last !== undefined)
    warn(
      last.code,
      last.detail,
      last.code === 'SITE_REVERTED'
        ? `ask whether a backup was restored; then fulfil --accept-reverted ${view.site}: the answer gets a number above both`
        : 'ask the site; keep the file as evidence',
    );
  for (const [role, days] of Object.entries(view.daysLeft))
    if (role !== 'bundle' && role !== 'timestamp' && days < 60)
      warn(
        'KEY_EXPIRES_SOON',
        days < 0 ? `${role} at the site is past its time` : `${role} at the site has ${days} days left`,
        'the next bundle renews it, unless the root itself is old: trust show',
      );
  return warnings;
};

/** What the site's release could not store of the last bundle. */
const unknownKinds = (last: ReceiptPredicate | undefined): SiteWarning[] =>
  (last?.unknown_kinds ?? []).map(({ kind, objects }) => ({
    code: 'UNKNOWN_KIND',
    detail: `${objects} objects of the kind ${kind} were not stored: the release of the site does not know it`,
    next: 'bring the site a newer release of Sallyport',
  }));

/** The state of a site. `overdueDays`: after so long without a receipt or a request the site is to be asked. */
export const viewSite = (site: Site, options: { readonly nowMs: number; readonly overdueDays: number }): SiteView => {
  const { nowMs, overdueDays } = options;
  const { record, card } = site;
  const { receipts, warnings } = readOrWarn(site);
  const last = receipts.at(-1)?.predicate;
  const known = outcomes(receipts);
  const inForce = record.receipt?.seq ?? null;
  const bundles = record.bundles
    .map((entry): SentBundle => {
      const outcome = known.get(entry.bundle_id);
      const age = ageDays(entry.issued_at, nowMs);
      return {
        bundle: entry.bundle_id,
        seq: entry.seq,
        requestId: entry.request_id,
        catalog: entry.catalog,
        issuedAt: entry.issued_at,
        bytes: entry.bytes,
        ageDays: age,
        state: stateOf(entry.seq, age, outcome, inForce ?? 0, overdueDays),
        ...defined({ receipt: outcome?.number, code: outcome?.code }),
      };
    })
    .reverse();
  const sinceDays = last === undefined ? 0 : Math.max(0, ageDays(last.finished_at, nowMs));
  const view: Omit<SiteView, 'warnings'> = {
    site: record.site,
    name: card.card.name,
    fingerprint: card.digest,
    compared: record.compared,
    card: record.card.number,
    request:
      record.request === undefined
        ? null
        : {
            number: record.request.number,
            seenAt: record.request.seen_at,
            ageDays: ageDays(record.request.seen_at, nowMs),
          },
    receipts: { count: receipts.length, last: last?.number ?? null, at: last?.finished_at ?? null },
    seq: { sent: record.seq, inForce },
    bundles,
    refused: receipts
      .filter(({ predicate }) => predicate.result === 'refused')
      .map(({ predicate: { number, finished_at: at, code, bundle_id: bundle } }) => ({
        receipt: number,
        at,
        code,
        bundle: bundle ?? null,
      }))
      .reverse()
      .slice(0, shownRefusals),
    journal: journalOf(record),
    notTaken: record.refused ?? [],
    reverted: record.reverted ?? [],
    daysLeft: Object.fromEntries(Object.entries(last?.days_left ?? {}).map(([role, days]) => [role, days - sinceDays])),
    devices: last?.devices ?? null,
    applied: sumApplied(receipts),
    overrides: receipts.flatMap(({ predicate }) =>
      predicate.overrides.map((override) => ({ receipt: predicate.number, ...override })),
    ),
  };
  return { ...view, warnings: [...warnings, ...warningsOf(view, record, overdueDays), ...unknownKinds(last)] };
};
