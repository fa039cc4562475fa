import { createReadStream, existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Appliance } from '@sallyport/appliance/compose';
import { CONTROLLER_MAPS } from '@sallyport/appliance/features/controller-findings/matching-maps';
import { controllerFindings } from '@sallyport/appliance/features/controller-findings/service';
import type { Subject } from '@sallyport/appliance/features/controller-findings/types';
import { controllerKnowledge } from '@sallyport/appliance/features/vulnerabilities/csaf-queries';
import { buildSnapshot } from '@sallyport/appliance/features/vulnerabilities/snapshot-build-store';
import { snapshotPath } from '@sallyport/appliance/features/vulnerabilities/snapshot-schema-store';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { contentDigest, type FeedRecord, toRecord } from '@sallyport/bundle-tools/advisories/digest';
import { collectFeed } from '@sallyport/bundle-tools/advisories/feed';
import { partHeader, writePart } from '@sallyport/bundle-tools/advisories/part';
import { readCsafSource } from '@sallyport/bundle-tools/advisories/sources/csaf';
import { controllerIndex } from '@sallyport/bundle-tools/controllers/match';
import { env, nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { repositoryRoot } from '../support/sources.ts';
import { type Figure, type Result, timed as timedWall } from './report.ts';
import { type Known, productsIn, versionOf } from './support/controller-products.ts';
import { random } from './support/random.ts';
import { makeSite, withAppliance } from './support/site.ts';

const controllers = 10_000;
const feed = 'cisa-csaf';
const capturedAt = '2026-08-21T00:00:00Z';
const deltaDocuments = 5;
const context = { exposure: 'unknown', criticality: 'unknown', safety: 'unknown' } as const;

const dataFile = (): string =>
  join(env('SALLYPORT_DATA') ?? join(repositoryRoot, '../shared/data'), 'cisa-csaf.tar.gz');

/** A plant that has what documents speak of: worse than any real one. */
const plantOf = (products: readonly Known[]): Subject[] =>
  Array.from({ length: controllers }, (_, index) => {
    const rng = random(7_000 + index);
    const known = products[Math.floor(rng.next() ** 2 * products.length)];
    return {
      controller: index + 1,
      part: index + 1,
      key: '',
      identity: { ...known, ...versionOf(rng) },
      context,
    };
  });

const partOf = async (path: string, from: string, changed: readonly FeedRecord[], all: readonly FeedRecord[]) => {
  const header = partHeader({ feed, from, digest: contentDigest(all), newest: '' });
  await writePart(path, header, changed);
  return { feed, from, to: header.to, open: () => createReadStream(path) };
};

/** Wall and processor time: on a busy machine only the second says something. */
const timed = async <T>(work: () => T | Promise<T>): Promise<{ value: T; ms: number; cpu: number }> => {
  const before = process.cpuUsage();
  const { value, ms } = await timedWall(work);
  const { user, system } = process.cpuUsage(before);
  return { value, ms, cpu: (user + system) / 1_000 };
};

const heap = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
};

