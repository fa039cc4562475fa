import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Appliance } from '@sallyport/appliance/compose';
import { repositoryRoot } from '../../support/sources.ts';
import { cloneFleet } from './cloned-fleet.ts';
import { fillComponents } from './component-fleet.ts';
import { putStatus } from './derived-fleet.ts';
import { fillPlantBase } from './plant-base.ts';
import { siteAt, withAppliance } from './site.ts';

// A plant with everything that lists read: devices with their packages and findings, groups, controllers in zones with theirs, events.
// It is stored directly, since ten thousand inventories by the entry point take minutes, and kept in var/bench for the next run:
// until the schema or what makes it changes.

type PlantSize = {
  devices: number;
  packages: number;
  /** Devices with packages of their own; the others have the same as one of them. */
  profiles?: number;
  /** Controllers of the twelve makers, of which three have a source; otherwise of all that documents name, with all documents. */
  makers?: boolean;
};

export const plantGroups = 200;
export const plantEvents = 500_000;
/** Devices that report by the engine; what is not software is copied from them. */
const reporting = 10;
/** Where nothing else is asked for. */
export const plantProfiles = 100;
const batchDevices = 10_000;

/** What the rules would find at each device, without the rest that they look at. */
export const putFindings = ({ db, vulnerabilities }: Appliance, ids: readonly number[]): void => {
  const put = db.prepare(
    'insert or replace into device_findings (device, findings, act, attend, worst) values (?, ?, ?, ?, ?)',
  );
  for (let at = 0; at < ids.length; at += batchDevices)
    db.transaction(() => {
      for (const [device, load] of vulnerabilities.loads(ids.slice(at, at + batchDevices)))
        put.run(device, load.findings, load.act, load.attend, load.worst);
    }).immediate();
};

const addEvents = ({ db }: Appliance): void => {
  db.exec(`with recursive n (n) as (select 1 union all select n + 1 from n where n < ${plantEvents})
    insert into event (at, type, severity, area, device, params)
    select ${Date.now() - 30 * 86_400_000} + n * 5, 'device-enrolled', 'info', 'devices',
      (select min(id) from device) + abs(n * 2654435761) % (select count(*) from device), '{}' from n`);
};

const fillDevices = async (
  appliance: Appliance,
  { devices, packages, profiles = plantProfiles }: PlantSize,
): Promise<void> => {
  const { db, vulnerabilities } = appliance;
  await cloneFleet(appliance, { devices, profiles: reporting, packages: 40, groups: plantGroups });
  const ids = db.prepare<[], number>('select id from device order by id').pluck().all();
  await fillComponents(appliance, { devices: ids, packages, profiles, hasHolders: false });
  vulnerabilities.rematch();
  putFindings(appliance, ids);
  putStatus(appliance);
  addEvents(appliance);
};

const baseSources = ['plant-base.ts', 'advisory-corpus.ts', 'controller-products.ts'];
const sources = [...baseSources, 'plant.ts', 'cloned-fleet.ts', 'component-fleet.ts', 'derived-fleet.ts'];

const folderOf = (name: string, made: readonly string[]): string => {
  const hash = createHash('sha256');
  const steps = join(repositoryRoot, 'appliance/src/migrations');
  for (const path of [
    join(repositoryRoot, 'appliance/src/schema.sql'),
    ...readdirSync(steps)
      .toSorted()
      .map((step) => join(steps, step)),
    ...made.map((source) => join(import.meta.dirname, source)),
  ])
    hash.update(readFileSync(path));
  return join(repositoryRoot, 'var/bench', `${name}-${hash.digest('hex').slice(0, 12)}`);
};

/** Makes a folder whole or not at all; its path. */
const kept = async (folder: string, make: (folder: string) => Promise<void>): Promise<string> => {
  if (existsSync(folder)) return folder;
  const making = `${folder}.part`;
  rmSync(making, { recursive: true, force: true });
  mkdirSync(making, { recursive: true });
  await make(making);
  renameSync(making, folder);
  return folder;
};

/** Fills a site without waiting for the disk: it is made anew where the computer stops. */
const filled = (dataDir: string, fill: (appliance: Appliance) => Promise<void>): Promise<void> =>
  withAppliance({ dataDir, ca: '', remove: () => undefined }, async (appliance) => {
    appliance.db.pragma('synchronous = off');
    await fill(appliance);
  });

/** The data directory of a plant of a size, made now or by an earlier run. */
export const keptPlant = async (size: PlantSize): Promise<string> => {
  const makers = size.makers ?? false;
  const suffix = makers ? '-makers' : '';
  const base = await kept(folderOf(`base${suffix}`, baseSources), async (folder) => {
    await siteAt(join(folder, 'data'));
    await filled(join(folder, 'data'), (appliance) => fillPlantBase(appliance, { makers }));
  });
  const profiles = size.profiles === undefined ? '' : `x${size.profiles}`;
  const plant = await kept(
    folderOf(`${size.devices}x${size.packages}${profiles}${suffix}`, sources),
    async (folder) => {
      cpSync(join(base, 'data'), join(folder, 'data'), { recursive: true });
      await filled(join(folder, 'data'), (appliance) => fillDevices(appliance, size));
    },
  );
  return join(plant, 'data');
};
