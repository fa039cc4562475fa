import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../compose.ts';
import { checks, examine, lastBackup } from '../doctor.ts';
import { newestBackupFile, wayBack } from '../features/backups/way-back.ts';
import { readDamage } from '../features/health/damage-file.ts';
import { dataPaths } from '../platform/config.ts';
import { toFailure } from '../platform/errors.ts';
import { applianceRelease } from '../platform/release.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'checks schema, database, audit chain, store, keys and permissions; exit 1 when it finds something',
  example: 'sallyport doctor --data /var/lib/sallyport',
  run: async ({ open, out, dataDir }) => {
    let appliance: Appliance;
    try {
      appliance = await open();
    } catch (error) {
      // Nothing else can be looked at; who reads this needs the way back all the more.
      const { code, message } = toFailure(error);
      if (code !== 'DATABASE') throw error;
      const paths = dataPaths(dataDir);
      const known = readDamage(paths.data);
      const since = known === undefined || known.since === 0 ? '' : `; noticed ${toTime(known.since)}`;
      const details = [`${message}${since}`, wayBack(paths, newestBackupFile(paths))];
      out.line(`release ${applianceRelease().version}, the database cannot be opened`);
      out.line('finding database');
      for (const detail of details) out.line(`          ${detail}`);
      const findings = details.map((detail) => ({ check: 'database', severity: 'finding', detail }));
      out.result({ release: applianceRelease().version, schema: null, findings, warnings: [] });
      return 1;
    }
    const { version: release, schema } = appliance;
    out.line(`release ${release}, schema ${schema}`);
    out.line(lastBackup(appliance));
    const found = await examine(appliance);
    for (const { name } of checks) {
      const own = found.filter(({ check }) => check === name);
      out.line(`${own.length === 0 ? 'ok      ' : (own[0]?.severity ?? '').padEnd(8)}${name}`);
      for (const { detail } of own) out.line(`          ${detail}`);
    }
    const findings = found.filter(({ severity }) => severity === 'finding');
    out.result({ release, schema, findings, warnings: found.filter(({ severity }) => severity === 'warning') });
    return findings.length === 0 ? 0 : 1;
  },
};
