import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { captureFile, controllerFrames, pcapFile } from '../../../../test/support/plant-capture.ts';
import {
  aasFile,
  amlFile,
  csvTable,
  l5xFile,
  plantControllers,
  rockwellOf,
  siemensOf,
} from '../../../../test/support/plant-files.ts';
import { fileFolder } from '../../../../test/support/test-folder.ts';
import { actorWith, admin, type Engines, openEngines } from '../../../test/support/engines.ts';
import { immediate } from '../../platform/database.ts';
import { wholeSite } from '../../platform/scope.ts';
import { sharedMaps } from '../controllers/shared-maps.ts';
import { type FileImports, fileImports, type ImportFileOptions } from './service.ts';
import type { ImportOutcome } from './types.ts';

const folder = fileFolder('imports');

let engines: Engines;
let imports: FileImports;
beforeEach(async () => {
  engines = await openEngines({ maps: sharedMaps });
  imports = fileImports({ ...engines, transact: (work) => immediate(engines.db, work) });
});
afterEach(() => engines.close());

const plant = plantControllers(9);
let made = 0;
const take = (content: string | Uint8Array, options: ImportFileOptions = {}): Promise<ImportOutcome> => {
  made += 1;
  const path = join(folder, `${made}`);
  writeFileSync(path, content);
  return imports.importFile(admin, path, { name: `file ${made}`, ...options });
};
const records = (): { name: string; sides: number }[] =>
  engines.controllers.ids(0, 1_000).map((id) => {
    const [own] = engines.controllers.parts(id);
    return {
      name: own?.configured['name'] ?? own?.observed['name'] ?? '',
      sides:
        Number(Object.keys(own?.configured ?? {}).length > 0) + Number(Object.keys(own?.observed ?? {}).length > 0),
    };
  });
const controlEvents = () =>
  engines.events.list({ scope: wholeSite('job'), type: ['controller-control-traffic'], limit: 20 }).rows;

const forms: readonly (readonly [string, () => string | Uint8Array, number])[] = [
  ['a table', () => csvTable(plant, { modules: true }), plant.length],
  ['a CAx export', () => amlFile(siemensOf(plant)), 3],
  ['an L5X', () => rockwellOf(plant).slice(0, 1).map(l5xFile).join(''), 1],
  ['nameplates', () => aasFile(plant), plant.length],
  ['a capture', () => captureFile(plant), plant.length],
];

describe.each(forms)('%s', (_, make, count) => {
  it('is tried without a trace, imported, imported again without a change, and taken back as a whole', async () => {
    const trial = await take(make(), { dryRun: true });
    expect(trial).toMatchObject({ origin: null, dryRun: true, summary: { created: count, readings: count } });
    expect(records()).toEqual([]);

    const first = await take(make());
    expect(first).toMatchObject({ summary: { created: count, conflicts: 0, refused: 0 }, refusedCount: 0 });
    expect(records()).toHaveLength(count);

    const again = await take(make());
    expect(again).toMatchObject({ summary: { created: 0, changed: 0, unchanged: count, facts: 0 } });

    engines.controllers.undo(admin, first.origin ?? 0);
    expect(records()).toEqual([]);
  });
});

describe('several files about one plant', () => {
  it('meet in the same records, configured beside observed', async () => {
    await take(csvTable(plant, { modules: true }));
    await take(captureFile(plant));
    const found = records();
    expect(found).toHaveLength(plant.length);
    // A controller that says no serial number is only proposed, by its address.
    const both = found.filter(({ sides }) => sides === 2).length;
    expect(both).toBeGreaterThanOrEqual(siemensOf(plant).length + rockwellOf(plant).length);
  });

  it('keep modules with what each is', async () => {
    await take(amlFile(siemensOf(plant)));
    const [id = 0] = engines.controllers.ids(0, 1);
    const [first] = siemensOf(plant);
    expect(
      engines.controllers
        .parts(id)
        .filter(({ type }) => type === 'module')
        .map(({ key, configured }) => ({ key, order: configured['orderNumber'], firmware: configured['firmware'] })),
    ).toEqual(
      first?.modules.map(({ slot, orderNumber, firmware }) => ({ key: `0/${slot}`, order: orderNumber, firmware })),
    );
  });
});

