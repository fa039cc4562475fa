import type { Update } from '@sallyport/bundle-tools/updates/update';
import type { Database } from '../../platform/database.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { statements } from '../../platform/statements.ts';

type HandoverOutcome = 'verified' | 'other-version' | 'dropped';

export type HandoverRow = {
  id: number;
  controller: number;
  part: number;
  sha256: string;
  version: string;
  version_before: string;
  checklist: string;
  handed_at: number;
  handed_by: string;
  done_at: number | null;
  done_by: string | null;
  outcome: HandoverOutcome | null;
  outcome_at: number | null;
  version_after: string | null;
};

export type CataloguedFile = { readonly update: Update; readonly sha256: string; readonly sizeBytes: number };

/** What a part reports of its firmware. */
type FirmwareReading = { readonly value: string; readonly observedAt: number };

/** What findings want of a product: the versions that would close them. */
type FixRow = { vendor: string; order_number: string; fixed_version: string; rank: number };

type IdentifiedPart = {
  controller: number;
  part: number;
  part_key: string;
  vendor: string;
  order_number: string;
  firmware: string;
};

/** Firmware in the catalogue and handovers. Reads catalog_update, controller_effective, controller_match; writes controller_firmware_handover. */
export const firmwareStore = (db: Database) => {
  const sql = statements(db);
  const catalogued = sql.all<[], { doc: string; sha256: string; size_bytes: number }>(
    `select u.doc, f.sha256, f.size_bytes from catalog_update u join catalog_update_file f on f.update_id = u.id
     where u.ecosystem = 'firmware' and u.in_catalog = 1 order by u.name, u.id`,
  );
  const one = (id: number, scope: Scope): HandoverRow | undefined => {
    const { sql, params } = controllersIn(scope, 'controller');
    return db
      .prepare<unknown[], HandoverRow>(`select * from controller_firmware_handover where id = ? and ${sql}`)
      .get(id, ...params);
  };
  const recent = (limit: number, scope: Scope): HandoverRow[] => {
    const { sql, params } = controllersIn(scope, 'controller');
    return db
      .prepare<unknown[], HandoverRow>(
        `select * from controller_firmware_handover where ${sql} order by id desc limit ?`,
      )
      .all(...params, limit);
  };
  const open = (scope: Scope): number => {
    const { sql, params } = controllersIn(scope, 'controller');
    return (
      db
        .prepare<unknown[], number>(
          `select count(*) from controller_firmware_handover where outcome is null and ${sql}`,
        )
        .pluck()
        .get(...params) ?? 0
    );
  };
  const done = sql.changes(
    'update controller_firmware_handover set done_at = ?, done_by = ? where id = ? and done_at is null and outcome is null',
  );
  const close = sql.changes(
    'update controller_firmware_handover set outcome = ?, outcome_at = ?, version_after = ? where id = ? and outcome is null',
  );
  const identifiedParts = (scope: Scope): IdentifiedPart[] => {
    const { sql, params } = controllersIn(scope, 'p.controller');
    return db
      .prepare<unknown[], IdentifiedPart>(
        `select p.controller, p.part, p.part_key, i.vendor, i.order_number, i.firmware
         from controller_part_identity p join controller_identity i on i.id = p.identity where ${sql}
         order by p.controller, p.part`,
      )
      .all(...params);
  };
  return {
    catalogued: (): CataloguedFile[] =>
      catalogued().map(({ doc, sha256, size_bytes }) => ({
        update: JSON.parse(doc) as Update,
        sha256,
        sizeBytes: size_bytes,
      })),
    insert: sql.insert<
      [
        row: {
          controller: number;
          part: number;
          sha256: string;
          version: string;
          before: string;
          checklist: string;
          at: number;
          by: string;
        },
      ]
    >(
      `insert into controller_firmware_handover (controller, part, sha256, version, version_before, checklist, handed_at, handed_by)
     values (@controller, @part, @sha256, @version, @before, @checklist, @at, @by)`,
    ),
    find: one,
    ofController: sql.all<[controller: number], HandoverRow>(
      'select * from controller_firmware_handover where controller = ? order by id desc limit 200',
    ),
    recent,
    waiting: sql.all<[], HandoverRow>(
      'select * from controller_firmware_handover where outcome is null and done_at is not null',
    ),
    open,
    setDone: (id: number, at: number, by: string): boolean => done(at, by, id) === 1,
    close: (id: number, outcome: HandoverOutcome, at: number, version: string | null): boolean =>
      close(outcome, at, version, id) === 1,
    reading: sql.get<[part: number], FirmwareReading>(
      `select value, observed_at as observedAt from controller_effective where part = ? and field = 'firmware' and side = 'observed'`,
    ),
    fixes: sql.all<[], FixRow>(
      `select i.vendor, i.order_number, m.fixed_version, min(m.rank) as rank
     from controller_match m cross join controller_identity i on i.id = m.identity
     where m.until is null and m.verdict = 'affected' and m.fix_state = 'available' and m.fixed_version <> ''
       and i.controllers > 0 and i.vendor <> '' and json_extract(i.identity, '$.orderNumber') is not null
     group by i.vendor, i.order_number, m.fixed_version`,
    ),
    identifiedParts,
  };
};
