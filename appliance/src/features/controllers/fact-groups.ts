/** How the fields of a controller stand together on its page; a field that stands nowhere is with the product. */
export const factGroups: readonly (readonly [group: string, fields: readonly string[]])[] = [
  ['identity', ['assetTag', 'name', 'description', 'role', 'serial', 'memoryCardSerial', 'moduleName', 'plantId']],
  ['product', ['vendor', 'productFamily', 'model', 'orderNumber', 'firmware', 'hwVersion', 'series', 'cipTuple']],
  [
    'network',
    ['address', 'mac', 'stationName', 'connectionString', 'protocol', 'bacnetInstance', 'modbusUnit', 'objectId'],
  ],
  [
    'state',
    [
      'mode',
      'keySwitch',
      'protectionLevel',
      'protectionAssigned',
      'passwordSet',
      'cipState',
      'cipStatus',
      'hardwareChecksum1',
      'hardwareChecksum2',
      'programChecksum1',
      'programChecksum2',
    ],
  ],
  [
    'project',
    [
      'projectName',
      'projectFile',
      'projectTool',
      'projectToolVersion',
      'projectSha256',
      'projectEditedAt',
      'projectSerial',
      'projectMatchesSerial',
      'backupPlace',
      'restoreTestedAt',
    ],
  ],
  ['place', ['site', 'area', 'line', 'cabinet', 'zone', 'purdueLevel']],
  ['risk', ['exposure', 'criticality', 'safety', 'sil', 'queryPolicy', 'queryRate', 'queryHours']],
  [
    'upkeep',
    [
      'maintenanceWindow',
      'leadTimeDays',
      'warranty',
      'lifecycle',
      'endOfSupport',
      'replacedBy',
      'defaultPasswordChanged',
      'logging',
      'accountsNote',
    ],
  ],
  ['people', ['processOwner', 'contacts', 'vendorContact']],
  ['site', ['locks', 'custom']],
];

const placed = new Set(factGroups.flatMap(([, fields]) => fields));

/** Which group shows a field. */
export const groupOf = (field: string): string =>
  placed.has(field) ? (factGroups.find(([, fields]) => fields.includes(field))?.[0] ?? 'product') : 'product';

/** Fields in the order in which their group shows them. */
export const byPlace = (a: string, b: string): number => {
  const place = (field: string): number => {
    const group = factGroups.findIndex(([name]) => name === groupOf(field));
    const at = factGroups[group]?.[1].indexOf(field) ?? -1;
    return group * 1_000 + (at < 0 ? 500 : at);
  };
  return place(a) - place(b);
};
