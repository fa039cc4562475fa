import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { openDatabase } from '@sallyport/appliance/platform/database';
import { openLog } from '@sallyport/appliance/platform/log';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { layCopy } from '../../appliance/test/support/made-once.ts';
import { random } from '../bench/support/random.ts';
import { type AtStep, atStep } from '../support/at-step.ts';
import { seed } from '../support/chance.ts';
import { freePort, temporaryFolder } from '../support/commands.ts';
import { type InstalledSite, initSite, installedSite } from '../support/installed-site.ts';
import { isLong } from '../support/long.ts';
import { breakServer, layRelease, nextStep, nextStepFile, presentStep } from '../support/release-tree.ts';
import { findingsOf } from './fault-site.ts';

// An upgrade is killed with SIGKILL: the command, what it has done in the data folder, its trial, the server of the new release, the server that puts back, one alone or
// all at once as by a power cut, in front of a step that a seed chooses. Then the computer starts: whatever `current` leads to is
// started, and what ends upgrades that were cut off runs. The old or the new release serves, with the database that it has to
// have, and with everything that was in it.

const kills = isLong ? 100 : 6;
const entries = 3;
const step = 'create table next (n integer) strict; insert into next values (1)';
/** Within so many steps of a start the database is kept, migrated or put back. */
const startSteps = 60;
/** An upgrade that goes back takes so many more. */
const wayBackSteps = 4;

type Plan = { role: string; act: 'kill' | 'kill-group'; to: string; early?: boolean };

/** What is killed, in turn: of an upgrade that succeeds to 0.3.0, of one that has to go back to 0.5.0. */
const plans: readonly Plan[] = [
  { role: 'serve-0.5.0', act: 'kill-group', to: '0.5.0', early: true },
  { role: 'upgrade-0.3.0', act: 'kill-group', to: '0.3.0' },
  { role: 'serve-0.2.0', act: 'kill-group', to: '0.5.0', early: true },
  { role: 'serve-0.3.0', act: 'kill', to: '0.3.0' },
  { role: 'upgrade-0.5.0', act: 'kill-group', to: '0.5.0' },
  { role: 'upgrade-0.3.0', act: 'kill', to: '0.3.0' },
  { role: 'serve-0.3.0', act: 'kill-group', to: '0.3.0', early: true },
  { role: 'trial-0.3.0', act: 'kill', to: '0.3.0' },
  { role: 'acts-0.3.0', act: 'kill', to: '0.3.0' },
  { role: 'acts-0.5.0', act: 'kill-group', to: '0.5.0' },
];

/** How long a release has to serve once it was started, in seconds: one that never does has ended by then. */
const withinOf = (to: string): string => (to === '0.5.0' ? '1' : '60');

