import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { httpApp } from '@sallyport/appliance/server/http-app';
import { drawing } from '../test/support/filled-zones.ts';
import { projectZone } from './demo-plant/plant.ts';
import { projectFile } from './demo-plant/project.ts';
import { tableFile } from './demo-plant/table.ts';
import { run } from './demo-steps.ts';

// An invented plant for the console. Its controllers come as a person would bring them: a table and a project export that are
// written here, and a capture of simulated servers that really ran (demo-plant/record.ts), each by the command that imports
// files. Zones, and what no file says of places, are entered through the API.

const stand = {
  short: 'Z-STAND',
  name: 'Z-STAND Training',
  level: '2',
  prefixes: ['10.20.16.0/24'],
  criticality: 'low',
};

type Imported = { form: string; sha256: string; summary: { created: number; changed: number } };
type DemoPlant = {
  zones: number;
  controllers: number;
  abnormal: number;
  files: readonly (Imported & { name: string })[];
};

type Call = (method: string, path: string, body?: unknown) => Promise<Record<string, unknown>>;

const enterZones = async (call: Call): Promise<Map<string, string>> => {
  const ids = new Map<string, string>();
  const enter = async (kind: string, body: unknown): Promise<string> => {
    const { object } = await call('POST', `/objects/${kind}`, { body });
    return (object as { id: string }).id;
  };
  for (const { short, kind, body } of drawing((zone) => ids.get(zone) ?? '')) {
    const id = await enter(kind, body);
    if (kind === 'controller-zone') ids.set(short, id);
  }
  const { short, ...body } = stand;
  return ids.set(short, await enter('controller-zone', body));
};

/** Controllers that came without a zone: those of the project, and the one that only the capture shows. */
const place = async (call: Call, zones: ReadonlyMap<string, string>): Promise<void> => {
  const { rows } = await call('GET', '/controllers?limit=200');
  for (const { id, name, zone } of rows as { id: string; name: string; zone: string | null }[])
    if (zone === null)
      await call('PATCH', `/controllers/${id}`, {
        values: { zone: zones.get(name.startsWith('PLC-L3') ? projectZone : stand.short) },
      });
};

/**
 * Writes the files into the folder, imports them into the site of the data directory, and enters zones.
 * @returns what is there now, and the files by their hashes
 */
export const demoControllers = async (dataDir: string, folder: string): Promise<DemoPlant> => {
  writeFileSync(join(folder, 'assets-cp866.csv'), tableFile());
  writeFileSync(join(folder, 'dosing.aml'), projectFile());
  copyFileSync(join(import.meta.dirname, 'demo-plant/stand.pcap'), join(folder, 'stand.pcap'));
  const files: DemoPlant['files'][number][] = [];
  for (const name of ['assets-cp866.csv', 'dosing.aml', 'stand.pcap']) {
    const imported = await run<Imported>('sallyport', 'controller', 'import', join(folder, name), '--data', dataDir);
    files.push({ name, ...imported });
  }
  const appliance = await compose({ dataDir, log: openLog('silent') });
  try {
    const account = appliance.objects.findBy('account', 'name', 'administrator')?.id ?? '';
    const { id, secret } = appliance.accounts.createApiToken(systemActor, { name: 'demonstration', account });
    const api = httpApp(appliance);
    const call: Call = async (method, path, body) => {
      const answer = await api.request(`/api/v1${path}`, {
        method,
        headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer.status === 204 ? {} : ((await answer.json()) as Record<string, unknown>);
    };
    const zones = await enterZones(call);
    await place(call, zones);
    await call('DELETE', `/objects/token/${id}`);
    const overview = appliance.zones.overview(wholeSite('job'));
    const all = [...overview.zones.flatMap((zone) => zone.controllers), ...overview.outside];
    const abnormal = all.filter(({ health }) => health !== 'ok').length;
    return { zones: zones.size, controllers: all.length, abnormal, files };
  } finally {
    await appliance.close();
  }
};
