import { defineCollection } from '../types.ts';

/** C7: whether volumes are encrypted. Keys and recovery keys are never asked for. */
export const collection = defineCollection({
  name: 'encryption',
  bound: 'device',
  row: 'C7',
  mode: 'own',
  title: 'volume',
  sort: 'volume',
  fields: {
    volume: { type: 'text', required: true, identity: true, indexed: true, maxLength: 256 },
    disk: { type: 'text', maxLength: 256, column: false },
    method: { type: 'text', indexed: true, maxLength: 100 },
    state: {
      type: 'text',
      required: true,
      indexed: true,
      choices: ['encrypted', 'plain', 'encrypting', 'decrypting', 'paused', 'locked', 'unknown'],
    },
    percent: { type: 'integer' },
    /** The key is guarded: BitLocker's protection can be off on an encrypted volume. */
    keyGuarded: { type: 'boolean', indexed: true },
    guards: { type: 'list', maxLength: 100, column: false },
    error: { type: 'text', indexed: true, maxLength: 256 },
  },
  retentionDays: 365,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline'],
});
