import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ConsoleQueries, ReceiptOfBundle, WrittenCard, WrittenRequest } from './types.ts';

/** Read model of pages that join parts of the exchange. Reads request, receipt, feed and site_card. */
export const consoleQueries = (db: Database): ConsoleQueries => {
  const sql = statements(db);
  const requests = sql.all<[number], WrittenRequest>(
    `select number, request_id as requestId, created_at as createdAt, size_bytes as sizeBytes,
       json_array_length(wants) as wants, file, closed_at as closedAt, closed_by as closedBy, last_receipt as lastReceipt,
       written_by as writtenBy
     from request order by number desc limit ?`,
  );
  const requestNumber = sql.value<[string], number>('select number from request where request_id = ?');
  const requestWants = sql.value<[number], string>('select wants from request where number = ?');
  const leftWith = sql.value<[number], number | null>(
    'select min(number) as number from request where last_receipt >= ?',
  );
  const receiptOfBundle = sql.get<[string], ReceiptOfBundle>(
    `select number, created_at as createdAt, result, seq from receipt where bundle_id = ?
     order by result = 'imported' desc, number desc limit 1`,
  );
  return {
    requests: (limit) => requests(limit),
    firstRequest: sql.get<[], Pick<WrittenRequest, 'number' | 'createdAt' | 'writtenBy'>>(
      'select number, created_at as createdAt, written_by as writtenBy from request order by number limit 1',
    ),
    requestNumber: (requestId) => requestNumber(requestId),
    requestWants: (number) => JSON.parse(requestWants(number) ?? '[]') as { kind: string; id: string }[],
    leftWith: (receipt) => leftWith(receipt) ?? undefined,
    receiptOfBundle: (bundleId) => receiptOfBundle(bundleId),
    feeds: sql.count<[]>('select count(*) as n from feed'),
    card: sql.get<[], WrittenCard>(
      `select number, created_at as createdAt, digest, envelope from site_card order by number desc limit 1`,
    ),
  };
};
