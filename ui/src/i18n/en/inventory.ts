export const inventory = {
  'inventory.sub': {
    one: '{n} entry. Devices that report: {devices}.',
    other: '{n} entries. Devices that report: {devices}.',
  },
  'inventory.collections': 'Sections of the inventory',
  'inventory.item': 'Entry',
  'inventory.none': 'Nothing reported yet',
  'inventory.noneWhy': 'Rows come with the inventory of approved devices.',
  'inventory.withheld': 'Personal columns are withheld here. Open a device to see them; that is recorded.',
  'inventory.onDevices': { one: 'On {n} device.', other: 'On {n} devices.' },
  'inventory.noDevice': 'On no device now',
  'inventory.noDeviceWhy': 'It was reported once and is kept for the history.',
  'inventory.versions': 'Versions on this site',
  'inventory.versionsContext': 'of the same package',
  'inventory.oneVersion': 'No other version on this site',
  'inventory.reportedAt': 'Reported',
} as const;
