import { checks, examine, lastBackup } from '../doctor.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'checks schema, database, audit chain, store, keys and permissions; exit 1 when it finds something',
  example: 'sallyport doctor --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const appliance = await open();
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
