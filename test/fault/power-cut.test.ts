import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { besideWitness, witnessName } from '@sallyport/appliance/features/rollback/types';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sha256 } from '../../appliance/test/support/catalog.ts';
import { admin } from '../../appliance/test/support/engines.ts';
import { random } from '../bench/support/random.ts';
import { seed } from '../support/chance.ts';
import { binOf, temporaryFolder, tryCommand } from '../support/commands.ts';
import { canMountFuse, fuseNeeds, mountFuse } from '../support/fuse/mount.ts';
import { isLong, twoAtATime } from '../support/long.ts';
import { type Loss, losses, writeCut } from '../support/power/cut.ts';
import { type FolderHistory, readHistory } from '../support/power/history.ts';
import { readRecord, type Step } from '../support/power/record.ts';
import { copyData, type FaultSite, findingsOf, makeFaultSite, opened } from './fault-site.ts';

// The real command imports onto a file system that writes down every change and every sync. Then the power fails, on paper,
// at many points of that record, and each time the disk keeps something else of what was not synced. What is left is laid
// out as a data directory: it is the old or the new state, nothing that was said to be done is lost, doctor finds no more
// than unfinished work, and the same import finishes. A seed (SALLYPORT_SEED) decides what a disk loses.

const cutsPerLoss = isLong ? 90 : 2;
// Finishing takes longer than looking.
const finishesEach = isLong ? 1 : 3;
const can = canMountFuse();

// What doctor may find before anything was cleaned: work that ended in the middle, and nothing that is damaged.
const unfinished = [
  /^exchange: import \d+ ended while /,
  /^exchange: the matches are of another snapshot/,
  /^left behind: .*\/(?:staging|objects\/tmp)\//,
];

