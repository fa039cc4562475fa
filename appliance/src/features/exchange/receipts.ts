import type { ReceiptPredicate, ReceiptSubject } from '@sallyport/bundle-tools/documents/receipt';
import { signReceipt } from '@sallyport/bundle-tools/documents/receipt';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { fingerprintOf } from '@sallyport/bundle-tools/trust/keys';
import type { Actor } from '../../engine/objects/types.ts';
import type { SiteKeys } from './keys.ts';
import type { ExchangeStore } from './store.ts';

type Given = Omit<ReceiptPredicate, 'format' | 'site' | 'number' | 'prev' | 'journal'>;

const MAX_OVERRIDES = 32;

/** The local number of who did something; no name leaves in a receipt. */
export const operatorOf = (actor: Actor): number => (/^\d{1,15}$/.test(actor.id) ? Number(actor.id) : 0);

/**
 * Signs the next receipt and stores it; in the caller's transaction. Texts of a receipt leave the site, so `detail` is
 * made of codes only. Overrides since the last receipt are told in this one.
 */
export const addReceipt = (
  store: ExchangeStore,
  keys: SiteKeys,
  site: string,
  receipt: { subjects: readonly ReceiptSubject[]; predicate: Given },
): number => {
  const last = store.receiptNewest();
  const number = (last?.number ?? 0) + 1;
  const { predicate } = receipt;
  const told = store.overridesOpen(MAX_OVERRIDES - predicate.overrides.length);
  const envelope = signReceipt({
    subjects: receipt.subjects,
    predicate: {
      format: 'sallyport-receipt/1',
      site,
      number,
      ...defined({ prev: last?.digest }),
      ...predicate,
      journal: store.journalHead(),
      overrides: [...predicate.overrides, ...told.map(({ code, reason, operator }) => ({ code, reason, operator }))],
    },
    key: keys.sign,
  });
  store.insertReceipt({
    number,
    digest: fingerprintOf(envelope),
    prev: last?.digest ?? null,
    createdAt: predicate.finished_at,
    result: predicate.result,
    code: predicate.code,
    bundleId: predicate.bundle_id ?? null,
    seq: predicate.seq ?? null,
    envelope,
  });
  store.tellOverrides(
    told.map(({ id }) => id),
    number,
  );
  return number;
};

const dayMs = 86_400_000;

/** Days from now to each expiry; below 0 when past. */
export const daysLeft = (expires: Readonly<Record<string, string>>, nowMs: number): Record<string, number> =>
  Object.fromEntries(
    Object.entries(expires).map(([role, time]) => [role, Math.floor((Date.parse(time) - nowMs) / dayMs)]),
  );
