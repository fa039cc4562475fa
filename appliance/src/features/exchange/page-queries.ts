import type { Database } from '../../platform/database.ts';
import type { ConsoleQueries, ReceiptOfBundle, WrittenCard, WrittenRequest } from './types.ts';

/** Read model of pages that join parts of the exchange. Reads request, receipt, feed and site_card. */
export const consoleQueries = (db: Database): ConsoleQueries => {
  const requests = db.prepare<[number], WrittenRequest>(
    `select number, request_id as requestId, created_at as createdAt, size_bytes as sizeBytes,
       json_array_length(wants) as wants, file, closed_at as closedAt, closed_by as closedBy, last_receipt as lastReceipt,
       written_by as writtenBy
     from request order by number desc limit ?`,
  );
  const firstRequest = db.prepare<[], Pick<WrittenRequest, 'number' | 'createdAt' | 'writtenBy'>>(
    'select number, created_at as createdAt, written_by as writtenBy from request order by number limit 1',
  );
  const requestNumber = db.prepare<[string], { number: number }>('select number from request where request_id = ?');
  const requestWants = db.prepare<[number], { wants: string }>('select wants from request where number = ?');
  const leftWith = db.prepare<[number], { number: number | null }>(
    'select min(number) as number from request where last_receipt >= ?',
  );
  const receiptOfBundle = db.prepare<[string], ReceiptOfBundle>(
    `select number, created_at as createdAt, result, seq from receipt where bundle_id = ?
     order by result = 'imported' desc, number desc limit 1`,
  );
  const feeds = db.prepare<[], { n: number }>('select count(*) as n from feed');
  const card = db.prepare<[], WrittenCard>(
    `select number, created_at as createdAt, digest, envelope from site_card order by number desc limit 1`,
  );
  return {
    requests: (limit) => requests.all(limit),
    firstRequest: () => firstRequest.get(),
    requestNumber: (requestId) => requestNumber.get(requestId)?.number,
    requestWants: (number) => JSON.parse(requestWants.get(number)?.wants ?? '[]') as { kind: string; id: string }[],
    leftWith: (receipt) => leftWith.get(receipt)?.number ?? undefined,
    receiptOfBundle: (bundleId) => receiptOfBundle.get(bundleId),
    feeds: () => feeds.get()?.n ?? 0,
    card: () => card.get(),
  };
};
