import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import * as system from '../features/setup/system.ts';
import { dataPaths, readConfig } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
import { takeServerLock } from '../platform/process-lock.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary:
    'removes the data folder of this computer with all keys, and what setup laid; there is no way back but a backup',
  options: {
    confirm: { value: 'SITE', required: true, help: 'the name of the site whose data go' },
    prefix: { value: 'DIR', help: 'another folder than / for /etc' },
  },
  example: 'sallyport destroy --confirm plant-7',
  run: async ({ text, dataDir: given, out }) => {
    const dataDir = resolve(given);
    const target = system.systemAt(text('prefix') ?? '');
    if (target.prefix === '' && process.getuid?.() !== 0)
      throw new AppError('USAGE', 'destroy changes the system: run it as root');
    const paths = dataPaths(dataDir);
    const { site } = readConfig(paths);
    if (text('confirm') !== site) throw new AppError('USAGE', `${dataDir} is of site ${site}; nothing was removed`);
    const removed = system.takeBack(target);
    takeServerLock(dataDir).release();
    // Keys first: what a power cut leaves cannot be read. The configuration last, so that the command can be given again.
    rmSync(paths.keys, { recursive: true, force: true });
    for (const name of readdirSync(dataDir).filter((entry) => join(dataDir, entry) !== paths.config))
      rmSync(join(dataDir, name), { recursive: true });
    rmSync(dataDir, { recursive: true });
    if (existsSync(dataDir)) throw new AppError('INTERNAL', `${dataDir} is still there`);
    for (const path of [...removed, dataDir]) out.line(`removed  ${path}`);
    out.note('Backups that were taken elsewhere are still there.');
    out.result({ site, removed: [...removed, dataDir] });
    return 0;
  },
};
