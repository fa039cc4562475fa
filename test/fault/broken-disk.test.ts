import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { temporaryFolder } from '../support/commands.ts';
import { canMountFuse, type Fault, type FuseMount, fuseNeeds, mountFuse } from '../support/fuse/mount.ts';
import { isLong, twoAtATime } from '../support/long.ts';
import { copyData, type FaultSite, findingsOf, makeFaultSite } from './fault-site.ts';

// The real command imports onto a disk that is full, or fails, from the n-th write on, for every n or many of them. It
// says so with the right code, the state is the old one (or wholly the new one, when only cleaning was left), and once the
// disk works again the same import finishes.

// Finishing takes longer than breaking, and how a disk broke matters more to it than where.
const finishesEach = isLong ? 1 : 5;
const can = canMountFuse();

type Broken = { readonly what: string; readonly fault: Fault; readonly codes: RegExp; readonly points: number };

const full = /^(?:NO_SPACE|DISK_FULL)$/;
const failed = /^STORE_IO$/;
const broken: readonly Broken[] = [
  {
    what: 'that is full from some write on',
    fault: { ops: 'grows', errno: 'ENOSPC', sticky: true },
    codes: full,
    points: 3,
  },
  {
    what: 'that has a quota',
    fault: { ops: ['write'], match: 'staging|objects', errno: 'EDQUOT', sticky: true },
    codes: full,
    points: 1,
  },
  {
    what: 'that fails from some write on',
    fault: { ops: 'grows', errno: 'EIO', sticky: true },
    codes: failed,
    points: 1,
  },
  {
    // Its index is shared in a process, so that what is left of a failed opening would spoil the next.
    what: 'where the index of the log cannot grow',
    fault: { ops: 'grows', match: 'state\\.db-shm', errno: 'ENOSPC', sticky: true },
    codes: full,
    points: 1,
  },
  {
    // A lock that cannot be written is no other process that holds it.
    what: 'where the lock of imports cannot be written',
    fault: { ops: 'changes', match: 'import\\.lock', errno: 'EIO', sticky: true },
    codes: failed,
    points: 1,
  },
  {
    what: 'that makes no folder',
    fault: { ops: ['mkdir'], errno: 'EIO', sticky: true },
    codes: failed,
    points: 1,
  },
  { what: 'whose sync fails once', fault: { ops: ['fsync'], errno: 'EIO' }, codes: failed, points: 3 },
  {
    what: 'whose folders fail to be synced once',
    // SQLite passes over a folder of its own that it cannot sync.
    fault: { ops: ['fsyncdir'], match: '/(?:staging|objects|advisories|keys)', errno: 'EIO' },
    codes: failed,
    points: 2,
  },
  {
    what: 'that becomes read-only',
    fault: { ops: 'changes', errno: 'EROFS', sticky: true },
    codes: failed,
    points: 1,
  },
];

