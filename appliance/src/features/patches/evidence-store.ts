import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

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
  const sql = statements(db);
  const columns = `id, from_at as "from", to_at as "to", lang, created_at as createdAt, actor, json_sha256 as jsonSha256,
    pdf_sha256 as pdfSha256, signature_sha256 as signatureSha256, rows, job`;
  const inUse = sql.all<[], { a: string | null; b: string | null; c: string | null }>(
    'select json_sha256 as a, pdf_sha256 as b, signature_sha256 as c from ot_evidence',
  );
  return {
    insert: sql.insert<[given: Pick<PackRow, 'from' | 'to' | 'lang' | 'createdAt' | 'actor'>]>(
      'insert into ot_evidence (from_at, to_at, lang, created_at, actor) values (@from, @to, @lang, @createdAt, @actor)',
    ),
    setJob: sql.run<[id: number, job: number]>('update ot_evidence set job = ?2 where id = ?1'),
    finish: sql.run<
      [
        given: {
          id: number;
          jsonSha256: string;
          pdfSha256: string;
          signatureSha256: string;
          rows: number;
        },
      ]
    >(
      `update ot_evidence set json_sha256 = @jsonSha256, pdf_sha256 = @pdfSha256, signature_sha256 = @signatureSha256,
       rows = @rows where id = @id`,
    ),
    byId: sql.get<[id: number], PackRow>(`select ${columns} from ot_evidence where id = ?`),
    list: sql.all<[most: number], PackRow>(`select ${columns} from ot_evidence order by id desc limit ?`),
    inUse: (): string[] => inUse().flatMap(({ a, b, c }) => [a, b, c].filter((one) => one !== null)),
  };
};

export type EvidenceStore = ReturnType<typeof evidenceStore>;
