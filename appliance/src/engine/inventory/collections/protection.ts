import { defineCollection } from '../types.ts';

const states = ['on', 'off', 'paused', 'failing', 'unknown'] as const;

/** S7: security products on the device and what they say of themselves. Licence keys are encrypted. */
export const collection = defineCollection({
  name: 'protection',
  bound: 'device',
  row: 'S7',
  mode: 'own',
  title: 'product',
  sort: 'product',
  fields: {
    product: { type: 'text', required: true, identity: true, indexed: true, maxLength: 256 },
    kind: {
      type: 'text',
      required: true,
      identity: true,
      indexed: true,
      choices: ['antivirus', 'antispyware', 'firewall', 'detection', 'control', 'other'],
    },
    publisher: { type: 'text', indexed: true, maxLength: 256, column: false },
    version: { type: 'text', maxLength: 100 },
    state: { type: 'text', indexed: true, choices: states },
    realTime: { type: 'text', indexed: true, choices: states },
    databaseState: { type: 'text', indexed: true, choices: ['current', 'old', 'unknown'] },
    databaseVersion: { type: 'text', maxLength: 100, column: false },
    databaseAt: { type: 'time' },
    lastScanAt: { type: 'time', column: false },
    threatsFound: { type: 'integer', column: false },
    threatsNotCured: { type: 'integer' },
    /** `<component>: <state>` */
    components: { type: 'list', maxLength: 200, column: false },
    /** `<setting>: <value>` */
    settings: { type: 'list', maxLength: 500, column: false },
    /** `<task>: <state>` */
    tasks: { type: 'list', maxLength: 300, column: false },
    activeLicence: { type: 'text', personal: true, maxLength: 200, column: false },
    reserveLicence: { type: 'text', personal: true, maxLength: 200, column: false },
    licenceUntil: { type: 'time', column: false },
    installedAt: { type: 'time', column: false },
    installId: { type: 'text', maxLength: 200, column: false },
    reportedStatus: { type: 'text', maxLength: 200, column: false },
    reportedTags: { type: 'list', maxLength: 200, column: false },
    reportedUpdates: { type: 'list', maxLength: 300, column: false },
  },
  retentionDays: 365,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline'],
});