const measure = async ({ db, paths, events, objects }: Appliance, input: string): Promise<Result> => {
  const collected = await collectFeed({ results: readCsafSource({ input, feed }), capturedAt });
  const { records } = collected;
  const advisories = records.map(({ line }) => JSON.parse(line) as Advisory);
  const bodies = advisories.flatMap(({ csaf }) => csaf ?? []);
  const state = { number: 1 };
  const full = await partOf(join(paths.staging, 'full'), '', records, records);

  const built = await timed(() =>
    buildSnapshot({ folder: paths.advisories, number: 1, previous: 0, parts: [full], capturedAt }),
  );

  const subjects = plantOf(productsIn(bodies));
  const findings = controllerFindings({
    db,
    knowledge: controllerKnowledge(paths.advisories),
    current: () => state.number,
    objects,
    events,
    record: {
      subjects: (controllers) =>
        controllers === undefined ? subjects : controllers.flatMap((controller) => subjects[controller - 1] ?? []),
    },
    nameOf: (controller) => `PLC-${controller}`,
    coverageOf: () => 'not-judged',
    numberOf: () => 0,
    build: controllerIndex,
    maps: CONTROLLER_MAPS,
    changed: () => undefined,
    clock: nowMs,
  });
  const taken = await timed(() => findings.partsChanged());
  const identities = Number(db.prepare('select count(*) from controller_identity').pluck().get());

  // The match alone, without the database.
  const source = controllerKnowledge(paths.advisories).open(1);
  const before = heap();
  const documents = source?.documents() ?? [];
  const loading = await timed(() => {
    const index = controllerIndex(
      documents.flatMap((document) => {
        const body = source?.body(document.adv);
        return body === undefined ? [] : [{ key: document.key, body }];
      }),
    );
    return index;
  });
  const index = loading.value;
  const indexBytes = heap() - before;
  const every = new Set(index.documents.keys());
  let answers = 0;
  const bare = await timed(() => {
    for (const { identity } of subjects) answers += index.matchDocuments(identity, every).length;
  });
  source?.close();

  const first = await timed(() => findings.rematch());
  const again = await timed(() => findings.rematch());
  const one = subjects[17];
  if (one !== undefined)
    subjects[17] = { ...one, identity: { ...one.identity, firmware: 'V9.9.9', firmwareSide: 'observed' } };
  const changed = await timed(() => {
    findings.partsChanged([18]);
    return findings.recomputePending();
  });

  const touched = advisories.slice(100, 100 + deltaDocuments).map((advisory) =>
    toRecord({
      ...advisory,
      summary: `${advisory.summary} `,
      ...(advisory.csaf ? { csaf: { ...advisory.csaf, revision: '999' } } : {}),
    }),
  );
  const after = records.map((record) => touched.find(({ id }) => id === record.id) ?? record);
  const delta = await partOf(join(paths.staging, 'delta'), full.to, touched, after);
  await buildSnapshot({ folder: paths.advisories, number: 2, previous: 1, parts: [delta], capturedAt });
  state.number = 2;
  const incremental = await timed(() => findings.rematch());

  // The law at full size: a whole match after the delta finds nothing to do.
  db.prepare("update controller_match_state set maps = ''").run();
  const { opened, closed, changed: other } = findings.rematch();

  const page = await timed(() => findings.list({ scope: wholeSite('job'), limit: 50 }));
  const counts = await timed(() => findings.counts(wholeSite('job')));
  const loads = await timed(() => findings.loads(subjects.slice(0, 50).map(({ controller }) => controller)));
  findings.close();
  const figures: Figure[] = [
    { what: 'CSAF documents in the snapshot', value: documents.length, unit: '' },
    { what: 'snapshot built', value: built.cpu / 1000, unit: 's' },
    { what: 'size of the snapshot', value: statSync(snapshotPath(paths.advisories, 1)).size / 2 ** 20, unit: 'MiB' },
    { what: 'controllers taken over, distinct identities', value: identities, unit: '' },
    { what: 'taking them over', value: taken.cpu, unit: 'ms' },
    { what: 'index loaded', value: loading.cpu, unit: 'ms' },
    { what: 'index in memory, bodies whole', value: indexBytes / 2 ** 20, unit: 'MiB', target: '< 200 MiB' },
    { what: '10,000 controllers × all documents, match alone', value: bare.cpu, unit: 'ms', target: '< 1,000 ms' },
    { what: 'answers of it', value: answers, unit: '' },
    { what: 'first match with index and writing', value: first.cpu, unit: 'ms' },
    {
      what: 'findings written',
      value: Number(db.prepare('select count(*) from controller_match').pluck().get()),
      unit: '',
    },
    { what: 'nothing changed', value: again.cpu, unit: 'ms' },
    { what: 'one controller changed, index in memory', value: changed.cpu, unit: 'ms', target: '< 50 ms' },
    { what: `delta of ${deltaDocuments} documents`, value: incremental.cpu, unit: 'ms', target: '< 50 ms' },
    { what: 'what a whole match after the delta still changes', value: opened + closed + other, unit: '', target: '0' },
    { what: 'first page of the list', value: page.cpu, unit: 'ms', target: '<= 20 ms' },
    { what: 'counts of the matrix', value: counts.cpu, unit: 'ms' },
    { what: 'findings of 50 controllers of a list', value: loads.cpu, unit: 'ms', target: '<= 20 ms' },
  ];
  return {
    method: [
      `${controllers} controllers, each a product that some document names, a tenth without a version and a seventh with a coarse one.`,
      'Each figure is one run, in time of the processor. The match alone asks for every controller, not for every distinct identity.',
    ],
    figures,
    remarks: [
      `wall time: match alone ${Math.round(bare.ms)} ms, one controller ${Math.round(changed.ms)} ms, delta ${Math.round(incremental.ms)} ms`,
      `affected ${counts.value.affected}, to review ${counts.value.review}, on ${counts.value.controllers} controllers`,
      ...((globalThis as { gc?: unknown }).gc === undefined
        ? ['without --expose-gc the memory is an upper bound']
        : []),
    ],
  };
};

/** Findings on controllers: the whole corpus against a large plant, and what changes cost. */
export const controllerFindingsBenchmark = async (): Promise<Result> => {
  const input = dataFile();
  if (!existsSync(input)) return { method: [], figures: [], skipped: `${input} is not there` };
  const site = await makeSite('controller-findings');
  try {
    return await withAppliance(site, (appliance) => measure(appliance, input));
  } finally {
    site.remove();
  }
};
