import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { listMedium } from '@sallyport/bundle-tools/media/find';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { type Outcome, temporaryFolder } from '../support/commands.ts';
import { canMountFuse, type Fault, type FuseMount, fuseNeeds, mountFuse } from '../support/fuse/mount.ts';
import { until } from '../support/until.ts';
import { copyData, type FaultSite, makeFaultSite, opened } from './fault-site.ts';
import { startImport } from './import-run.ts';

// Media that fail while they are read or written, by a file system of our own: bad sectors, pulled out, full, read-only,
// and files that change under the reader. The real commands name what happened, keep what was verified, and never leave
// half a file that looks whole.

const MiB = 1024 * 1024;
const can = canMountFuse();

describe.skipIf(!can)('a medium that fails', () => {
  const { tryCommand } = commandProcess();
  const importOf = (dataDir: string, paths: readonly string[]) =>
    tryCommand('sallyport', ['bundle', 'import', ...paths, '--data', dataDir, '--json']);
  const folder = temporaryFolder('broken-medium');
  let site: FaultSite;
  let medium: FuseMount;
  let volume = '';
  let runs = 0;

  beforeAll(async () => {
    site = await makeFaultSite(join(folder.path, 'site'), { packages: 6, packageBytes: MiB, largeBytes: 20 * MiB });
    medium = await mountFuse(join(folder.path, 'medium'));
    volume = basename(site.volumes[0] ?? '');
    copyFileSync(join(site.medium, volume), join(medium.folder, volume));
  });
  afterEach(async () => {
    await medium.setFaults();
    await medium.setReadOnly(false);
  });
  afterAll(async () => {
    await medium.remove();
    folder.remove();
  });

  const lay = (): string => {
    runs += 1;
    return copyData(site.base, join(folder.path, `data-${runs}`));
  };

  const errorOf = ({ stdout, stderr }: Outcome): unknown => {
    expect(stderr).not.toMatch(/\n\s+at /);
    return (JSON.parse(stdout) as { error?: string }).error;
  };

  const stored = (dataDir: string): number =>
    readdirSync(join(dataDir, 'objects', 'sha256'), { recursive: true }).length;

  const receiptCodes = (dataDir: string): Promise<string[]> =>
    opened(dataDir, ({ exchange }) => exchange.receipts({ limit: 1 }).rows.map(({ code }) => String(code)));

  /** Imports from the failing medium, which is refused with one code; then from the whole one where objects were kept. */
  const expectRefused = async (fault: Fault, code: string, keepsObjects: boolean): Promise<void> => {
    const dataDir = lay();
    const held = stored(dataDir);
    await medium.setFaults(fault);
    const outcome = await importOf(dataDir, [medium.path]);
    expect(outcome.status).toBe(1);
    expect(errorOf(outcome)).toBe(code);
    expect((await medium.status()).rules[0]?.struck).toBeGreaterThan(0);
    expect(site.expectOldOrNew(dataDir)).toBe(false);
    expect(await receiptCodes(dataDir)).toEqual([code]);
    if (!keepsObjects) return;
    expect(stored(dataDir)).toBeGreaterThan(held);
    await medium.setFaults();
    expect(await importOf(dataDir, [medium.path])).toMatchObject({ status: 0 });
    await site.expectComplete(dataDir);
  };

  it('with a bad sector in the middle: MEDIUM_IO, what was read before it is kept, and the import resumes', () =>
    expectRefused({ ops: ['read'], fromByte: 10 * MiB, errno: 'EIO', sticky: true }, 'MEDIUM_IO', true));

  it('with a bad sector at its start: MEDIUM_IO', () =>
    expectRefused({ ops: ['read'], errno: 'EIO', sticky: true, skip: 1 }, 'MEDIUM_IO', false));

  it('that is pulled out in the middle: MEDIUM_IO, and the import resumes', () =>
    expectRefused({ ops: ['read'], fromByte: 12 * MiB, errno: 'ENODEV', pull: true }, 'MEDIUM_IO', true));

  it('whose reader has lost it: MEDIUM_IO', () =>
    expectRefused({ ops: ['read'], fromByte: 5 * MiB, errno: 'ENOMEDIUM', pull: true }, 'MEDIUM_IO', false));

  it('that cannot be listed: MEDIUM_IO', async () => {
    await medium.setFaults({ ops: ['readdir'], errno: 'EIO', sticky: true });
    const outcome = await importOf(lay(), [medium.path]);
    expect(errorOf(outcome)).toBe('MEDIUM_IO');
  });

  it('that is read-only is as good as any', async () => {
    const dataDir = lay();
    await medium.setReadOnly(true);
    expect(await importOf(dataDir, [medium.path])).toMatchObject({ status: 0 });
    await site.expectComplete(dataDir);
  });

  /** Stops the import when it reads beyond a byte, does `work` to the medium, and lets it go on. */
  const whileReading = async (
    fromByte: number,
    work: (dataDir: string) => Promise<void> | void,
  ): Promise<{ outcome: Outcome; dataDir: string }> => {
    const dataDir = lay();
    await medium.setFaults({ ops: ['read'], fromByte, hold: true });
    const running = startImport(dataDir, [medium.path]);
    await until(async () => ((await medium.status()).rules[0]?.struck ?? 0) > 0);
    await work(dataDir);
    await medium.setFaults();
    return { outcome: await running.ended, dataDir };
  };

  const restore = (): void => copyFileSync(join(site.medium, volume), join(medium.folder, volume));

  it('lets one import work and refuses another beside it: BUSY', async () => {
    const { outcome, dataDir } = await whileReading(10 * MiB, async (busy) => {
      const second = await importOf(busy, [join(site.medium, volume)]);
      expect(second.status).toBe(1);
      expect(errorOf(second)).toBe('BUSY');
      expect(second.stderr).toContain('another import');
    });
    expect(outcome).toMatchObject({ status: 0 });
    await site.expectComplete(dataDir);
  });

  it('whose file is rewritten while it is read: HASH, nothing of it is taken', async () => {
    try {
      const { outcome, dataDir } = await whileReading(10 * MiB, async () => {
        const file = await open(join(medium.folder, volume), 'r+');
        await file.write(Buffer.alloc(4 * MiB, 7), 0, 4 * MiB, 14 * MiB);
        await file.close();
      });
      expect(errorOf(outcome)).toBe('HASH');
      expect(site.expectOldOrNew(dataDir)).toBe(false);
    } finally {
      restore();
    }
  });

  it('whose file is renamed while it is read: no effect', async () => {
    try {
      const { outcome, dataDir } = await whileReading(10 * MiB, () => {
        renameSync(join(medium.folder, volume), join(medium.folder, 'other.tar'));
      });
      expect(outcome).toMatchObject({ status: 0 });
      await site.expectComplete(dataDir);
    } finally {
      rmSync(join(medium.folder, 'other.tar'), { force: true });
      restore();
    }
  });

  it('whose file is cut while it is read: TRUNCATED', async () => {
    try {
      const { outcome, dataDir } = await whileReading(10 * MiB, () =>
        truncateSync(join(medium.folder, volume), 13 * MiB),
      );
      expect(errorOf(outcome)).toBe('TRUNCATED');
      expect(site.expectOldOrNew(dataDir)).toBe(false);
    } finally {
      restore();
    }
  });

  describe('when a request is written to it', () => {
    const exportTo = (dataDir: string): Promise<Outcome> =>
      tryCommand('sallyport', ['request', 'export', '--out', medium.path, '--data', dataDir, '--json']);

    /** Whole requests on the medium, and the number that the site counts. */
    const requests = (): string[] =>
      listMedium(medium.folder).flatMap(({ kind, path }) => (kind === 'request' ? [path] : []));

    const expectNoHalf = async (fault: Fault | 'read-only', code: RegExp): Promise<void> => {
      const dataDir = lay();
      for (const path of requests()) rmSync(path);
      if (fault === 'read-only') await medium.setReadOnly(true);
      else await medium.setFaults(fault);
      const outcome = await exportTo(dataDir);
      expect(outcome.status).toBe(1);
      expect(errorOf(outcome)).toMatch(code);
      await medium.setFaults();
      await medium.setReadOnly(false);
      expect(requests()).toEqual([]);
      const again = await exportTo(dataDir);
      expect(again, again.stderr).toMatchObject({ status: 0 });
      const { path, sizeBytes } = JSON.parse(again.stdout) as { path: string; sizeBytes: number };
      expect(requests().map((each) => basename(each))).toEqual([basename(path)]);
      expect(readFileSync(join(medium.folder, basename(path))).length).toBe(sizeBytes);
      // Nothing hidden is left of the first try.
      expect(readdirSync(medium.folder).filter((name) => name.startsWith('.'))).toEqual([]);
    };

    it('and it becomes full: NO_SPACE', () =>
      expectNoHalf({ ops: 'grows', errno: 'ENOSPC', sticky: true, skip: 1 }, /^NO_SPACE$/));
    it('and its quota is used up: NO_SPACE', () =>
      expectNoHalf({ ops: ['write'], errno: 'EDQUOT', sticky: true }, /^NO_SPACE$/));
    it('and it cannot be synced: MEDIUM_IO', () => expectNoHalf({ ops: ['fsync'], errno: 'EIO' }, /^MEDIUM_IO$/));
    it('and it is pulled out: MEDIUM_IO', () =>
      expectNoHalf({ ops: ['write'], errno: 'ENODEV', pull: true }, /^MEDIUM_IO$/));
    it('and it is pulled out before the file has its name: MEDIUM_IO', () =>
      expectNoHalf({ ops: ['rename'], errno: 'ENODEV', pull: true }, /^MEDIUM_IO$/));
    it('and it is read-only: MEDIUM_IO', () => expectNoHalf('read-only', /^MEDIUM_IO$/));
  });

  it('leaves the bundle on it as it was', () => {
    expect(readFileSync(join(medium.folder, volume)).equals(readFileSync(join(site.medium, volume)))).toBe(true);
    expect(existsSync(medium.path)).toBe(true);
    mkdirSync(join(medium.path, 'x'));
    rmSync(join(medium.path, 'x'), { recursive: true });
  });
});

if (!can) it('a medium that fails', (context) => context.skip(fuseNeeds));
