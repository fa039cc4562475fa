import type { Database } from '../../platform/database.ts';
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
  // All values ever reported, not only effective ones.
  const values = db.prepare<[string], { controller: number; field: string; value: string }>(
    `select distinct r.controller, f.field, f.value from controller_fact f join controller_reading r on r.id = f.reading
     where f.value is not null and f.field in (select value from json_each(?))`,
  );
  const controllersWith = db
    .prepare<[string], number>(
      `select distinct p.controller from controller_effective w join controller_part p on p.id = w.part
       where w.value = ? and w.field in ('vendor', 'model', 'orderNumber', 'firmware')`,
    )
    .pluck();
  const publicTexts = db
    .prepare<[], string>(
      `select distinct lower(value) from controller_effective where field in ('vendor', 'model', 'orderNumber', 'productFamily', 'productName')`,
    )
    .pluck();
  return {
    /** Everything that names a controller; a name that is only that of a product names none. */
    identities: function* (): Generator<ControllerIdentity> {
      const isPublic = new Set(publicTexts.all());
      for (const { controller, field, value } of values.all(JSON.stringify(Object.keys(identifying)))) {
        const kind = identifying[field];
        if (kind === undefined || (kind === 'host' && isPublic.has(value.toLowerCase()))) continue;
        yield { kind, value, controller };
      }
    },
    /** The records that have a product by this text. */
    controllersWith: (text: string): number[] => controllersWith.all(text),
  };
};
