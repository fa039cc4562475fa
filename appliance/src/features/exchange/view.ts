import type { ReceiptRow as ReceiptView } from '@sallyport/ui/exchange/receipts.tsx';
import type { ExchangeService } from './service.ts';
import type { ConsoleQueries, UnfulfilledRow } from './types.ts';

type Receipt = ReturnType<ExchangeService['receipt']>;

/** Of what the last answer did not bring, what concerns a system. */
export function ofSystem(
  rows: readonly UnfulfilledRow[],
  system: { readonly ecosystem: string; readonly arch: string } | undefined,
): UnfulfilledRow[] {
  if (system === undefined) return [];
  const name = `${system.ecosystem} ${system.arch}`;
  return rows.filter(({ kind, want }) => {
    if (kind === 'newer' || kind === 'unread') return want === name;
    if (kind === 'suite') return want.startsWith(`${name}/`);
    return kind === 'coverage' && want === system.ecosystem;
  });
}

/** A receipt as a row of the list. */
export const receiptView = (receipt: Receipt, queries: ConsoleQueries): ReceiptView => {
  const { predicate } = receipt;
  const request = predicate.request_id === undefined ? undefined : queries.requestNumber(predicate.request_id);
  const sum = (pick: (entry: (typeof predicate.applied)[number]) => number): number =>
    predicate.applied.reduce((total, entry) => total + pick(entry), 0);
  return {
    number: receipt.number,
    at: receipt.createdAt,
    seq: receipt.seq,
    request,
    result: receipt.result,
    code: receipt.code === 'OK' || receipt.code === 'IMPORTED' ? undefined : receipt.code,
    new: predicate.counts.new,
    held: predicate.counts.held,
    bytes: predicate.counts.bytes,
    unfulfilled: predicate.counts.unfulfilled,
    applied:
      predicate.applied.length === 0
        ? undefined
        : {
            done: sum((entry) => entry.done),
            failed: sum((entry) => entry.failed),
            waiting: sum((entry) => entry.waiting),
          },
    leftWith: queries.leftWith(receipt.number),
  };
};
