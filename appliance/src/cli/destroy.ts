import { resolve } from 'node:path';
import { dataActs } from '../data-acts/client.ts';
import * as system from '../features/setup/system.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary:
    'removes the data folder of this computer with all keys, and what setup laid; there is no way back but a backup',
  options: {
    confirm: { value: 'SITE', required: true, help: 'the name of the site whose data go' },
    prefix: { value: 'DIR', path: 'system', help: 'another folder than / for /etc' },
  },
  example: 'sallyport destroy --confirm plant-7',
  run: async ({ text, dataDir: given, out }) => {
    const dataDir = resolve(given);
    const target = system.systemAt(text('prefix') ?? '');
    if (target.prefix === '' && process.getuid?.() !== 0)
      throw new AppError('USAGE', 'destroy changes the system: run it as root');
    const data = dataActs(dataDir, system.serviceUser(target));
    try {
      const { config } = await data.call('site.read', {});
      if (config === null) throw new AppError('DATA_DIR', `${dataDir} is not an appliance's data directory`);
      const { site } = config;
      if (text('confirm') !== site) throw new AppError('USAGE', `${dataDir} is of site ${site}; nothing was removed`);
      const removed = system.takeBack(target);
      await data.call('site.remove', {});
      if (!system.removeDataFolder(dataDir)) throw new AppError('INTERNAL', `${dataDir} is still there`);
      for (const path of [...removed, dataDir]) out.line(`removed  ${path}`);
      out.note('Backups that were taken elsewhere are still there.');
      out.result({ site, removed: [...removed, dataDir] });
      return 0;
    } finally {
      data.close();
    }
  },
};
