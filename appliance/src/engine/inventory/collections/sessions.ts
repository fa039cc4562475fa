import { defineCollection } from '../types.ts';

/** `local` and `remote` of every system, and what systemd-logind calls the type of a session. */
const kinds = ['local', 'remote', 'tty', 'x11', 'wayland', 'mir', 'web', 'unspecified'] as const;

/** D6: who worked on the device, when and from where. */
export const collection = defineCollection({
  name: 'sessions',
  bound: 'device',
  row: 'D6',
  mode: 'own',
  title: 'account',
  sort: 'startedAt',
  person: 'account',
  fields: {
    account: { type: 'text', required: true, identity: true, personal: true, indexed: true, maxLength: 256 },
    domain: { type: 'text', personal: true, maxLength: 256 },
    kind: { type: 'text', identity: true, indexed: true, maxLength: 50, known: kinds },
    startedAt: { type: 'time', identity: true },
    endedAt: { type: 'time' },
    state: { type: 'text', indexed: true, choices: ['active', 'disconnected', 'ended', 'unknown'] },
    terminal: { type: 'text', maxLength: 50, column: false },
    remoteAddress: { type: 'text', personal: true, indexed: true, maxLength: 255 },
  },
  retentionDays: 90,
  leaves: null,
  sources: ['native', 'glpi', 'ocs', 'osquery', 'offline'],
});
