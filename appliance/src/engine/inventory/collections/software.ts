import { defineCollection } from '../types.ts';

/** S1: installed software. Stored once per site, linked per device. */
export const collection = defineCollection({
  name: 'software',
  bound: 'device',
  row: 'S1',
  mode: 'shared',
  title: 'name',
  sort: 'name',
  named: ['name', 'source', 'publisher'],
  // Each package manager has its own. A system without one package of its own, or without one program, does not exist.
  lists: {
    field: 'type',
    systems: ['deb', 'rpm', 'apk', 'pacman', 'windows', 'macos'],
    others: ['python', 'npm', 'snap', 'flatpak', 'container'],
    told: { collection: 'platform', field: 'packageKinds' },
  },
  fields: {
    purl: { type: 'text', indexed: true, maxLength: 512, column: false },
    // Few different values: an index would find half of the site.
    type: { type: 'text', identity: true, maxLength: 30 },
    name: { type: 'text', required: true, identity: true, indexed: true, maxLength: 256 },
    version: { type: 'text', maxLength: 256 },
    arch: { type: 'text', identity: true, maxLength: 50 },
    publisher: { type: 'text', indexed: true, maxLength: 256 },
    source: { type: 'text', indexed: true, maxLength: 256, column: false },
    sourceVersion: { type: 'text', maxLength: 256, column: false },
    /** Of several installed kernels: which runs, which waits for a restart, which is left over. */
    kernel: { type: 'text', perDevice: true, choices: ['running', 'pending', 'old'], column: false },
    installedAt: { type: 'time', perDevice: true },
    uninstallCommand: { type: 'text', perDevice: true, usual: true, maxLength: 1_024, column: false, hidesHome: true },
    sizeKb: { type: 'integer', perDevice: true, usual: true },
  },
  retentionDays: 730,
  leaves: { file: 'request', fields: ['purl', 'name', 'version', 'source'], group: 'software' },
  // osquery names the source package, GLPI and OCS do not: advisories are written about source packages.
  sources: ['native', 'osquery', 'glpi', 'ocs', 'offline', 'network'],
});
