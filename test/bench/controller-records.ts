import { createRequire } from 'node:module';
import type { Appliance } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { type Figure, type Result, timed as timedWall } from './report.ts';
import { longestWait } from './support/lock-probe.ts';
import { makeSite, withAppliance } from './support/site.ts';

const readings = 10_000;
const start = Date.UTC(2026, 0, 1);
const orders = ['6ES7 515-2AM02-0AB0', '6ES7 516-3AN02-0AB0', '1756-L83E', 'BMXP342020', '750-8202'];
const vendors = ['Siemens AG', 'Siemens AG', 'Rockwell Automation/Allen-Bradley', 'Schneider Electric', 'WAGO'];

const said = (values: Record<string, string>): Reading['facts'] =>
  Object.entries(values).map(([field, value]) => ({ field, value, raw: value }));

/** A plant as a scan finds it: every controller with one module and one interface. */
export const plantReadings = (firmware: string, dayOfYear: number): Reading[] =>
  Array.from({ length: readings }, (_, at) => {
    const hex = at.toString(16).padStart(6, '0');
    const mac = `00:0e:8c:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4)}`;
    return {
      observedAtMs: start + dayOfYear * 86_400_000,
      method: 'query',
      source: 's7',
      facts: said({
        vendor: vendors[at % vendors.length] ?? '',
        orderNumber: orders[at % orders.length] ?? '',
        serial: `S C-${hex}-${at % 97}`,
        model: `CPU ${at % 40}`,
        firmware,
        address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
        stationName: `controller-${at}`,
      }),
      parts: [
        { type: 'module', key: '0/1', facts: said({ orderNumber: '6ES7 521-1BH00-0AB0', firmware: 'V1.0.2' }) },
        {
          type: 'interface',
          key: 'x1',
          facts: said({ mac, address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}` }),
        },
      ],
    };
  });

const timed = async <T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number; cpu: number }> => {
  const before = process.cpuUsage();
  const { value, ms } = await timedWall(work);
  const { user, system } = process.cpuUsage(before);
  return { value, ms, cpu: (user + system) / 1_000 };
};

const driver = createRequire(import.meta.url).resolve('better-sqlite3');

const measure = async ({ controllers, db }: Appliance): Promise<Result> => {
  const probed = <T>(work: () => Promise<T>) => timed(() => longestWait(db.name, driver, work));
  const taking = (name: string, readings: readonly Reading[]) =>
    probed(() => controllers.ingestInSteps(systemActor, { type: 'capture', name }, readings));
  const undoing = (batch: number | null) => probed(() => controllers.undoInSteps(systemActor, batch ?? 0));
  const first = plantReadings('V2.9.4', 1);
  const trial = await timed(() =>
    controllers.ingest(systemActor, { type: 'capture', name: 'one' }, first, { dryRun: true }),
  );
  const taken = await taking('one', first);
  const again = await taking('one', first);
  const changed = await taking('two', plantReadings('V3.0.1', 2));
  const undone = await undoing(changed.value.value.batch);
  const all = await undoing(taken.value.value.batch);
  const waits = [taken, changed, undone, all].map(({ value }) => value.longestMs);
  const figures: Figure[] = [
    { what: 'trial of 10,000 new readings', value: trial.cpu / readings, unit: 'ms/reading' },
    { what: 'taking them', value: taken.cpu / readings, unit: 'ms/reading', target: '< 0.5 ms' },
    { what: 'taking them again', value: again.cpu / readings, unit: 'ms/reading' },
    { what: 'taking 10,000 later ones', value: changed.cpu / readings, unit: 'ms/reading', target: '< 0.5 ms' },
    { what: 'undoing those', value: undone.cpu / readings, unit: 'ms/reading', target: '< 0.5 ms' },
    {
      what: 'undoing the first, with the records',
      value: all.cpu / readings,
      unit: 'ms/reading',
      target: '< 0.5 ms',
    },
    { what: 'longest wait of another writer', value: Math.max(...waits), unit: 'ms', target: '<= 100 ms' },
  ];
  return {
    method: [`${readings} controllers with a module and an interface each, 17 facts a reading; time of the processor.`],
    figures,
    remarks: [
      `wall time: take ${Math.round(taken.ms)} ms, later ${Math.round(changed.ms)} ms, undo ${Math.round(undone.ms)} and ${Math.round(all.ms)} ms`,
    ],
  };
};

/** The record of controllers: taking readings and taking them back. */
export const controllerRecords = async (): Promise<Result> => {
  const site = await makeSite('controller-records');
  try {
    return await withAppliance(site, measure);
  } finally {
    site.remove();
  }
};
