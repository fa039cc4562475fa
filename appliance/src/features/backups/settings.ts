import { defineSettings } from '../../engine/objects/types.ts';

// Of safety: none kept, none made, or a folder that is wiped is found out on the day on which one is needed.
export const backupSettings = defineSettings({
  // 0: only by hand.
  'backups.every-days': { type: 'integer', safety: true, default: 1, min: 0, max: 31, area: 'settings', unit: 'days' },
  'backups.at': { type: 'time-of-day', safety: true, default: '01:30', area: 'settings' },
  // Empty: DATA/backups.
  'backups.folder': { type: 'text', safety: true, default: '', max: 1_000, area: 'settings' },
  'backups.keep-days': { type: 'integer', safety: true, default: 7, min: 1, max: 366, area: 'settings' },
  'backups.keep-weeks': { type: 'integer', safety: true, default: 4, min: 0, max: 520, area: 'settings' },
  'backups.keep-months': { type: 'integer', safety: true, default: 12, min: 0, max: 240, area: 'settings' },
});
