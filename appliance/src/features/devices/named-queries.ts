import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { NamedDevices } from './types.ts';

/** Devices by what people call them. */
export const namedDevices = (db: Database): NamedDevices => {
  const sql = statements(db);
  const called = sql.all<[], { id: string; hostname: string | null; displayName: string | null }>(
    `select d.public_id as id, d.hostname, o.body ->> '$.displayName' as displayName from device d
     left join object o on o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null
     where d.kind <> 'directory' and d.state <> 'revoked'`,
  );
  const idsAmong = sql.values<[readonly string[]], string>(
    'select public_id from device where public_id in (select value from json_each(?))',
  );
  return {
    called: () =>
      called().map(({ id, hostname, displayName }) => ({
        id,
        names: [displayName, hostname].flatMap((name) => (name === null || name === '' ? [] : [name])),
      })),
    idsAmong: (texts) => new Set(idsAmong(texts)),
  };
};
