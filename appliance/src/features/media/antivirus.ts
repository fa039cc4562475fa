import { statSync } from 'node:fs';
import { scanFiles } from '@sallyport/bundle-tools/media/scan';
import type { ScanEngine, ScanReport } from '@sallyport/bundle-tools/media/scan-types';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Database } from '../../platform/database.ts';
import type { ScanObjects } from '../exchange/types.ts';
import { scannedStore } from './scanned-store.ts';

const clamscan = '/usr/bin/clamscan';
/** Each finding is an event; of a bundle that is bad throughout, so many. */
const maxEvents = 20;

type AntivirusParts = {
  readonly db: Database;
  readonly objects: Pick<ObjectService, 'setting'>;
  readonly events: Pick<EventService, 'record'>;
};

const engineOf = ({ setting }: AntivirusParts['objects']): ScanEngine | undefined => {
  const database = setting('exchange.antivirus-database');
  switch (setting('exchange.antivirus')) {
    case 'clamd':
      return { engine: 'clamd', socket: setting('exchange.antivirus-socket'), database };
    case 'clamscan':
      return { engine: 'clamscan', command: clamscan, database };
    default:
      return undefined;
  }
};

const words = ({ infected, faults }: ScanReport, labelOf: (path: string) => string): string => {
  const [found] = infected;
  if (found !== undefined)
    return `the antivirus found ${found.name} in ${labelOf(found.path)}${infected.length > 1 ? ` and something in ${infected.length - 1} more` : ''}`;
  const [fault] = faults;
  const where = fault?.path === undefined ? '' : `${labelOf(fault.path)}: `;
  return `the antivirus could not look at everything: ${where}${fault?.reason ?? 'no reason given'}`;
};

/**
 * Looks at what a bundle needs, with the engine that an administrator chose; with none, at nothing. What was found clean
 * once is not looked at again.
 */
export const antivirus = ({ db, objects, events }: AntivirusParts): ScanObjects => {
  const scanned = scannedStore(db);
  return async (needed, signal) => {
    const engine = engineOf(objects);
    if (engine === undefined || needed.length === 0) return undefined;
    const files = needed.filter(({ sha256 }) => !scanned.has(sha256));
    const byPath = new Map(files.map((file) => [file.path, file]));
    const labelOf = (path: string): string => byPath.get(path)?.label ?? 'a file';
    const report = await scanFiles(
      engine,
      files.map(({ path }) => ({ path, sizeBytes: statSync(path).size })),
      signal === undefined ? {} : { signal },
    );
    const bad = new Set([...report.infected, ...report.faults].map(({ path }) => path));
    // A fault of the engine itself has no path: then nothing was looked at for certain.
    if (!bad.has(undefined)) scanned.add(files.filter(({ path }) => !bad.has(path)).map(({ sha256 }) => sha256));
    const actor = 'system:appliance';
    for (const { path, name } of report.infected.slice(0, maxEvents))
      events.record('antivirus-found', {
        actor,
        params: { name, object: byPath.get(path)?.sha256 ?? '', label: labelOf(path) },
      });
    if (report.verdict === 'error')
      events.record('antivirus-failed', { actor, params: { engine: engine.engine, reason: words(report, labelOf) } });
    return {
      scan: {
        engine: report.engine,
        version: report.version,
        definitions_at: report.definitionsAt,
        verdict: report.verdict,
      },
      infected: report.infected.flatMap(({ path }) => byPath.get(path)?.sha256 ?? []),
      words: words(report, labelOf),
    };
  };
};
