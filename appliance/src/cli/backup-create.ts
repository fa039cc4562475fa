import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { createBackup } from '../features/backups/backup.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'one file with everything, sealed to the recovery key; works beside a running server',
  options: { out: { type: 'string', value: 'FILE', help: 'a file, or a folder to write it in (DATA/backups)' } },
  example: 'sallyport backup create --data /var/lib/sallyport --out /media/usb/plant-7.spb',
  run: async ({ open, out, text }) => {
    const appliance = await open();
    const stamp = toTime(nowMs()).replace(/[-:]/g, '');
    const wanted = resolve(text('out') ?? appliance.paths.backups);
    const isFolder = statSync(wanted, { throwIfNoEntry: false })?.isDirectory() === true;
    const path = isFolder ? join(wanted, `${appliance.config.site}-${stamp}.spb`) : wanted;
    let shown = 0;
    const made = await createBackup(appliance, path, (files, bytes) => {
      if (bytes - shown < 256 * 1024 * 1024) return;
      shown = bytes;
      out.note(`${files} files, ${Math.round(bytes / 1e6)} MB`);
    });
    out.line(`${made.path}  ${made.sizeBytes} bytes  SHA-256 ${made.sha256}`);
    out.result(made);
    return 0;
  },
};
