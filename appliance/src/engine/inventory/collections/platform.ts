import { defineCollection } from '../types.ts';

/** D4: what the operating system is, for audit and for which updates apply. */
export const collection = defineCollection({
  name: 'platform',
  bound: 'device',
  row: 'D4',
  mode: 'own',
  single: true,
  title: 'vendor',
  sort: 'vendor',
  fields: {
    vendor: { type: 'text', required: true, indexed: true, maxLength: 100 },
    /** As the system calls itself in full. */
    name: { type: 'text', maxLength: 200, column: false },
    release: { type: 'text', indexed: true, maxLength: 100 },
    codename: { type: 'text', maxLength: 100 },
    build: { type: 'text', maxLength: 200, column: false },
    arch: { type: 'text', indexed: true, maxLength: 50 },
    kernel: { type: 'text', maxLength: 200 },
    installedAt: { type: 'time', column: false },
    systemFolder: { type: 'text', maxLength: 260, column: false },
    suites: { type: 'list', maxLength: 100, column: false },
    /** Kinds of packages beside the system's own that were looked for; `<kind>: not read` where some could not be read, `: not listed` where some is in no list. */
    packageKinds: { type: 'list', maxLength: 60, column: false },
    updateAgentState: { type: 'text', maxLength: 50 },
    vmType: { type: 'text', maxLength: 50, column: false },
    managingServer: { type: 'text', maxLength: 255, column: false },
  },
  retentionDays: 365,
  leaves: { file: 'request', fields: ['vendor', 'release', 'codename', 'arch', 'suites'], group: 'platforms' },
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline', 'network', 'directory'],
});
