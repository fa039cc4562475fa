import { join } from 'node:path';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import { type ControllerFindings, controllerFindings } from '../../../src/features/controller-findings/service.ts';
import type { Holding, IndexBuilder, Subject } from '../../../src/features/controller-findings/types.ts';
import { controllerKnowledge } from '../../../src/features/vulnerabilities/csaf-queries.ts';
import { buildSnapshot } from '../../../src/features/vulnerabilities/snapshot-build-store.ts';
import { part } from '../advisory-parts.ts';
import { openEngines } from '../engines.ts';
import { plainIndex } from './csaf.ts';

/** Findings over a record that the test holds in its hand. */
export const openFindings = async (build: IndexBuilder = plainIndex) => {
  const engines = await openEngines({ derive: () => ({ object: [findings.written] }) });
  const folder = join(engines.folder, 'advisories');
  const subjects = new Map<number, Subject>();
  let snapshot = 0;
  let clock = Date.parse('2026-01-02T00:00:00Z');
  const feeds = new Map<string, { cursor: string; records: Advisory[] }>();
  const measures: { holding: Holding } = { holding: { vulnerabilities: [], of: () => undefined } };
  const findings: ControllerFindings = controllerFindings({
    db: engines.db,
    knowledge: controllerKnowledge(folder),
    current: () => snapshot,
    objects: engines.objects,
    events: engines.events,
    record: {
      subjects: (controllers) =>
        [...subjects.values()].filter(
          ({ controller }) => controllers === undefined || controllers.includes(controller),
        ),
    },
    nameOf: (controller) => `PLC-${controller}`,
    coverageOf: () => 'not-judged',
    numberOf: (publicId) => Number(publicId.replace('controller-', '')),
    build,
    maps: 'test/1',
    changed: () => undefined,
    measures: {
      holding: () => measures.holding,
      publicId: (controller) => `controller-${controller}`,
      zoneNames: () => [],
    },
    clock: () => clock,
  });
  return {
    ...engines,
    findings,
    measures,
    subjects,
    folder,
    tick: (ms = 1_000) => {
      clock += ms;
    },
    put: (subject: Partial<Subject> & Pick<Subject, 'controller' | 'identity'>) => {
      const whole = {
        part: subject.controller * 100,
        key: '',
        context: { exposure: 'unknown', criticality: 'unknown', safety: 'unknown' },
        ...subject,
      } as Subject;
      subjects.set(whole.part, whole);
      findings.partsChanged([whole.controller]);
    },
    /** Publishes what a feed holds now, as a delta of what changed, and matches. */
    publish: async (feed: string, records: readonly Advisory[]) => {
      const before = feeds.get(feed);
      const gone = (before?.records ?? [])
        .filter(({ id }) => !records.some((record) => record.id === id))
        .map((record): Advisory => ({ ...record, withdrawn: '2026-01-01T00:00:00Z' }));
      const all = [...records, ...gone];
      const old = new Map((before?.records ?? []).map((record) => [record.id, JSON.stringify(record)]));
      const changed = all.filter((record) => old.get(record.id) !== JSON.stringify(record));
      const added = await part(before?.cursor ?? '', changed, all, feed);
      await buildSnapshot({
        folder,
        number: snapshot + 1,
        previous: snapshot,
        parts: [added],
        capturedAt: '2026-01-01T00:00:00Z',
      });
      snapshot += 1;
      feeds.set(feed, { cursor: added.to, records: all });
      return findings.rematch();
    },
    stop: () => {
      findings.close();
      engines.close();
    },
  };
};

export type FindingsSite = Awaited<ReturnType<typeof openFindings>>;
