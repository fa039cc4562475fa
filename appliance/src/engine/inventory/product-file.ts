/** What security products tell of files that they hold; the bytes stay on the device. */
export const productFile = {
  row: 'C3',
  mode: 'own',
  title: 'name',
  sort: 'placedAt',
  person: 'account',
  fields: {
    product: { type: 'text', required: true, identity: true, indexed: true, maxLength: 256 },
    /** The product's own number of the file. */
    number: { type: 'text', required: true, identity: true, indexed: true, maxLength: 200, column: false },
    name: { type: 'text', required: true, indexed: true, maxLength: 255 },
    path: { type: 'text', indexed: true, maxLength: 1_024, hidesHome: true },
    sha256: { type: 'text', indexed: true, maxLength: 64, column: false },
    sizeBytes: { type: 'integer', unit: 'bytes' },
    placedAt: { type: 'time' },
    threat: { type: 'text', indexed: true, maxLength: 256 },
    state: {
      type: 'text',
      indexed: true,
      choices: ['infected', 'suspicious', 'cured', 'clean', 'restored', 'deleted', 'unknown'],
    },
    account: { type: 'text', personal: true, indexed: true, maxLength: 256 },
  },
  retentionDays: 180,
  leaves: null,
  sources: ['native', 'offline'],
} as const;
