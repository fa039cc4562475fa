import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { type PlcService, plcService } from '@sallyport/appliance/features/plcs/service';
import { sharedMaps } from '@sallyport/appliance/features/plcs/shared-maps';
import { openDatabase } from '@sallyport/appliance/platform/database';
import { openLog } from '@sallyport/appliance/platform/log';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plcPicture } from '../../appliance/test/support/plc-picture.ts';
import { makeSite, type Site } from '../bench/support/site.ts';
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
  const opened = async <T>(work: (plcs: PlcService, appliance: Appliance) => T | Promise<T>): Promise<T> => {
    const appliance = await compose({ dataDir: site.dataDir, log });
    const { db, objects, events, plcs } = appliance;
    const clock = (): number => nowMs() + later;
    const after = plcService({ db, objects, events, collections: plcs.collections, maps: sharedMaps, clock });
    try {
      return await work(after.service, appliance);
    } finally {
      await appliance.close();
    }
  };
  const run = (...args: string[]) =>
    spawn(process.execPath, [binOf('sallyport'), 'controller', ...args, '--data', site.dataDir], { stdio: 'ignore' });
  const ended = (child: ReturnType<typeof run>): Promise<string> =>
    new Promise((resolve) => child.once('exit', (code, signal) => resolve(String(signal ?? code))));
  const finished = (...args: string[]): Promise<string> => ended(run(...args));

  /** Runs a command, and kills it when so many readings of the newest origin are there, holding the lock meanwhile. */
  const killed = async (args: readonly string[], is: 'taking' | 'undoing', reached: (n: number) => boolean) => {
    const db = openDatabase(join(site.dataDir, 'state.db'));
    const child = run(...args);
    const end = ended(child);
    try {
      for (;;) {
        db.exec('begin immediate');
        const origin = db.prepare('select id, state from plc_origin order by id desc limit 1').get() as {
          id: number;
          state: string;
        };
        const n = db.prepare<[number], number>('select count(*) from plc_reading where origin = ?').pluck();
        const isThere = origin.state === is && reached(n.get(origin.id) ?? 0);
        if (isThere) child.kill('SIGKILL');
        const how = isThere ? await end : undefined;
        db.exec('rollback');
        if (how !== undefined) return how;
        if (child.exitCode !== null) return String(child.exitCode);
        await sleep(4);
      }
    } finally {
      db.close();
    }
  };

  beforeAll(async () => {
    site = await makeSite('controller-kill');
    const plant = plantControllers(count);
    files = { known: join(site.dataDir, '../known.csv'), all: join(site.dataDir, '../all.csv') };
    writeFileSync(files.known, csvTable(plant.slice(0, known), { modules: true }));
    // Some are known already, under an older version.
    const newer = plant.map((plc) => ({ ...plc, firmware: `${plc.firmware}.1` }));
    writeFileSync(files.all, csvTable(newer, { modules: true }));
    expect(await finished('import', files.known)).toBe('0');
  });
  afterAll(() => site.remove());

  it(`are as if it had never come, or as if it had come to its end (seed ${seed})`, async () => {
    const never = await opened((plcs) => plcPicture(plcs));
    expect(never).toHaveLength(known);
    for (let kill = 0; kill < kills; kill += 1) {
      const from = 1 + upTo(count - 120);
      expect(await killed(['import', files.all], 'taking', (n) => n >= from)).toBe('SIGKILL');
      await opened(async (plcs) => {
        expect(plcPicture(plcs)).not.toEqual(never);
        expect(await plcs.recover()).toBe(1);
        expect(plcPicture(plcs)).toEqual(never);
        expect(plcs.verify()).toEqual([]);
      });

      expect(await finished('import', files.all)).toBe('0');
      const origin = await opened((plcs) => {
        expect(plcPicture(plcs)).toHaveLength(count);
        return plcs.origins({ limit: 1 })[0]?.id ?? 0;
      });
      const left = 1 + upTo(count - 120);
      expect(await killed(['origin', 'undo', String(origin)], 'undoing', (n) => n > 0 && n <= left)).toBe('SIGKILL');
      await opened(async (plcs, { db }) => {
        expect(await plcs.recover()).toBe(1);
        expect(plcPicture(plcs)).toEqual(never);
        expect([plcs.verify(), db.pragma('foreign_key_check'), await plcs.recover()]).toEqual([[], [], 0]);
      });
    }
  });
});