describe.skipIf(!can)('an import onto a broken disk', () => {
  const { tryCommand } = commandProcess();
  const folder = temporaryFolder('broken-disk');
  const disks: FuseMount[] = [];
  let site: FaultSite;
  let runs = 0;
  const importTo = (dataDir: string) =>
    tryCommand('sallyport', ['bundle', 'import', ...site.volumes, '--data', dataDir, '--json']);
  const counts = new Map<Fault, number>();

  beforeAll(async () => {
    site = await makeFaultSite(join(folder.path, 'site'), {
      packages: 4,
      packageBytes: 300_000,
      largeBytes: 9_000_000,
      bundle: { volumeBytes: 10_000_000 },
    });
    for (const name of ['a', 'b']) disks.push(await mountFuse(join(folder.path, name), { isOnlyWay: true }));
    // How often each operation occurs in one import.
    await onDisks(['whole'], async (_, disk, name) => {
      await disk.setFaults(...broken.map(({ fault }) => ({ ...fault, skip: Number.MAX_SAFE_INTEGER })));
      expect(await importTo(join(disk.path, name))).toMatchObject({ status: 0 });
      const { rules } = await disk.status();
      for (const [index, { fault }] of broken.entries()) counts.set(fault, rules[index]?.seen ?? 0);
    });
  });
  afterAll(async () => {
    for (const disk of disks) await disk.remove();
    folder.remove();
  });

  /** Runs `work` with each item on a disk of its own with a fresh data directory. */
  const onDisks = async <T>(items: readonly T[], work: (item: T, disk: FuseMount, name: string) => Promise<void>) => {
    const free = [...disks];
    await twoAtATime(items, async (item) => {
      const disk = free.pop();
      if (disk === undefined) throw new Error('no disk is free');
      runs += 1;
      const name = `data-${runs}`;
      copyData(site.base, join(disk.folder, name));
      try {
        await work(item, disk, name);
      } finally {
        await disk.setFaults();
        // Many hundred of them lie in memory.
        rmSync(join(disk.folder, name), { recursive: true, force: true });
        free.push(disk);
      }
    });
  };

  const spread = (count: number, points: number): number[] =>
    isLong || count <= points
      ? Array.from({ length: count }, (_, n) => n)
      : // The last one is of closing, after everything was said: in one fault of those that strike everywhere.
        Array.from({ length: points }, (_, n) =>
          points === 3 && n === 2 ? count - 1 : Math.floor(((n + 0.5) * count) / points),
        );

  /** Breaks the disk at each such operation, or at `points` of them, and expects one of the codes. */
  const breakAt = async (
    fault: Fault,
    codes: RegExp,
    points: number,
  ): Promise<{ codes: string[]; old: number; new: number }> => {
    const seen = { codes: [] as string[], old: 0, new: 0 };
    const states: { skip: number; isNew: boolean }[] = [];
    const count = counts.get(fault) ?? 0;
    expect(count).toBeGreaterThanOrEqual(points);
    await onDisks([...spread(count, points).entries()], async ([index, skip], disk, name) => {
      const dataDir = join(disk.path, name);
      const below = join(disk.folder, name);
      await disk.setFaults({ ...fault, skip });
      const outcome = await importTo(dataDir);
      const struck = (await disk.status()).rules[0]?.struck ?? 0;
      await disk.setFaults();
      const said = `operation ${skip} of ${count}: ${outcome.stdout}${outcome.stderr}`;
      const isNew = site.expectOldOrNew(below);
      seen[isNew ? 'new' : 'old'] += 1;
      states.push({ skip, isNew });
      if (outcome.status === 0) expect(isNew, said).toBe(true);
      else {
        expect(outcome.status, said).toBe(1);
        expect(outcome.stdout, said).toMatch(/^\{/);
        const { error, message } = JSON.parse(outcome.stdout) as { error: string; message: string };
        // SQLite does not always tell a full disk from one that fails.
        if (!(error === 'STORE_IO' && /SQLITE_(?:IOERR|CANTOPEN)/.test(message))) expect(error, said).toMatch(codes);
        expect(outcome.stderr).not.toMatch(/\n\s+at /);
        seen.codes.push(error);
      }
      expect(struck, said).toBeGreaterThan(0);
      const damage = (await findingsOf(below)).filter(
        ({ check, detail }) =>
          !(check === 'left behind' || (check === 'exchange' && /ended while|another snapshot/.test(detail))),
      );
      expect(damage, said).toEqual([]);
      if (index % finishesEach !== 0) return;
      // The disk that works again.
      const again = await importTo(below);
      expect(again, `${said}\nagain: ${again.stdout}${again.stderr}`).toMatchObject({ status: 0 });
      expect(JSON.parse(again.stdout)).toMatchObject({ result: isNew ? 'already' : 'imported' });
      await site.expectComplete(below);
    });
    // A failure that was passed over would give the new state too early.
    const firstNew = Math.min(...states.filter(({ isNew }) => isNew).map(({ skip }) => skip));
    expect(states.filter(({ skip, isNew }) => !isNew && skip > firstNew)).toEqual([]);
    console.info(JSON.stringify({ fault, count, seen }));
    return seen;
  };

  it('that lets nothing be removed any more either is told by its first error', async () => {
    await onDisks(['whole'], async (_, disk, name) => {
      await disk.setFaults({ ops: ['rename', 'unlink'], errno: 'EROFS', sticky: true });
      expect(() => writeFileDurable(join(disk.path, name, 'file'), 'new')).toThrow(
        expect.objectContaining({ code: 'EROFS' }),
      );
    });
  });

  for (const { what, fault, codes, points } of broken) {
    it(what, async () => {
      const { old } = await breakAt(fault, codes, points);
      expect(old).toBeGreaterThan(0);
    }, 7_200_000);
  }
});

if (!can) it('an import onto a broken disk', (context) => context.skip(fuseNeeds));
