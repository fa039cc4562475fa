import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ControllerIdentity, ControllersForExchange } from './types.ts';

const identifying: Readonly<Record<string, ControllerIdentity['kind']>> = {
  name: 'host',
  assetTag: 'host',
  stationName: 'host',
  moduleName: 'host',
  plantId: 'host',
  projectName: 'host',
  switchName: 'host',
  address: 'address',
  gateway: 'address',
  mac: 'mac',
  serial: 'serial',
  memoryCardSerial: 'serial',
  projectSerial: 'serial',
};

/** What the exchange asks the record of controllers for. */
export const requestQueries = (db: Database): ControllersForExchange => {
  const sql = statements(db);
  // All values ever reported, not only effective ones.
  const values = sql.all<[string], { controller: number; field: string; value: string }>(
    `select distinct r.controller, f.field, f.value from controller_fact f join controller_reading r on r.id = f.reading
     where f.value is not null and f.field in (select value from json_each(?))`,
  );
  const publicTexts = sql.values<[], string>(
    `select distinct lower(value) from controller_effective where field in ('vendor', 'model', 'orderNumber', 'productFamily', 'productName')`,
  );
  return {
    /** Everything that names a controller; a name that is only that of a product names none. */
    identities: function* (): Generator<ControllerIdentity> {
      const isPublic = new Set(publicTexts());
      for (const { controller, field, value } of values(JSON.stringify(Object.keys(identifying)))) {
        const kind = identifying[field];
        if (kind === undefined || (kind === 'host' && isPublic.has(value.toLowerCase()))) continue;
        yield { kind, value, controller };
      }
    },
  };
};
