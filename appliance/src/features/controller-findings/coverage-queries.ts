import { makersOf } from '@sallyport/bundle-tools/controllers/spoken-of';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ControllerCoverage } from './types.ts';

type Reason = ControllerCoverage['reasons'][number];
type Row = { vendor: string; coverage: number; waiting: number; nameless: number; n: number };

// Read model: controller_part, controller_part_identity, controller_identity, controller_document.

/** What of a controller is not judged, and why. */
export const notJudgedQueries = (db: Database): ((controller: number) => Reason[]) => {
  const sql = statements(db);
  const groups = sql.all<[number], Row>(
    `select i.vendor, case when i.matched_at is null then 0 else i.coverage end as coverage, i.matched_at is null as waiting,
       coalesce(json_extract(i.identity, '$.orderNumber'), json_extract(i.identity, '$.model'),
         json_extract(i.identity, '$.productFamily')) is null as nameless, count(*) as n
     from controller_part_identity p join controller_identity i on i.id = p.identity where p.controller = ? group by 1, 2, 3, 4 order by 1, 2, 3, 4`,
  );
  const parts = sql.count<[number]>(
    `select count(*) from controller_part where controller = ? and type in ('controller', 'module')`,
  );
  const documents = sql.count<[]>('select count(*) from controller_document where gone_at is null');
  const byMaker = sql.get<[string], { documents: number; newest: string | null }>(
    `select count(*) as documents, max(modified) as newest from controller_document d where gone_at is null and exists
     (select 1 from json_each(d.spoken_of) name where name.value in (select value from json_each(?)))`,
  );

  const reasonOf = ({ vendor, coverage, waiting, nameless, n }: Row, isAnyHere: boolean): Reason => {
    const about = byMaker(JSON.stringify(makersOf({ vendor })));
    const known = { vendor, parts: n, documents: about?.documents ?? 0, newest: about?.newest ?? '' };
    if (nameless === 1) return { code: 'too-little', ...known };
    if (!isAnyHere) return { code: 'no-advisories', ...known };
    if (waiting === 1) return { code: 'waiting', ...known };
    if (vendor === '') return { code: 'maker-unknown', ...known };
    return { code: coverage === 0 ? 'no-maker' : 'no-family', ...known };
  };

  return (controller) => {
    const rows = groups(controller);
    const isAnyHere = documents() > 0;
    const nameless = parts(controller) - rows.reduce((sum, { n }) => sum + n, 0);
    return [
      ...rows.filter(({ coverage }) => coverage < 2).map((row) => reasonOf(row, isAnyHere)),
      ...(nameless > 0 ? [{ code: 'too-little' as const, vendor: '', parts: nameless, documents: 0, newest: '' }] : []),
    ];
  };
};
