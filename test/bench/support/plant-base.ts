import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import type { Appliance } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import type { FeedPart } from '@sallyport/appliance/features/vulnerabilities/types';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { contentDigest, type FeedRecord } from '@sallyport/bundle-tools/advisories/digest';
import { collectFeed } from '@sallyport/bundle-tools/advisories/feed';
import { partHeader, writePart } from '@sallyport/bundle-tools/advisories/part';
import { readCsafSource } from '@sallyport/bundle-tools/advisories/sources/csaf';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { env } from '@sallyport/bundle-tools/platform/ambient';
import { repositoryRoot } from '../../support/sources.ts';
import { capturedAt, makeCorpus } from './advisory-corpus.ts';
import { type Known, productsIn, versionOf } from './controller-products.ts';
import { random } from './random.ts';

// What plants of every size have: advisories, and controllers in zones with what advisories say of them.

export const plantZones = 40;
export const plantControllers = 10_000;
export const plantAdvisories = 10_000;
const feed = 'cisa-csaf';
const snapshotNumber = 1;

/** Makers of controllers as the public documents name them, those with a source first. */
export const plantMakers = [
  'Siemens',
  'Rockwell Automation',
  'Schneider Electric',
  'Mitsubishi Electric',
  'Honeywell',
  'Omron',
  'ABB',
  'Emerson',
  'Yokogawa',
  'WAGO',
  'Phoenix Contact',
  'Delta Electronics',
] as const;
/** How many of these makers the documents of the site speak of. */
export const plantMakersWithSource = 3;

/** The public documents about controllers, of which a plant is made. */
export const csafFile = (): string =>
  join(env('SALLYPORT_DATA') ?? join(repositoryRoot, '../shared/data'), 'cisa-csaf.tar.gz');

const bodiesOf = (records: readonly FeedRecord[]) =>
  records.flatMap(({ line }) => (JSON.parse(line) as Advisory).csaf ?? []);

const readingOf = (known: Known, at: number): Reading => {
  const rng = random(7_000 + at);
  const { firmware = '' } = versionOf(rng);
  const hex = at.toString(16).padStart(6, '0');
  const facts = {
    vendor: known.vendor,
    model: known.model ?? '',
    orderNumber: known.orderNumber ?? '',
    firmware,
    serial: `S C-${hex}-${at % 97}`,
    address: `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    stationName: `controller-${at}`,
  };
  return {
    observedAtMs: Date.UTC(2026, 0, 1),
    method: 'query',
    source: 's7',
    facts: Object.entries(facts).flatMap(([field, value]) => (value === '' ? [] : { field, value, raw: value })),
    parts: [],
  };
};

type Chosen = { records: FeedRecord[]; productAt: (at: number) => Known };

/** Controllers of whatever the documents name, and all documents. */
const everyMaker = (records: readonly FeedRecord[]): Chosen => {
  const products = productsIn(bodiesOf(records));
  return {
    records: [...records],
    productAt: (at) => products[Math.floor(random(at).next() ** 2 * products.length)] as Known,
  };
};

/** As many controllers of each of the makers, and the documents that speak of nothing but the first of these. */
const twelveMakers = (records: readonly FeedRecord[]): Chosen => {
  const byMaker = Map.groupBy(productsIn(bodiesOf(records)), ({ vendor }) => vendor);
  const withSource: ReadonlySet<string> = new Set(plantMakers.slice(0, plantMakersWithSource));
  return {
    records: records.filter((record) => {
      const vendors = bodiesOf([record]).flatMap(({ leaves }) => leaves.map(({ vendor }) => vendor));
      return vendors.length > 0 && vendors.every((vendor) => withSource.has(vendor));
    }),
    productAt: (at) => {
      const maker = plantMakers[at % plantMakers.length] ?? '';
      const products = byMaker.get(maker) ?? [];
      const product = products[Math.floor(random(at).next() ** 2 * products.length)];
      if (product === undefined) throw new Error(`no document names a product of ${maker}`);
      return product;
    },
  };
};

/** Records of controllers, each in a zone, and what advisories about them say. */
const addControllers = async (
  { db, controllers, objects, paths }: Appliance,
  choose: typeof everyMaker,
): Promise<FeedPart> => {
  const collected = await collectFeed({ results: readCsafSource({ input: csafFile(), feed }), capturedAt });
  const { records, productAt } = choose(collected.records);
  const readings = Array.from({ length: plantControllers }, (_, at) => readingOf(productAt(at), at));
  controllers.ingest(systemActor, { type: 'capture', name: 'plant' }, readings);
  const zones = Array.from(
    { length: plantZones },
    (_, n) => objects.create(systemActor, 'controller-zone', { name: `Zone ${n}`, level: '1' }).id,
  );
  const zone = `json_extract('${JSON.stringify(zones)}', '$[' || (controller % ${plantZones}) || ']')`;
  db.exec(`update controller_row set zone = ${zone};
    insert into object (kind, id, revision, created_at, updated_at, body)
      select 'controller-decision', public_id, 1, 0, 0, json_object('zone', zone) from controller_row
      where true on conflict do nothing;
    update controller_program_state
      set zone = (select zone from controller_row r where r.controller = controller_program_state.controller);
    insert or ignore into object_index (kind, id, field, value)
      select 'controller-decision', public_id, 'zone', zone from controller_row;`);
  const header = partHeader({ feed, from: '', digest: contentDigest(records), newest: '' });
  const path = join(paths.staging, feed);
  await writePart(path, header, records);
  return { feed, from: '', to: header.to, open: () => createReadStream(path) };
};

/** What plants of every size have: advisories, controllers with their findings, groups, and the devices that reported. */
export const fillPlantBase = async (appliance: Appliance, { makers = false } = {}): Promise<void> => {
  const { db, paths, vulnerabilities, controllerFindings } = appliance;
  const made = await makeCorpus({ data: '', folder: paths.staging, count: plantAdvisories });
  const part = await addControllers(appliance, makers ? twelveMakers : everyMaker);
  db.exec(`insert into exchange_state (id, site, name, floor) values (1, 'bench', 'Bench', '${capturedAt}')
    on conflict do nothing`);
  await vulnerabilities.buildSnapshot({ number: snapshotNumber, parts: [...made.parts, part], capturedAt });
  db.exec(`update exchange_state set snapshot = ${snapshotNumber} where id = 1`);
  controllerFindings.rematch();
};
