import { createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { extract } from 'tar-stream';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Bound, LeafVersions } from '../../src/advisories/csaf/bounds.ts';
import { decide } from '../../src/advisories/csaf/decide.ts';
import { leafVersions } from '../../src/advisories/csaf/leaf-versions.ts';
import { parseFirmware } from '../../src/versions/firmware.ts';
import { csafLabels } from './labels.ts';
import { secondLabels } from './second-labels.ts';

// The grammar against the whole public corpus, and against what a reader took 200 of its leaves to mean.

const data = process.env['SALLYPORT_DATA'] ?? join(import.meta.dirname, '../../../../shared/data');
const corpus = join(data, 'cisa-csaf.tar.gz');

type Branch = { category: string; name: string; product?: { product_id: string }; branches?: Branch[] };
type Leaf = { document: string; product: string; text: string | undefined };

const leavesOf = (document: string, branches: readonly Branch[]): Leaf[] =>
  branches.flatMap((branch) => [
    ...(branch.product === undefined
      ? []
      : [
          {
            document,
            product: branch.product.product_id,
            text: branch.category.startsWith('product_version') ? branch.name : undefined,
          },
        ]),
    ...leavesOf(document, branch.branches ?? []),
  ]);

const readLeaves = async (): Promise<Leaf[]> => {
  const leaves: Leaf[] = [];
  const unpack = extract();
  const reading = (async () => {
    for await (const entry of unpack) {
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      if (!/\/OT\/white\/.*\.json$/.test(entry.header.name)) continue;
      const { document, product_tree } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
        document?: { tracking?: { id?: string } };
        product_tree?: { branches?: Branch[] };
      };
      leaves.push(...leavesOf(document?.tracking?.id ?? '', product_tree?.branches ?? []));
    }
  })();
  await pipeline(createReadStream(corpus), createGunzip(), unpack);
  await reading;
  return leaves;
};

/** One spelling of a version, so that `V2.9` and `2.9` are the same meaning. */
const spell = (text: string): string => {
  const version = parseFirmware(text);
  if (version === undefined) return text;
  return `${version.release.join('.')}~${version.rest.map((part) => (part.kind === 'number' ? part.value : part.text)).join(' ')}`;
};

const meaningOf = (text: string | undefined): string => {
  const leaf: LeafVersions = text === undefined ? { kind: 'review', reason: 'none' } : leafVersions(text);
  if (leaf.kind === 'all') return 'all';
  if (leaf.kind === 'review') return `review ${leaf.reason}`;
  const said = leaf.intervals.map(({ low, high }) => {
    if (low !== undefined && low === high) return `=${spell(low.version)}`;
    const bound = (side: Bound | undefined, sign: string): string[] =>
      side === undefined ? [] : [`${sign}${side.inclusive ? '=' : ''}${spell(side.version)}`];
    return [...bound(low, '>'), ...bound(high, '<')].join('&');
  });
  return `${leaf.of === 'version' ? '' : `${leaf.of} `}${said.join('|')}`;
};

const spellLabel = (label: string): string =>
  /^(?:all|review)/.test(label)
    ? label
    : label
        .replace(/([<>]=?|=)([^&|<>=]+)/g, (_, operator: string, version: string) => operator + spell(version.trim()))
        .replace(/\s*([&|])\s*/g, '$1');

describe.skipIf(!existsSync(corpus))(
  'leaves of the CISA CSAF corpus (skipped where cisa-csaf.tar.gz is absent)',
  () => {
    let leaves: Leaf[] = [];
    beforeAll(async () => {
      leaves = await readLeaves();
    });

    it.each([
      ['200', csafLabels, 199],
      ['another 100', secondLabels, 100],
    ])('mean what a reader took %s of them to mean, or are left to a person', (_, labels, atLeast) => {
      const texts = new Map(leaves.map(({ document, product, text }) => [`${document} ${product}`, text]));
      const tally = { same: 0, left: 0 };
      const wrong: string[] = [];
      for (const [document, product, label] of labels) {
        const text = texts.get(`${document} ${product}`);
        const [meant, read] = [spellLabel(label), meaningOf(text)];
        if (read === meant || (meant.startsWith('review') && read.startsWith('review'))) tally.same += 1;
        else if (read.startsWith('review')) tally.left += 1;
        else wrong.push(`${text}: ${label}, read as ${read}`);
      }
      console.info(
        `${labels.length} labels: ${tally.same} as read, ${tally.left} left to a person, ${wrong.length} wrong`,
      );
      expect(wrong).toEqual([]);
      expect(tally.same).toBeGreaterThanOrEqual(atLeast);
    });

    it('are evaluated but for a few, which have a class of reason', () => {
      expect(leaves).toHaveLength(15_875);
      const counts: Record<string, number> = {};
      for (const { text } of leaves) {
        const meaning = meaningOf(text);
        const kind = /^(?:all|review \w+)/.exec(meaning)?.[0] ?? 'intervals';
        counts[kind] = (counts[kind] ?? 0) + 1;
      }
      const left = Object.entries(counts).reduce((sum, [kind, n]) => sum + (kind.startsWith('review') ? n : 0), 0);
      console.info(`${leaves.length} leaves, ${((1 - left / leaves.length) * 100).toFixed(1)} % evaluated:`, counts);
      expect(left / leaves.length).toBeLessThanOrEqual(0.05);
    });

    it('never exclude a device whose version is not known, or is a part of a bound', () => {
      const wrong: string[] = [];
      for (const text of new Set(leaves.flatMap((leaf) => leaf.text ?? []))) {
        const meaning = leafVersions(text);
        if (meaning.kind !== 'intervals') continue;
        const bounds = meaning.intervals.flatMap(({ low, high }) => [low, high]).filter((bound) => bound !== undefined);
        const coarser = bounds.flatMap(({ version }) => {
          const parts = parseFirmware(version)?.release.map(String) ?? [];
          return parts.slice(1).map((_, at) => `V${parts.slice(0, at + 1).join('.')}`);
        });
        for (const version of ['', ...coarser])
          if (decide({ version }, meaning).answer === 'not affected') wrong.push(`${version} against ${text}`);
        if (decide({}, meaning).answer !== 'review') wrong.push(`nothing against ${text}`);
      }
      expect(wrong).toEqual([]);
    });
  },
);
