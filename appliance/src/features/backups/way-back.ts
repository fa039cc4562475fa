import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DataPaths } from '../../platform/config.ts';

/** The newest backup in the usual folder, by its name; for when the journal that names all cannot be read. */
export function newestBackupFile({ backups }: Pick<DataPaths, 'backups'>): string | undefined {
  let names: string[];
  try {
    names = readdirSync(backups);
  } catch {
    return undefined;
  }
  const last = names
    .filter((file) => file.endsWith('.spb'))
    .sort()
    .at(-1);
  return last === undefined ? undefined : join(backups, last);
}

/** What to do about a damaged database, with the backup and the command, English. */
export function wayBack({ data, keys, objects }: DataPaths, file: string | undefined): string {
  const moved = (path: string): string => (path.startsWith(`${data}/`) ? path.replace(data, `${data}.damaged`) : path);
  return file === undefined
    ? `no backup is known: keep ${data} as it is, and look for a backup that was taken elsewhere`
    : `newest backup: ${file}. Stop the server, move ${data} to ${data}.damaged, then: sallyport backup restore ${moved(file)} --key-file FILE --data ${data} --witness ${moved(keys)}/witness --objects ${moved(objects)}`;
}
