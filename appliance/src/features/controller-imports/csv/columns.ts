// What a column of a table may hold: fields of the controller, of the interface by which it is reached, of a module.

import type { CsvColumn } from '../types.ts';

/** Values of a row that are its module's, too. */
export const moduleFields: ReadonlySet<CsvColumn> = new Set<CsvColumn>([
  'name',
  'description',
  'vendorRaw',
  'model',
  'orderNumber',
  'cipTuple',
  'firmware',
  'hwVersion',
  'series',
  'serial',
  'address',
  'mac',
  'rack',
  'slot',
  'subslot',
]);

/** By which a row says which controller it is. */
export const identityColumns: readonly CsvColumn[] = ['assetTag', 'serial', 'mac', 'stationName', 'name', 'address'];
