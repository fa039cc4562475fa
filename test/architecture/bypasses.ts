// Imports between features that still go past service.ts, types.ts and view.ts, by what they reach. It only gets shorter: a
// new one fails, and so does one that is listed and gone.

type Bypass = {
  /** What becomes of it. */
  target: string;
  by: readonly string[];
};

export const bypasses: Readonly<Record<string, Bypass>> = {
  'agents/glpi/decode.ts': {
    target: 'what decodes reports of agents that are not ours becomes a feature under both doors',
    by: ['offline-import/decode.ts'],
  },
  'agents/glpi/device-message.ts': { target: 'as glpi/decode.ts', by: ['offline-import/decode.ts'] },
  'agents/glpi/fields.ts': { target: 'as glpi/decode.ts', by: ['offline-import/decode.ts'] },
  'agents/glpi/found-device.ts': { target: 'as glpi/decode.ts', by: ['offline-import/service.ts'] },
  'agents/glpi/message.ts': { target: 'as glpi/decode.ts', by: ['offline-import/decode.ts'] },
  'devices/device-tabs.ts': {
    target: 'the frame of a device’s page takes its tabs from the features',
    by: ['device-tasks/pages.tsx'],
  },
  'rollback/file.ts': { target: 'the service names the file', by: ['backups/restore.ts'] },
};
