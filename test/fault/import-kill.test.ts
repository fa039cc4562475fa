import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { random } from '../bench/support/random.ts';
import { seed } from '../support/chance.ts';
import { commandProcess } from '../support/command-process.ts';
import { temporaryFolder } from '../support/commands.ts';
import { canMountFuse, type Fault, type FuseMount, fuseNeeds, mountFuse } from '../support/fuse/mount.ts';
import { isLong, twoAtATime } from '../support/long.ts';
import { copyData, type FaultSite, makeFaultSite } from './fault-site.ts';
import { startImport } from './import-run.ts';

// The real command is killed with SIGKILL while it imports two volumes, one object cut over both of them: in front of the n-th thing that it does to its disk, for n
// spread over one whole import, and in front of statements of its database that a seed chooses. After each kill the state is the old or the new one, as a whole; the
// next import finishes; doctor finds nothing. At half of the points its child lives on for a moment, as after a kill of
// one process; at the others both are gone.

const killsAtSteps = isLong ? 210 : 6;
// Finishing takes longer than the kill.
const finishesEach = 5;
const killsAtStatements = isLong ? 40 : 4;
const can = canMountFuse();

describe('an import that is killed', () => {
  const { tryCommand } = commandProcess();
  const folder = temporaryFolder('import-kill');
  const disks: FuseMount[] = [];
  let site: FaultSite;
  let runs = 0;
  const seen = { kills: 0, old: 0, new: 0 };
  /** What one whole import does to its disk, and to its database. */
  const whole = { steps: 0, statements: 0 };

  beforeAll(async () => {
    site = await makeFaultSite(join(folder.path, 'site'), {
      packages: 4,
      largeBytes: 9_000_000,
      bundle: { volumeBytes: 9_000_000 },
    });
    if (can) for (const name of ['a', 'b']) disks.push(await mountFuse(join(folder.path, name), { isOnlyWay: true }));
    const [disk] = disks;
    await disk?.setFaults({ ops: 'changes', skip: Number.MAX_SAFE_INTEGER });
    const name = lay(disk?.folder ?? folder.path);
    const count = join(folder.path, 'statements-of-all');
    const dataDir = join(disk?.path ?? folder.path, name);
    const ended = await startImport(dataDir, site.volumes, { at: { count } }).ended;
    expect(ended, ended.stdout + ended.stderr).toMatchObject({ status: 0 });
    whole.steps = (await disk?.status())?.rules[0]?.seen ?? 0;
    whole.statements = Number(readFileSync(count, 'utf8'));
  });
  afterAll(async () => {
    for (const disk of disks) await disk.remove();
    folder.remove();
  });

  const lay = (home: string): string => {
    runs += 1;
    copyData(site.base, join(home, `data-${runs}`));
    return `data-${runs}`;
  };

  /** Once more to the end: then everything is there and nothing is left behind. */
  const expectFinishes = async (dataDir: string): Promise<void> => {
    const line = ['bundle', 'import', ...site.volumes, '--data', dataDir, '--json'];
    const { status, stdout, stderr } = await tryCommand('sallyport', line);
    expect(status, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/"result":"(?:imported|already)"/);
    await site.expectComplete(dataDir);
  };

  /**
   * Each second point anywhere, the others in the last tenth, where the switch is and what follows it; two when an object
   * has its name and not its bytes (what the killed process had asked for is still done).
   */
  const killAt = (number: number, steps: number): Fault => {
    const kill = number % 4 < 2 ? 'group' : 'leader';
    if (number === 4 || number === 6)
      return { ops: ['create'], match: '/staging/[^/]+/objects/', skip: number / 2, kill };
    const share = Math.floor(number / 2) / (killsAtSteps / 2);
    return { ops: 'changes', skip: Math.floor((number % 2 === 0 ? share : 0.9 + 0.1 * share) * steps), kill };
  };

  const expectWhole = (dataDir: string, stdout: string): boolean => {
    const isNew = site.expectOldOrNew(dataDir);
    if (stdout.includes('"imported"')) expect(isNew).toBe(true);
    seen[isNew ? 'new' : 'old'] += 1;
    seen.kills += 1;
    return isNew;
  };

  it('is whole after a kill in front of each step', async (context) => {
    if (!can) return context.skip(fuseNeeds);
    const { steps } = whole;
    expect(steps).toBeGreaterThan(killsAtSteps);

    const free = [...disks];
    await twoAtATime([...Array(killsAtSteps).keys()], async (number) => {
      const disk = free.pop();
      if (disk === undefined) throw new Error('no disk is free');
      try {
        const fault = killAt(number, steps);
        const name = lay(disk.folder);
        await disk.setFaults(fault);
        const { signal, stdout } = await startImport(join(disk.path, name), site.volumes).ended;
        await disk.setFaults();
        expect(signal, `${JSON.stringify(fault)} of ${steps}: ${stdout}`).toBe('SIGKILL');
        const isNew = expectWhole(join(disk.folder, name), stdout);
        // After the switch little is left to do, and all of it must be done.
        if (isLong || isNew || fault.match !== undefined || number % finishesEach === 0)
          await expectFinishes(join(disk.folder, name));
        rmSync(join(disk.folder, name), { recursive: true, force: true });
      } finally {
        free.push(disk);
      }
    });
    expect(seen.kills).toBe(killsAtSteps);
    expect(seen.old).toBeGreaterThan(killsAtSteps / 20);
    expect(seen.new).toBeGreaterThan(killsAtSteps / 20);
    console.info(`${seen.kills} kills in ${steps} steps: ${seen.old} old, ${seen.new} new`);
  }, 1_800_000);

  it(`is whole after kills in front of statements, one after the other on the same data (seed ${seed})`, async () => {
    const chance = random(seed);
    const home = join(folder.path, 'statements');
    const { statements } = whole;
    expect(statements).toBeGreaterThan(100);
    const before = seen.kills;
    for (let row = 0; seen.kills < before + killsAtStatements; row += 1) {
      expect(row).toBeLessThan(killsAtStatements);
      const dataDir = join(home, lay(home));
      for (let kill = 0; kill < 4; kill += 1) {
        const statement = 1 + Math.floor(chance.next() * statements);
        const at = { statement, act: kill % 2 === 0 ? 'kill' : 'kill-group' } as const;
        const { signal, stdout } = await startImport(dataDir, site.volumes, { at }).ended;
        // One that goes on with what another left has less to do.
        if (kill === 0) expect(signal, `statement ${statement} of ${statements}: ${stdout}`).toBe('SIGKILL');
        if (signal === 'SIGKILL') expectWhole(dataDir, stdout);
      }
      await expectFinishes(dataDir);
    }
  }, 900_000);
});
