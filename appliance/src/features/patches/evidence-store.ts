import type { Database } from '../../platform/database.ts';

export type PackRow = {
  id: number;
  from: number;
  to: number;
  lang: string;
  createdAt: number;
  actor: string;
  jsonSha256: string | null;
  pdfSha256: string | null;
  signatureSha256: string | null;
  rows: number | null;
  job: number | null;
};

/** SQL of evidence packs. */
export const evidenceStore = (db: Database) => {
  const columns = `id, from_at as "from", to_at as "to", lang, created_at as createdAt, actor, json_sha256 as jsonSha256,
    pdf_sha256 as pdfSha256, signature_sha256 as signatureSha256, rows, job`;
  const insert = db.prepare(
    'insert into ot_evidence (from_at, to_at, lang, created_at, actor) values (@from, @to, @lang, @createdAt, @actor)',
  );
  const setJob = db.prepare<[number, number]>('update ot_evidence set job = ? where id = ?');
  const finish = db.prepare(
    `update ot_evidence set json_sha256 = @jsonSha256, pdf_sha256 = @pdfSha256, signature_sha256 = @signatureSha256,
       rows = @rows where id = @id`,
  );
  const byId = db.prepare<[number], PackRow>(`select ${columns} from ot_evidence where id = ?`);
  const list = db.prepare<[number], PackRow>(`select ${columns} from ot_evidence order by id desc limit ?`);
  const inUse = db.prepare<[], { a: string | null; b: string | null; c: string | null }>(
    'select json_sha256 as a, pdf_sha256 as b, signature_sha256 as c from ot_evidence',
  );
  return {
    insert: (given: Pick<PackRow, 'from' | 'to' | 'lang' | 'createdAt' | 'actor'>): number =>
      Number(insert.run(given).lastInsertRowid),
    setJob: (id: number, job: number): void => void setJob.run(job, id),
    finish: (given: {
      id: number;
      jsonSha256: string;
      pdfSha256: string;
      signatureSha256: string;
      rows: number;
    }): void => void finish.run(given),
    byId: (id: number): PackRow | undefined => byId.get(id),
    list: (most: number): PackRow[] => list.all(most),
    inUse: (): string[] => inUse.all().flatMap(({ a, b, c }) => [a, b, c].filter((one) => one !== null)),
  };
};

export type EvidenceStore = ReturnType<typeof evidenceStore>;
