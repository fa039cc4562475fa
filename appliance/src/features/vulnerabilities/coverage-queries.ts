import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { Coverage, Uncovered } from './types.ts';

// What of a whole site no feed judges, for the request. Out of what the rules have written of each device; a device that waits
// for them is looked at now, so that nothing is left out.

/** The kinds of packages that agents of devices say they look for, of every source. Reads inv_platform. */
export function kindsLookedFor(db: Database): (devices: readonly number[]) => { device: number; kind: string }[] {
  const rows = statements(db).all<[devices: readonly number[]], { device: number; kind: string }>(
    `select p.device, k.value as kind from inv_platform p cross join json_each(p."packageKinds") k
     where p.device in (select value from json_each(?)) and p."packageKinds" is not null`,
  );
  return (devices) => rows(devices);
}

/** So many devices are looked at together. */
const batch = 500;

/** Reads device_coverage, of the rules. */
export function uncoveredOf(
  db: Database,
  coverage: (devices: readonly number[]) => Map<number, Coverage>,
): () => Uncovered[] {
  const sql = statements(db);
  const codes = `r.value ->> 'code' in ('no-feed', 'no-reader')`;
  const written = sql.all<[], Uncovered>(
    `select r.value ->> 'ecosystem' as ecosystem, sum(r.value ->> 'components') as components, count(*) as devices
     from device_coverage c cross join json_each(c.reasons) r
     where ${codes} and c.device not in (select id from pending where entity = 'status') group by 1`,
  );
  const unwritten = sql.values<[], number>(
    `select device from device_component where device > 0 and device not in
         (select device from device_coverage where device not in (select id from pending where entity = 'status'))`,
  );
  return () => {
    const found = new Map(written().map((row) => [row.ecosystem, row]));
    const waiting = unwritten();
    for (let at = 0; at < waiting.length; at += batch)
      for (const { reasons } of coverage(waiting.slice(at, at + batch)).values())
        for (const { code, ecosystem, components } of reasons) {
          if (code !== 'no-feed' && code !== 'no-reader') continue;
          const held = found.get(ecosystem) ?? { ecosystem, components: 0, devices: 0 };
          found.set(ecosystem, {
            ecosystem,
            components: held.components + components,
            devices: held.devices + 1,
          });
        }
    return [...found.values()].sort((a, b) => b.devices - a.devices || (a.ecosystem < b.ecosystem ? -1 : 1));
  };
}
