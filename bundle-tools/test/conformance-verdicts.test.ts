import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isLong } from '../../test/support/long.ts';
import { createExchange, createKeys, importerVerdict, packExchange } from './conformance/exchange.ts';
import { chainCases, exchangeCases } from './conformance/spoiled-exchanges.ts';
import { type Case, fileCases } from './conformance/spoiled-files.ts';
import { hasPythonTuf, type MetadataSet, pythonVerdicts, type Verdict } from './conformance/verdicts.ts';

// Two implementations, one verdict: the importer, from a volume, and Debian's python3-tuf, from the same volume. Where
// they differ on purpose, ours is the stricter one and the case says why.

const found = hasPythonTuf();
if (!found) console.warn('python3-tuf is not installed: no verdicts are compared');

type Judged = { ours: Verdict; theirs: Verdict };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'sallyport-verdicts-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const judge = async (sets: readonly MetadataSet[]): Promise<Judged[]> => {
  const theirs = pythonVerdicts(sets);
  const judged: Judged[] = [];
  for (const [index, set] of sets.entries()) {
    const other = theirs[index];
    if (other === undefined) throw new Error(`no verdict on ${set.name}`);
    judged.push({ ours: await importerVerdict(set), theirs: other });
  }
  return judged;
};

const rootsIn = ({ trusted }: Verdict): string[] => trusted.filter((file) => file.startsWith('root '));

describe.skipIf(!found)('the importer and python3-tuf', () => {
  const keys = createKeys();
  const cases: Case[] = [...fileCases, ...exchangeCases, ...chainCases(keys)];

  it('judge each set alike, down to the files that they trust, or we are stricter and say why', async () => {
    const sets = cases.map(({ name, change }, index) => {
      const exchange = createExchange(keys);
      change(exchange);
      return packExchange(exchange, folder, name, index);
    });
    expect(sets.length).toBeGreaterThanOrEqual(150);
    const judged = await judge(sets);
    const wrong = judged.flatMap(({ ours, theirs }, index) => {
      const { name, differ } = cases[index] ?? { name: '' };
      const alike = ours.accepted
        ? theirs.accepted && ours.trusted.join() === theirs.trusted.join()
        : !theirs.accepted && rootsIn(ours).join() === rootsIn(theirs).join();
      const stricter = !ours.accepted && theirs.accepted;
      if (differ === undefined ? alike : stricter) return [];
      return [{ name, ours: ours.why || ours.trusted, theirs: theirs.why || theirs.trusted }];
    });
    expect(wrong).toEqual([]);
    const accepted = judged.filter(({ ours }) => ours.accepted).length;
    expect(accepted).toBeGreaterThan(50);
    expect(sets.length - accepted).toBeGreaterThan(150);
  });

  it('no changed bit is taken by us alone', async () => {
    const bits = Array.from({ length: isLong ? 240 : 48 }, (_, index) => index);
    const sets = bits.map((index) => {
      const exchange = createExchange(keys);
      const part = index % 2 === 0 ? exchange.timestamp : exchange.roots.get(2);
      if (part === undefined) throw new Error('an exchange has root 2');
      part.finish = (bytes) => {
        const changed = Buffer.from(bytes);
        const at = Math.floor((index / bits.length) * changed.length);
        changed[at] = (changed[at] ?? 0) ^ (1 << (index % 8));
        return changed;
      };
      return packExchange(exchange, folder, `bit ${index}`, 10_000 + index);
    });
    const judged = await judge(sets);
    expect(judged.filter(({ ours, theirs }) => ours.accepted && !theirs.accepted)).toEqual([]);
    expect(judged.filter(({ ours }) => !ours.accepted).length).toBeGreaterThan((bits.length * 5) / 6);
  });
});
