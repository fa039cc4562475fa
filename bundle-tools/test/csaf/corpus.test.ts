import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../../test/support/long.ts';
import { classesLine, countClasses } from '../../src/advisories/csaf/classes.ts';
import { leafVersions } from '../../src/advisories/csaf/leaf-versions.ts';
import type { CsafBody } from '../../src/advisories/csaf/normal.ts';
import { collectFeed } from '../../src/advisories/feed.ts';
import { readCsafSource } from '../../src/advisories/sources/csaf.ts';
import { handlesOfPart, holdsOf, mayConcern } from '../../src/controllers/handles.ts';
import { readLeafName } from '../../src/controllers/leaf-name.ts';
import { controllerIndex, indexed } from '../../src/controllers/match.ts';
import type { ControllerIndex, PartIdentity } from '../../src/controllers/match-types.ts';
import { nameKeys } from '../../src/controllers/name-key.ts';
import { vendorNames } from '../../src/controllers/vendors.ts';
import { parseFirmware } from '../../src/versions/firmware.ts';

// The whole public corpus and one document of a vendor beside it: read, indexed, and asked about what they name.

const data = process.env['SALLYPORT_DATA'] ?? join(import.meta.dirname, '../../../../shared/data');
const corpus = join(data, 'cisa-csaf.tar.gz');
const vendors = join(data, 'siemens-ssa-054046.json.gz');
/** Every how many documents are asked about all that they name. */
const step = isLong ? 1 : 8;

/** Versions that are the first parts of a bound of this text. */
const coarserThan = (text: string): string[] => {
  const meaning = leafVersions(text);
  if (meaning.kind !== 'intervals' || meaning.of !== 'version') return [];
  const bounds = meaning.intervals.flatMap(({ low, high }) => [low, high]).filter((bound) => bound !== undefined);
  const found = bounds.flatMap(({ version }) => {
    const parts = parseFirmware(version)?.release.map(String) ?? [];
    return parts.slice(1).map((_, at) => `V${parts.slice(0, at + 1).join('.')}`);
  });
  return [...new Set(found)];
};

const readAll = async (input: string) => {
  const results = readCsafSource({ input, feed: 'ot' });
  const feed = await collectFeed({ results, capturedAt: '2026-11-26T00:00:00Z' });
  const bodies = feed.records.flatMap(({ line }) => (JSON.parse(line) as { csaf?: CsafBody }).csaf ?? []);
  return { feed, bodies };
};

describe.skipIf(!existsSync(corpus) || !existsSync(vendors))(
  'the CISA CSAF corpus (skipped where cisa-csaf.tar.gz and siemens-ssa-054046.json.gz are absent)',
  () => {
    let bodies: CsafBody[] = [];
    let index: ControllerIndex;
    beforeAll(async () => {
      const read = await readAll(corpus);
      expect(read.feed.counts).toMatchObject({ advisories: 2_383, rejected: 0 });
      expect(read.feed.newest).toBe('2024-10-24T06:00:00Z');
      bodies = [...read.bodies, ...(await readAll(vendors)).bodies];
      index = controllerIndex(indexed(bodies));
      console.info(classesLine(countClasses(bodies)));
    });

    it('holds what the documents hold', () => {
      const coordinators = bodies.filter(({ publisherName }) => publisherName === 'CISA');
      expect(coordinators).toHaveLength(2_383);
      expect(coordinators.filter(({ refersTo }) => refersTo.some((id) => id.startsWith('SSA-')))).toHaveLength(653);
      expect(bodies.filter(({ status }) => status === 'interim')).toHaveLength(43);
      expect(
        bodies.every(({ vulnerabilities }) => vulnerabilities.every(({ score }) => score === undefined || score <= 10)),
      ).toBe(true);
    });

    it('finds every product that a document names; without a version, or with a part of it, excludes none', () => {
      const [lost, excluded, unheld]: [string[], string[], string[]] = [[], [], []];
      for (const [doc, body] of bodies.entries()) {
        if (doc % step !== 0) continue;
        const holds = holdsOf(body.leaves.map(readLeafName));
        for (const [place, leaf] of body.leaves.entries()) {
          const vendor = vendorNames(leaf.vendor)[0];
          const [order] = leaf.models;
          const part: PartIdentity = {
            ...(vendor === undefined ? {} : { vendor }),
            ...(order === undefined ? { model: leaf.names.at(-1) ?? '' } : { orderNumber: order }),
          };
          const matches = index.matchDocuments(part, new Set([doc]));
          if (matches.length > 0 && !mayConcern(holds, handlesOfPart(part, []))) unheld.push(JSON.stringify(part));
          // `Version`, `Series C`: words that name no product.
          const isNamed =
            (order !== undefined || nameKeys(leaf.names.at(-1) ?? '').length > 0) &&
            body.vulnerabilities.some(({ affected }) => affected.includes(place));
          if (isNamed && matches.length === 0) lost.push(`${body.trackingId} ${leaf.id}: ${leaf.names.join(' / ')}`);
          for (const firmware of [undefined, ...coarserThan(leaf.version)]) {
            const coarse = firmware === undefined ? part : { ...part, firmware };
            for (const { verdict, vulnerability } of index.matchDocuments(coarse, new Set([doc]))) {
              const own = body.vulnerabilities.find(({ id }) => id === vulnerability);
              const isCleared = (own?.notAffected.length ?? 0) + (own?.fixed.length ?? 0) > 0;
              if (verdict === 'not-affected' && !isCleared && own?.affected.includes(place) === true)
                excluded.push(`${body.trackingId} ${leaf.id} ${firmware ?? 'without a version'}`);
            }
          }
        }
      }
      expect(excluded).toEqual([]);
      expect(lost).toEqual([]);
      expect(unheld).toEqual([]);
    });

    it("the vendor's document decides over the coordinator's older copy", () => {
      const part = { vendor: 'Siemens', orderNumber: '6ES7 515-2AM02-0AB0', firmware: 'V3.1.2' };
      const answers = index.match(part).filter(({ vulnerability }) => vulnerability === 'CVE-2024-46887');
      const own = bodies.findIndex(({ trackingId }) => trackingId === 'SSA-054046');
      expect(answers.map(({ docKey, outrankedBy }) => [docKey, outrankedBy])).toEqual([
        ['https://www.cisa.gov ICSA-24-284-10', own],
        ['https://www.siemens.com SSA-054046', undefined],
      ]);
      const copy = bodies.find(({ trackingId }) => trackingId === 'ICSA-24-284-10');
      expect([copy?.leaves.length, bodies[own]?.leaves.length]).toEqual([128, 138]);
    });
  },
);