describe('an upgrade that is killed', () => {
  const folder = temporaryFolder('upgrade-kill');
  const at = (...parts: string[]): string => join(folder.path, ...parts);
  const seen = { kills: 0, old: 0, new: 0, returned: 0 };
  let site: InstalledSite | undefined;
  let port = 0;
  let runs = 0;

  beforeAll(async () => {
    for (const to of ['0.3.0', '0.5.0']) {
      layRelease(at(to), '0.2.0');
      layRelease(at(to), to, { [nextStepFile]: step });
    }
    breakServer(at('0.5.0/releases/0.5.0'));
    port = await freePort();
    await initSite(at('base'), port);
    const appliance = await compose({ dataDir: at('base'), log: openLog('silent') });
    for (let count = 0; count < entries; count += 1)
      appliance.objects.create(systemActor, 'role', { name: `Role ${count}`, rights: ['metrics:read'] });
    await appliance.close();
  });
  afterAll(async () => {
    await site?.supervise('stop');
    folder.remove();
  });

  /** A computer of its own, on which release 0.2.0 serves, or is only installed. */
  const lay = async (to: string, serves = true): Promise<InstalledSite> => {
    await site?.supervise('stop');
    if (site !== undefined) rmSync(site.root, { recursive: true });
    runs += 1;
    site = installedSite(at(`run-${runs}`), at(to, 'releases'), '0.2.0', port);
    layCopy(at('base'), site.data);
    if (serves) {
      await site.supervise('start');
      await site.serves();
    }
    return site;
  };
  const upgrade = (on: InstalledSite, to: string, order: AtStep) => {
    const line = ['upgrade', ...on.place, '--within', withinOf(to), '--json'];
    return on.run(on.release(to), line, { env: atStep(order), detached: true });
  };
  /** How many steps the processes of a whole upgrade take. */
  const stepsOfAll = async (): Promise<(role: string) => number> => {
    const on = await lay('0.3.0');
    const counts = at('counts');
    mkdirSync(counts);
    const { status, stderr } = await upgrade(on, '0.3.0', { counts });
    expect(status, stderr).toBe(0);
    await on.supervise('stop');
    const stepsOf = (name: string): number => Number(readFileSync(join(counts, `${name}-0.3.0`), 'utf8'));
    return (role) => stepsOf(role.split('-')[0] ?? '') + (role === 'upgrade-0.5.0' ? wayBackSteps : 0);
  };

  const expectWhole = async (on: InstalledSite, about: string): Promise<void> => {
    const version = on.current();
    // What is tested here is release 0.2.0; the schema of the others is known to themselves alone.
    if (version === '0.2.0') expect(await findingsOf(on.data), about).toEqual([]);
    else {
      const { status, stdout, stderr } = await on.run(on.release(version), ['doctor', '--data', on.data]);
      expect(status, `${about}: ${stderr}${stdout}`).toBe(0);
    }
    const db = openDatabase(join(on.data, 'state.db'), { readonly: true });
    expect(db.pragma('user_version', { simple: true }), about).toBe(version === '0.2.0' ? presentStep : nextStep);
    const count = (sql: string): unknown => db.prepare(`select count(*) from ${sql}`).pluck().get();
    const held = count("object where kind = 'role' and title like 'Role %'");
    seen.returned += Number(count("event where type = 'release-returned'"));
    db.close();
    expect(held, about).toBe(entries);
  };

  it(`leaves the old or the new release, whole (seed ${seed})`, async () => {
    const chance = random(seed);
    const stepsOf = await stepsOfAll();
    for (let turn = 0; seen.kills < kills; turn += 1) {
      expect(turn).toBeLessThan(2 * kills + 8);
      const { role, act, to, early } = plans[turn % plans.length] as Plan;
      const on = await lay(to, isLong || turn % 2 === 0);
      const all = stepsOf(role);
      const last = early && chance.next() < 0.75 ? Math.min(startSteps, all) : all;
      const killed = join(on.root, 'killed');
      const order: AtStep = { role, act, killed, step: 1 + Math.floor(chance.next() * last) };
      const { stderr } = await upgrade(on, to, order);
      const about = `${JSON.stringify(order)} of ${all}, to ${to}: ${stderr}`;
      if (existsSync(killed)) seen.kills += 1;
      // A power cut leaves nothing that runs.
      if (act === 'kill-group' && existsSync(killed)) on.cutPower();
      await on.supervise('start');
      const previous = existsSync(join(on.root, 'previous')) ? 'previous' : 'current';
      const ended = await on.run(join(on.root, previous), [
        'upgrade',
        '--settle',
        ...on.place,
        '--json',
        '--within',
        withinOf(to),
      ]);
      const told = `${about}\n${ended.stderr}${ended.stdout}`;
      await on.serves();
      expect(['0.2.0', ...(to === '0.3.0' ? ['0.3.0'] : [])], told).toContain(on.current());
      await expectWhole(on, told);
      seen[on.current() === '0.2.0' ? 'old' : 'new'] += 1;
    }
    console.info(`${seen.kills} kills: ${seen.old} old, ${seen.new} new`);
    expect(seen.old).toBeGreaterThan(0);
    expect(seen.new).toBeGreaterThan(0);
    // A database that was migrated was put back.
    expect(seen.returned).toBeGreaterThan(0);
  }, 7_200_000);
});