describe.skipIf(!can)('a power cut in an import', () => {
  const folder = temporaryFolder('power-cut');
  let site: FaultSite;
  let steps: Step[] = [];
  let history: FolderHistory;
  let acknowledgedAt = 0;
  const seen = { cuts: 0, old: 0, new: 0, resumed: 0 };

  beforeAll(async () => {
    site = await makeFaultSite(join(folder.path, 'site'), {
      packages: 5,
      largeBytes: 9_000_000,
      bundle: { volumeBytes: 9_000_000 },
    });
    const log = join(folder.path, 'record');
    const disk = await mountFuse(join(folder.path, 'disk'), { log });
    try {
      copyData(site.base, join(disk.folder, 'data'));
      mkdirSync(join(disk.folder, 'said'));
      copyData(site.base, join(folder.path, 'start', 'data'));
      mkdirSync(join(folder.path, 'start', 'said'));
      // What the command says goes to the same file system, so the record shows when it was said.
      const said = openSync(join(disk.path, 'said', 'out'), 'w');
      const args = ['bundle', 'import', ...site.volumes, '--data', join(disk.path, 'data'), '--json'];
      const child = spawn(process.execPath, [binOf('sallyport'), ...args], { stdio: ['ignore', said, 'ignore'] });
      closeSync(said);
      const status = await new Promise((resolve) => child.once('exit', resolve));
      expect(status, readFileSync(join(disk.path, 'said', 'out'), 'utf8')).toBe(0);
      await site.expectComplete(join(disk.folder, 'data'));
    } finally {
      await disk.remove();
    }
    steps = readRecord(log);
    history = readHistory(join(folder.path, 'start'), steps);
    acknowledgedAt = steps.findIndex(
      (step) => step.op === 'write' && Buffer.from(step.data).includes('"result":"imported"'),
    );
  });
  afterAll(() => folder.remove());

  const isSync = (step: number): boolean => steps[step]?.op.startsWith('fsync') ?? false;

  /**
   * Cut points spread over the import: a third anywhere, a third right before or after a sync, and a third in its last
   * fifth, where the switch is; the first of them is of another third for each loss.
   */
  const cutPoints = (count: number, first: number, chance: ReturnType<typeof random>): number[] => {
    const syncs = steps.flatMap((_, step) => (isSync(step) ? [step] : []));
    return Array.from({ length: count }, (_, index) => {
      const near = (index + chance.next()) / count;
      const third = (first + index) % 3;
      if (third === 0) return Math.floor(near * (steps.length + 1));
      if (third === 1) return (syncs[Math.floor(near * syncs.length)] ?? 0) + chance.below(2);
      return Math.floor((0.8 + 0.2 * near) * (steps.length + 1));
    });
  };

  const importAgain = async (dataDir: string, byCommand: boolean): Promise<string> => {
    if (!byCommand)
      return opened(dataDir, async ({ exchange }) => {
        const { result } = await exchange.importBundle(admin, site.volumes, {});
        return result;
      });
    const outcome = await tryCommand('sallyport', ['bundle', 'import', ...site.volumes, '--data', dataDir, '--json']);
    expect(outcome, outcome.stderr + outcome.stdout).toMatchObject({ status: 0 });
    return (JSON.parse(outcome.stdout) as { result: string }).result;
  };

  /** Of an object that is kept in part, what is marked is there; returns how many chunks were marked. */
  const expectMarked = (dataDir: string): number => {
    const folder = join(dataDir, 'staging', 'partials');
    let marked = 0;
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      if (!name.endsWith('.marks')) continue;
      const digest = name.slice(0, -'.marks'.length);
      const whole = site.packages.find(({ bytes }) => sha256(bytes) === digest)?.bytes ?? new Uint8Array();
      const dataPath = join(folder, `${digest}.data`);
      const data = existsSync(dataPath) ? readFileSync(dataPath) : Buffer.alloc(0);
      // A file of another size is begun anew.
      if (data.length !== whole.length) continue;
      for (const [index, mark] of readFileSync(join(folder, name)).entries()) {
        if (mark !== 1) continue;
        const [from, to] = [index * limits.chunkBytes, (index + 1) * limits.chunkBytes];
        expect(data.subarray(from, to).equals(whole.subarray(from, to)), `chunk ${index} of ${digest}`).toBe(true);
        marked += 1;
      }
    }
    return marked;
  };

  const expectRecovers = async (cut: number, loss: Loss, index: number): Promise<void> => {
    const home = join(folder.path, `cut-${cut}-${loss}-${index}`);
    const chance = random(seed + cut);
    writeCut(history, cut, loss, home, () => chance.next());
    const dataDir = join(home, 'data');
    expectMarked(dataDir);
    const isNew = site.expectOldOrNew(dataDir);
    if (cut > acknowledgedAt) expect(isNew).toBe(true);
    const found = await findingsOf(dataDir);
    const damage = found
      .map(({ check, detail }) => `${check}: ${detail}`)
      .filter((line) => !unfinished.some((pattern) => pattern.test(line)));
    expect(damage).toEqual([]);
    const open = await opened(dataDir, ({ exchange }) =>
      exchange.imports({ limit: 10 }).filter(({ state }) => ['open', 'verified', 'stored', 'built'].includes(state)),
    );
    if (index % finishesEach === 0) {
      expect(await importAgain(dataDir, index % 15 === 6)).toBe(isNew ? 'already' : 'imported');
      await site.expectComplete(dataDir);
      await opened(dataDir, ({ exchange }) => {
        for (const { id } of open)
          expect(exchange.imports({ limit: 10 }).find((row) => row.id === id)).toMatchObject({ state: 'interrupted' });
      });
    }
    seen.cuts += 1;
    seen[isNew ? 'new' : 'old'] += 1;
    seen.resumed += open.length;
    rmSync(home, { recursive: true, force: true });
  };

  for (const loss of losses) {
    it(`that loses ${loss}: the old or the new state, nothing acknowledged is lost (seed ${seed})`, async () => {
      const points = cutPoints(cutsPerLoss, losses.indexOf(loss), random(seed + losses.indexOf(loss)));
      await twoAtATime([...points.entries()], async ([index, cut]) => {
        try {
          await expectRecovers(cut, loss, index + losses.indexOf(loss));
        } catch (error) {
          const around = steps.slice(Math.max(0, cut - 3), cut + 1).map((step) => ({ ...step, data: undefined }));
          throw new Error(`cut before step ${cut} of ${steps.length}: ${JSON.stringify(around)}`, { cause: error });
        }
      });
    }, 900_000);
  }

  it('leaves of an object that is kept in part all that is marked', () => {
    const paths = new Map<number, string>();
    const afterMarks = steps.flatMap((step, index) => {
      if (step.op === 'open' || step.op === 'create') paths.set(step.fh, step.path);
      return step.op === 'fsync' && paths.get(step.fh)?.endsWith('.marks') ? [index + 1] : [];
    });
    expect(afterMarks.length).toBeGreaterThan(1);
    const { next } = random(seed);
    let marked = 0;
    for (const cut of afterMarks) {
      // Names and size have to be kept by chance, so that a lost byte among them shows.
      for (const loss of ['none', ...Array.from({ length: 15 }, () => 'random-4096' as const)] as const) {
        const home = join(folder.path, 'marked');
        writeCut(history, cut, loss, home, next);
        marked += expectMarked(join(home, 'data'));
        rmSync(home, { recursive: true, force: true });
      }
    }
    expect(marked).toBeGreaterThan(afterMarks.length);
  });

  it('would be noticed if the importer did not sync', () => {
    const paths = new Map<number, string>();
    const without = (pattern: RegExp): FolderHistory =>
      readHistory(
        join(folder.path, 'start'),
        steps.map((step): Step => {
          if (step.op === 'open' || step.op === 'create') paths.set(step.fh, step.path);
          const path = step.op === 'fsync' ? paths.get(step.fh) : step.op === 'fsyncdir' ? step.path : undefined;
          return path !== undefined && pattern.test(path) ? { op: 'release', fh: -1 } : step;
        }),
      );
    const lost = join(folder.path, 'lost');
    writeCut(without(/state\.db/), steps.length, 'all-unsynced', lost, random(seed).next);
    expect(site.expectOldOrNew(join(lost, 'data'))).toBe(false);
    for (const [loss, pattern] of [
      ['data', /\/staging\//],
      ['all-unsynced', /\/objects\/sha256/],
      ['all-unsynced', /\/advisories/],
    ] as const) {
      const torn = join(folder.path, `torn-${loss}-${pattern.source.length}`);
      writeCut(without(pattern), steps.length, loss, torn, random(seed).next);
      expect(() => site.expectOldOrNew(join(torn, 'data')), `${pattern}`).toThrow();
    }
  });

  it('was cut on both sides of the switch, in the middle of work, and after the command had said that it is done', () => {
    expect(seen.cuts).toBe(losses.length * cutsPerLoss);
    for (const count of [seen.old, seen.new, seen.resumed]) expect(count).toBeGreaterThan(seen.cuts / 6);
    expect(acknowledgedAt).toBeGreaterThan(0);
    expect(acknowledgedAt).toBeLessThan(steps.length);
    console.info(
      `${seen.cuts} cuts in ${steps.length} steps: ${seen.old} old, ${seen.new} new, ${seen.resumed} resumed`,
    );
  });

  it('is no return to an older state and no damage while the witness of it is written', async () => {
    const placed = (name: string): number[] =>
      steps.flatMap((step, index) => (step.op === 'rename' && step.to === `/data/keys/${name}` ? [index] : []));
    const written = [witnessName, ...besideWitness].flatMap((name) => placed(name).slice(isLong ? 0 : -1));
    expect(placed(witnessName).length).toBeGreaterThan(0);
    expect(written.length).toBeGreaterThan(1);
    // Before the temporary file is synced, before it gets its name, and before that is synced.
    const cuts = written.flatMap((step) => [step - 2, step, step + 1]);
    await twoAtATime(cuts, async (cut) => {
      await expectRecovers(cut, 'data', 1);
    });
  }, 900_000);
});

if (!can) it('a power cut in an import', (context) => context.skip(fuseNeeds));
