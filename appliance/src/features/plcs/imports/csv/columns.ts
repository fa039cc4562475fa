// What a column of a table may hold: fields of the controller, of the interface by which it is reached, of a module.

export const PLC_COLUMNS = [
  'assetTag',
  'name',
  'description',
  'role',
  'vendorRaw',
  'model',
  'orderNumber',
  'articleNumber',
  'hwVersion',
  'series',
  'firmware',
  'serial',
  'cipTuple',
  'protocol',
  'connectionString',
  'site',
  'area',
  'line',
  'cabinet',
  'zone',
  'purdueLevel',
  'exposure',
  'criticality',
  'safety',
  'sil',
  'queryPolicy',
  'maintenanceWindow',
  'leadTimeDays',
  'warranty',
  'lifecycle',
  'endOfSupport',
  'replacedBy',
  'backupPlace',
  'restoreTestedAt',
  'projectFile',
] as const;
export const INTERFACE_COLUMNS = [
  'address',
  'mac',
  'mask',
  'gateway',
  'stationName',
  'vlan',
  'switchName',
  'switchPort',
] as const;
/** A row with a parent is a module of it. */
export const MODULE_COLUMNS = ['parent', 'rack', 'slot', 'subslot'] as const;

export const CSV_COLUMNS = [...PLC_COLUMNS, ...INTERFACE_COLUMNS, ...MODULE_COLUMNS] as const;
export type CsvColumn = (typeof CSV_COLUMNS)[number];

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

export const isCsvColumn = (text: string): text is CsvColumn => CSV_COLUMNS.some((one) => one === text);
