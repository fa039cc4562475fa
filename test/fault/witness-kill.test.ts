import { chmodSync, cpSync, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { newTokenSecret, tokenHash } from '@sallyport/appliance/features/devices/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { layCopy } from '../../appliance/test/support/made-once.ts';
import { atStep } from '../support/at-step.ts';
import { freePort, temporaryFolder } from '../support/commands.ts';
import { initSite } from '../support/installed-site.ts';
import { layRelease, runRelease } from '../support/release-tree.ts';
import { findingsOf } from './fault-site.ts';

// A command is killed with SIGKILL in front of each file of the witness that it lays in its place, and before its transaction is
// committed. What it left is no return and no damage, and what was tightened stays so under the database of before.

const folder = temporaryFolder('witness-kill');
const at = (...parts: string[]): string => join(folder.path, ...parts);
const keys = (...parts: string[]): string => at('site', 'keys', ...parts);
const tightened = 'devices.scan-second-person';
const covered = { isCovered: true, uncompared: [], failed: [] };
let release = '';

const opened = async <T>(work: (appliance: Appliance) => T | Promise<T>): Promise<T> => {
  const appliance = await compose({ dataDir: at('site'), log: openLog('silent') });
  try {
    return await work(appliance);
  } finally {
    await appliance.close();
  }
};
const layOldDatabase = (): void => {
  for (const name of readdirSync(at('site'))) if (name.startsWith('state.db')) rmSync(at('site', name));
  cpSync(at('old.db'), at('site', 'state.db'));
};
const tighten = ['setting', 'set', tightened, 'true'];
const command = (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
  runRelease(release, [...args, '--data', at('site'), '--json'], { env });

beforeAll(async () => {
  layRelease(folder.path, '0.3.0');
  release = at('releases/0.3.0');
  await initSite(at('base'), await freePort());
  layCopy(at('base'), at('site'));
  await opened(({ objects, rollbackDetector }) => {
    const body = { name: 'line', purpose: 'agent', hash: tokenHash(newTokenSecret()) } as const;
    objects.create(systemActor, 'token', body);
    objects.setSetting(systemActor, tightened, false);
    rollbackDetector.flush();
  });
  // Digests with something added to them.
  await opened(({ db, objects }) => {
    objects.create(systemActor, 'role', { name: 'Night', rights: ['events:read'] });
    return db.backup(at('old.db'));
  });
  chmodSync(at('old.db'), 0o600);
  rmSync(at('base'), { recursive: true });
  layCopy(at('site'), at('base'));
});
afterAll(() => folder.remove());

type Case = {
  readonly what: string;
  readonly before: () => void | Promise<void>;
  readonly args: readonly string[];
  /** In front of so many steps it is killed. */
  readonly kills: number;
  readonly isReturn: boolean;
};

const nothing = (): void => undefined;
const cases: readonly Case[] = [
  { what: 'adds to the digests', before: nothing, args: tighten, kills: 2, isReturn: false },
  {
    what: 'writes all of them anew',
    // As beside a witness that another release wrote.
    before: () => rmSync(keys('witness-added')),
    args: tighten,
    kills: 4,
    isReturn: false,
  },
  {
    what: 'finds that the database went back',
    before: async () => {
      expect(await command(tighten)).toMatchObject({ status: 0 });
      layOldDatabase();
    },
    args: ['device', 'list'],
    kills: 3,
    isReturn: true,
  },
];

it.each(cases)(
  'a command that is killed while it $what leaves what was seen',
  async (one) => {
    const files = '/keys/witness[a-z-]*$';
    const only = one.isReturn ? `${files}|^COMMIT$` : files;
    const role = `${one.args[0]}-0.3.0`;
    let kills = 0;
    for (let step = 1; ; step += 1) {
      rmSync(at('site'), { recursive: true, force: true });
      layCopy(at('base'), at('site'));
      await one.before();
      const killed = at('killed');
      rmSync(killed, { force: true });
      const { signal, stderr } = await command(one.args, atStep({ role, act: 'kill', step, only, killed }));
      if (!existsSync(killed)) break;
      kills += 1;
      const about = `killed in front of step ${step}: ${stderr}`;
      expect(signal, about).toBe('SIGKILL');
      rmSync(at('left'), { recursive: true, force: true });
      layCopy(at('site'), at('left'));
      // Not opened in between: what the witness has not seen is no return, what it has seen is known whole.
      layOldDatabase();
      await opened(({ objects, rollbackDetector }) => {
        const returns = rollbackDetector.returns();
        for (const back of returns) expect(back, about).toMatchObject(covered);
        if (returns.length > 0) expect(objects.setting(tightened), about).toBe(true);
      });
      rmSync(at('site'), { recursive: true });
      layCopy(at('left'), at('site'));
      await opened(({ objects, rollbackDetector }) => {
        expect(rollbackDetector.returns().length > 0, about).toBe(one.isReturn);
        for (const back of rollbackDetector.returns()) expect(back, about).toMatchObject(covered);
        if (one.isReturn) expect(objects.setting(tightened), about).toBe(true);
        // Killed before it came to that.
        else if (!objects.setting(tightened)) objects.setSetting(systemActor, tightened, true);
      });
      const findings = (await findingsOf(at('site'))).filter(({ check }) => check !== 'rollback');
      expect(findings, about).toEqual([]);
      layOldDatabase();
      await opened(({ objects, rollbackDetector }) => {
        expect(objects.setting(tightened), about).toBe(true);
        expect(rollbackDetector.tokens.list(), about).toMatchObject([{ name: 'line' }]);
        expect(rollbackDetector.returns()[0], about).toMatchObject(covered);
      });
    }
    expect(kills).toBe(one.kills);
  },
  600_000,
);
