import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Appliance } from '../../appliance/src/compose.ts';
import type { Actor } from '../../appliance/src/engine/objects/types.ts';
import { amlFile, csvTable, plantControllers, siemensOf } from './plant-files.ts';

// Files about a second line of the invented plant: one that was imported, one whose columns are still to be mapped.

const plant = plantControllers(6, 900);

/** Imports a CAx export and keeps a mapping. */
export const importFiles = async (
  { controllerImports, objects }: Pick<Appliance, 'controllerImports' | 'objects'>,
  actor: Actor,
): Promise<void> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-filled-'));
  try {
    const path = join(folder, 'packing-line.aml');
    writeFileSync(path, amlFile(siemensOf(plant)));
    await controllerImports.importFile(actor, path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  objects.create(actor, 'controller-csv-mapping', {
    name: 'Maintenance list',
    columns: ['Asset tag = assetTag', 'Serial number = serial', 'IP address = address'],
  });
};

/** Leaves a table at the step of its columns; where it lies is kept whole, so a data directory that is copied gets it then. */
export const leaveTable = async (
  { controllerDrafts }: Pick<Appliance, 'controllerDrafts'>,
  actor: Actor,
): Promise<void> => {
  const place = controllerDrafts.place();
  const table = csvTable(plant, { modules: true });
  writeFileSync(place.path, table);
  await controllerDrafts.add(actor, { ...place, name: 'packing-line.csv', sizeBytes: Buffer.byteLength(table) });
};
