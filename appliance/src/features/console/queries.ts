import type { Database } from '../../platform/database.ts';

export type RequestRow = {
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

/** Read model of pages that join parts of the exchange. Reads request, receipt, feed and site_card. */
export const consoleQueries = (db: Database) => {
  const requests = db.prepare<[number], RequestRow>(
    `select number, request_id as requestId, created_at as createdAt, size_bytes as sizeBytes,
       json_array_length(wants) as wants, file, closed_at as closedAt, closed_by as closedBy, last_receipt as lastReceipt,
       written_by as writtenBy
     from request order by number desc limit ?`,
  );
  const firstRequest = db.prepare<[], Pick<RequestRow, 'number' | 'createdAt' | 'writtenBy'>>(
    'select number, created_at as createdAt, written_by as writtenBy from request order by number limit 1',
  );
  const requestNumber = db.prepare<[string], { number: number }>('select number from request where request_id = ?');
  const requestWants = db.prepare<[number], { wants: string }>('select wants from request where number = ?');
  const leftWith = db.prepare<[number], { number: number | null }>(
    'select min(number) as number from request where last_receipt >= ?',
  );
  const receiptOfBundle = db.prepare<
    [string],
    { number: number; createdAt: string; result: string; seq: number | null }
  >(
    `select number, created_at as createdAt, result, seq from receipt where bundle_id = ?
     order by result = 'imported' desc, number desc limit 1`,
  );
  const feeds = db.prepare<[], { n: number }>('select count(*) as n from feed');
  const card = db.prepare<[], { number: number; createdAt: string; digest: string; envelope: Buffer }>(
    `select number, created_at as createdAt, digest, envelope from site_card order by number desc limit 1`,
  );
  return {
    /** Newest first. */
    requests: (limit: number): RequestRow[] => requests.all(limit),
    firstRequest: () => firstRequest.get(),
    requestNumber: (requestId: string): number | undefined => requestNumber.get(requestId)?.number,
    /** What a request asked for; nothing when there is none of that number. */
    requestWants: (number: number) =>
      JSON.parse(requestWants.get(number)?.wants ?? '[]') as { kind: string; id: string }[],
    /** The first request that carried a receipt away. */
    leftWith: (receipt: number): number | undefined => leftWith.get(receipt)?.number ?? undefined,
    receiptOfBundle: (bundleId: string) => receiptOfBundle.get(bundleId),
    feeds: (): number => feeds.get()?.n ?? 0,
    card: () => card.get(),
  };
};

export type ConsoleQueries = ReturnType<typeof consoleQueries>;