describe('a capture', () => {
  it('makes an event of traffic that changes a controller, once', async () => {
    const set = Buffer.from('010ecf0000000200000000028892fefd0400000000010000000405020000'.padEnd(120, '0'), 'hex');
    const frames = [...plant.slice(0, 1).flatMap(controllerFrames), set];
    await take(pcapFile(frames), { dryRun: true });
    expect(controlEvents()).toEqual([]);
    await take(pcapFile(frames));
    expect(controlEvents().map(({ params }) => params)).toEqual([
      expect.objectContaining({ what: 'dcp-set', target: '01:0e:cf:00:00:00', sender: '02:00:00:00:00:02', count: 1 }),
    ]);
    await take(pcapFile(frames));
    expect(controlEvents()).toHaveLength(1);
  });
});

describe('a mapping', () => {
  it('is kept under a name and read by it', async () => {
    engines.objects.create(admin, 'controller-csv-mapping', {
      name: 'Shop floor',
      delimiter: 'semicolon',
      columns: ['Code = assetTag', 'What = model'],
    });
    const { summary } = await take('Code;What;Else\r\nX-1;CPU;no\r\n', { mapping: 'Shop floor' });
    expect(summary.created).toBe(1);
    const [id = 0] = engines.controllers.ids(0, 1);
    expect(engines.controllers.parts(id)[0]?.configured).toMatchObject({ assetTag: 'X-1', model: 'CPU' });
    await expect(take('a;b\r\n', { mapping: 'Other' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it.each([[['no field']], [['a = nothing']], [['a = serial', 'b = serial']]])('of %j is refused', (columns) => {
    expect(() => engines.objects.create(admin, 'controller-csv-mapping', { name: 'x', columns })).toThrow(
      /invalid: columns/,
    );
  });
});

describe('fields of the site’s own', () => {
  it('are guessed by their names, entered once, and refused by row where they are not of their form', async () => {
    engines.objects.create(admin, 'controller-field', { name: 'Shift', type: 'text' });
    engines.objects.create(admin, 'controller-field', { name: 'Rack units', type: 'number' });
    const table = 'Asset tag,Shift,Rack units\nA-1,night,4\nA-2,day,many\n';
    const first = await take(table);
    expect(first.summary.created).toBe(2);
    expect(first.refused).toEqual([{ where: 'A-2', code: 'value', detail: 'Shift, Rack units' }]);
    const customOf = () =>
      engines.controllers
        .ids(0, 10)
        .map(
          (id) =>
            engines.controllers.entered(engines.controllers.byId(id, wholeSite('job'))?.publicId ?? '').body['custom'],
        );
    expect(customOf()).toEqual([['Shift: night', 'Rack units: 4'], undefined]);
    const revisions = () =>
      engines.controllers
        .ids(0, 1)
        .map(
          (id) => engines.controllers.entered(engines.controllers.byId(id, wholeSite('job'))?.publicId ?? '').revision,
        );
    const before = revisions();
    await take(table);
    expect(revisions()).toEqual(before);
  });
});

it('needs the right to write', async () => {
  const path = join(folder, 'forbidden');
  writeFileSync(path, csvTable(plant));
  await expect(imports.importFile(actorWith('controllers:read'), path)).rejects.toMatchObject({ code: 'FORBIDDEN' });
});

it('says which controllers of the record are not in a table', async () => {
  await take(csvTable(plant));
  const { missing, missingCount } = await take(csvTable(plant.slice(2)), { dryRun: true });
  expect({ missingCount, missing: missing.length }).toEqual({ missingCount: 2, missing: 2 });
});
