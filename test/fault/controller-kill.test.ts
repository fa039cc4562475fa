import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { type ControllerService, controllerService } from '@sallyport/appliance/features/controllers/service';
import { sharedMaps } from '@sallyport/appliance/features/controllers/shared-maps';
import { protectedKeeper } from '@sallyport/appliance/features/discovery/protected-keeper';
import { openLog } from '@sallyport/appliance/platform/log';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { controllerPicture } from '../../appliance/test/support/controller-picture.ts';
import { makeSite, type Site } from '../bench/support/site.ts';
import { atState } from '../support/at-state.ts';
import { seed } from '../support/chance.ts';
import { binOf } from '../support/commands.ts';
import { isLong } from '../support/long.ts';
import { csvTable, plantControllers } from '../support/plant-files.ts';

// The commands that take a file about controllers and take it back are killed with SIGKILL between two of their steps. Who
// comes after them ends what they left: an import as if it had never come, an undo as if it had come to its end.

const log = openLog('silent');
const kills = isLong ? 20 : 1;
const count = 300;
const known = 120;
const later = 10 * 60_000;

describe('controllers whose import or undo is killed', () => {
  let site: Site;
  let files: { known: string; all: string };
  let state = seed;
  const upTo = (most: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % most;
  };

  /** The site as somebody sees it who comes long after. */
  const opened = async <T>(
    work: (controllers: ControllerService, appliance: Appliance) => T | Promise<T>,
  ): Promise<T> => {
    const appliance = await compose({ dataDir: site.dataDir, log });
    const { db, objects, events, controllers } = appliance;
    const clock = (): number => nowMs() + later;
    const after = controllerService({
      db,
      objects,
      events,
      collections: controllers.collections,
      maps: sharedMaps,
      changed: () => undefined,
      keepProtected: protectedKeeper({ db, clock }).keep,
      clock,
    });
    try {
      return await work(after.service, appliance);
    } finally {
      await appliance.close();
    }
  };
  /** Runs a command to its end: how it ended. */
  const finished = (args: readonly string[], { args: more, env }: Partial<ReturnType<typeof atState>> = {}) =>
    new Promise<string>((resolve) => {
      const line = [...(more ?? []), binOf('sallyport'), 'controller', ...args, '--data', site.dataDir];
      const child = spawn(process.execPath, line, { stdio: 'ignore', env: { ...process.env, ...env } });
      child.once('exit', (code, signal) => resolve(String(signal ?? code)));
    });

  /** Runs a command that kills itself after the transaction which leaves so many readings of the newest import batch. */
  const killed = (args: readonly string[], is: 'taking' | 'undoing', least: number, most: number) =>
    finished(
      args,
      atState({
        act: 'kill',
        // Each piece of the work is a transaction of its own.
        tickMs: 40,
        question: `select count(*) between ${least} and ${most} from controller_reading
          where batch = (select id from import_batch where id = (select max(id) from import_batch) and state = '${is}')`,
      }),
    );

  beforeAll(async () => {
    site = await makeSite('controller-kill');
    const plant = plantControllers(count);
    files = { known: join(site.dataDir, '../known.csv'), all: join(site.dataDir, '../all.csv') };
    writeFileSync(files.known, csvTable(plant.slice(0, known), { modules: true }));
    // Some are known already, under an older version.
    const newer = plant.map((controller) => ({ ...controller, firmware: `${controller.firmware}.1` }));
    writeFileSync(files.all, csvTable(newer, { modules: true }));
    expect(await finished(['import', files.known])).toBe('0');
  });
  afterAll(() => site.remove());

  it(
    `are as if it had never come, or as if it had come to its end (seed ${seed})`,
    async () => {
      const never = await opened((controllers) => controllerPicture(controllers));
      expect(never).toHaveLength(known);
      for (let kill = 0; kill < kills; kill += 1) {
        const from = 1 + upTo(count - 120);
        expect(await killed(['import', files.all], 'taking', from, Number.MAX_SAFE_INTEGER)).toBe('SIGKILL');
        await opened(async (controllers) => {
          expect(controllerPicture(controllers)).not.toEqual(never);
          expect(await controllers.recover()).toBe(1);
          expect(controllerPicture(controllers)).toEqual(never);
          expect(controllers.verify()).toEqual([]);
        });

        expect(await finished(['import', files.all])).toBe('0');
        const batch = await opened((controllers) => {
          expect(controllerPicture(controllers)).toHaveLength(count);
          return controllers.batches({ limit: 1 })[0]?.id ?? 0;
        });
        const left = 100 + upTo(count - 120);
        expect(await killed(['origin', 'undo', String(batch)], 'undoing', 1, left)).toBe('SIGKILL');
        await opened(async (controllers, { db }) => {
          expect(await controllers.recover()).toBe(1);
          expect(controllerPicture(controllers)).toEqual(never);
          expect([controllers.verify(), db.pragma('foreign_key_check'), await controllers.recover()]).toEqual([
            [],
            [],
            0,
          ]);
        });
      }
    },
    isLong ? 3_600_000 : undefined,
  );
});
