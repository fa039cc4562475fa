import { openReceipt, type ReceiptPredicate } from '@sallyport/bundle-tools/documents/receipt';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { AppError } from '../../platform/errors.ts';
import type { ExchangeStore } from './store.ts';
import type { ReceiptRow } from './types.ts';

type PublicKeys = Parameters<typeof openReceipt>[1];

export type OpenedReceipt = ReceiptRow & { predicate: ReceiptPredicate; envelope: Uint8Array; prev: string | null };

export type ChainVerdict = { ok: true; length: number } | { ok: false; brokenAt: number; reason: string };

/** A kept receipt with its signed statement; throws NOT_FOUND, CHAIN_BROKEN. */
export const openKept = (store: ExchangeStore, publicKeys: PublicKeys, number: number): OpenedReceipt => {
  const row = store.receipt(number);
  if (!row) throw new AppError('NOT_FOUND', `there is no receipt ${number}`);
  const { predicate, digest } = openReceipt(row.envelope, publicKeys);
  if (digest !== row.digest) throw new AppError('CHAIN_BROKEN', `receipt ${number} was changed`);
  return { ...row, predicate };
};

/** Whether every receipt is there, as it was signed, and follows the one before. */
export function* verifyingChain(store: ExchangeStore, publicKeys: PublicKeys): Generator<void, ChainVerdict, void> {
  let prev: string | undefined;
  let number = 0;
  const last = store.receiptNewest()?.number ?? 0;
  const broken = (reason: string) => ({ ok: false as const, brokenAt: number, reason });
  while (number < last) {
    yield;
    number += 1;
    const row = store.receipt(number);
    if (!row) return broken('is missing');
    try {
      const { predicate, digest } = openReceipt(row.envelope, publicKeys);
      if (digest !== row.digest) return broken('was changed');
      if (predicate.number !== number || predicate.prev !== prev) return broken('does not follow the one before');
      prev = digest;
    } catch (error) {
      if (error instanceof BundleError) return broken(error.message);
      throw error;
    }
  }
  return { ok: true, length: last };
}
