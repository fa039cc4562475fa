import { defineCollection } from '../types.ts';

/** S5: updates of the operating system, as the device's own update agent or an offline scan found them. */
export const collection = defineCollection({
  name: 'os-update',
  bound: 'device',
  row: 'S5',
  mode: 'own',
  title: 'update',
  sort: 'update',
  fields: {
    /** The KB number, the errata id or, where packages are updated one by one, `<package>=<version>`. */
    update: { type: 'text', required: true, identity: true, indexed: true, maxLength: 128 },
    title: { type: 'text', maxLength: 500 },
    state: { type: 'text', required: true, indexed: true, choices: ['installed', 'missing', 'failed'] },
    kind: {
      type: 'text',
      indexed: true,
      choices: ['security', 'critical', 'feature', 'driver', 'definition', 'other'],
    },
    severity: { type: 'text', indexed: true, choices: ['critical', 'important', 'moderate', 'low', 'unknown'] },
    packages: { type: 'list', indexed: true, maxLength: 256, column: false },
    installedAt: { type: 'time' },
    releasedAt: { type: 'time', column: false },
    needsRestart: { type: 'boolean', column: false },
    errorCode: { type: 'text', maxLength: 50, column: false },
    /** The source: the package manager's local index, the update agent's scan, a scan file. */
    foundBy: { type: 'text', maxLength: 100, column: false },
  },
  retentionDays: 730,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline'],
});
