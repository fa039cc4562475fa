import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { workTitle } from '@sallyport/ui/worklist/work-row';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { setClocks } from '../../../test/support/clocks.ts';
import { admin } from '../../../test/support/engines.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { makeHost } from '../../../test/support/host.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { AppError } from '../../platform/errors.ts';
import { workKinds } from '../../work-kinds.ts';
import { clearDamage } from '../health/damage-file.ts';
import { healthService } from '../health/service.ts';
import { emptyWitness, readWitness, writeWitness } from '../rollback/file.ts';
import { worklistService } from './service.ts';
import type { WorkItem } from './types.ts';
import { workWeightAt } from './weight-at.ts';

// What stands first whatever its rank (CONSOLE 4): the appliance stopped or is about to, half a group or more than a hundred devices
// silent, a state older than it was. Each is made as a state of a real appliance; the table of them is printed at the end.

const dayMs = 86_400_000;
const person = { ...systemActor, rights: new Set(['all' as const]) };

type Site = Awaited<ReturnType<typeof openAppliance>>;
type Example = { state: string; first: string; rank: string; second: string };

let site: Site;
let sound: HealthParts;
const examples: Example[] = [];

type HealthParts = Parameters<typeof healthService>[0];

beforeAll(async () => {
  site = await openAppliance();
  sound = { ...site, space: () => ({ freeBytes: 800e9, sizeBytes: 1000e9 }) };
});
afterEach(() => vi.useRealTimers());
afterAll(async () => {
  await site.stop();
  const lines = examples.map(({ state, first, rank, second }) => `| ${state} | ${first} | ${rank} | ${second} |`);
  console.log(['| state | first | rank | then |', '|---|---|---|---|', ...lines].join('\n'));
});

/** The worklist of an appliance, whose health may be looked at in another state. */
const listOf = (appliance: Site, health: Partial<HealthParts> = {}): WorkItem[] => {
  const parts = { ...entryParts(appliance), health: healthService({ ...sound, ...health }) };
  return worklistService({
    kinds: workKinds(parts),
    weightOf: workWeightAt(site.objects),
    objects: appliance.objects,
    timeZone: () => 'UTC',
    clock: nowMs,
  }).list(person);
};

const titleOf = (item: WorkItem | undefined): string => (item === undefined ? '' : workTitle(catalogue('en'), item));

/** That an item stands first and for now, above others of a higher rank; its line goes into the table. */
const isFirst = (state: string, id: string, items: readonly WorkItem[]): void => {
  const [first] = items;
  expect(first, state).toMatchObject({ id, isUrgent: true, band: 'now' });
  const second = items.find(({ isUrgent }) => !isUrgent);
  expect(second, 'other work is there, and not urgent').toBeDefined();
  examples.push({
    state,
    first: titleOf(first),
    rank: `${first?.total}, first whatever it is`,
    second: `${titleOf(second)} (${second?.total})`,
  });
};
const isLater = (id: string, items: readonly WorkItem[]): void =>
  expect(items.find((item) => item.id === id)).toMatchObject({ isUrgent: false });

describe('for now, and first', () => {
  it('is a disk of which 4 % is free, and one of which half a percent is', () => {
    const room = (share: number) => ({ space: () => ({ freeBytes: share * 1000e9, sizeBytes: 1000e9 }) });
    isFirst('disk at 4 %', 'appliance.disk', listOf(site, room(0.04)));
    isFirst('disk at 0.5 %', 'appliance.disk', listOf(site, room(0.005)));
    expect(listOf(site, room(0.06)).some(({ id }) => id === 'appliance.disk')).toBe(false);
  });

  it("is the site's authority that has ended, or does within 30 days", () => {
    const end = site.ca.notAfterMs;
    const at = (ms: number) => ({ clock: () => ms });
    isFirst('CA ended yesterday', 'appliance.authority', listOf(site, at(end + dayMs)));
    isFirst('CA ends in 20 days', 'appliance.authority', listOf(site, at(end - 20 * dayMs)));
    expect(listOf(site, at(end - 31 * dayMs)).some(({ id }) => id === 'appliance.authority')).toBe(false);
  });

  it('is a damaged database, and a job that does not go on', () => {
    const damaged = healthService(sound);
    damaged.met(new AppError('DATABASE', 'page 7 is not what it was'));
    const parts = { ...entryParts(site), health: damaged };
    const service = worklistService({
      kinds: workKinds(parts),
      weightOf: workWeightAt(site.objects),
      objects: site.objects,
      timeZone: () => 'UTC',
      clock: nowMs,
    });
    isFirst('database damaged', 'appliance.database', service.list(person));
    clearDamage(site.paths.data);
    isFirst('job does not go on', 'appliance.jobs', listOf(site, { jobs: { ...site.jobs, stuck: () => ['import'] } }));
    // A backup that is missing is work for today.
    isLater('appliance.backups', listOf(site, { backups: { age: () => ({ state: 'none', last: undefined }) } }));
  });

  it('is a group of which half is silent, and more than a hundred devices of the site', () => {
    const old = nowMs() - 30 * dayMs;
    const add = (many: number, lastSeenAt: number): number[] =>
      addDevices(
        site.db,
        Array.from({ length: many }, () => ({ lastSeenAt })),
      );
    const settled = (): WorkItem[] => {
      site.rules.recomputeAll();
      site.rules.recomputePending();
      return listOf(site);
    };
    add(900, nowMs());
    const ids = [...add(3, old), ...add(5, nowMs())];
    isLater('device-silent.all', settled());
    const group = site.objects.create(systemActor, 'group', { name: 'Line 1' }).id;
    const place = (id: number): void => {
      const publicId = site.devices.find(id)?.publicId ?? '';
      site.objects.put(systemActor, 'device-decision', publicId, { group });
    };
    for (const id of ids) place(id);
    isLater('device-silent.all', settled());
    for (const id of add(2, old)) place(id);
    isFirst('5 of 10 computers of a line silent', 'device-silent.all', settled());
    for (const id of add(6, nowMs())) place(id);
    add(95, old);
    isLater('device-silent.all', settled());
    add(1, old);
    isFirst('101 of 1,012 computers silent', 'device-silent.all', settled());
    add(9_899, old);
    isFirst('10,000 computers silent', 'device-silent.all', settled());
  });

  it('is a state that is older than it was', () => {
    const witness = readWitness(site.keyring) ?? emptyWitness();
    writeWitness(site.keyring, {
      ...witness,
      returns: [
        {
          id: 'back-1',
          at: nowMs(),
          cause: 'unknown',
          found: witness.position,
          since: 0,
          applied: { devices: 0, accounts: 0, rights: 0, persons: 0 },
          isCovered: true,
          failed: [],
        },
      ],
    });
    site.rollbackDetector.flush();
    isFirst('database older than it was', 'state-older.back-1', listOf(site));
  });
});

describe('for now, and first, by dates', () => {
  it('is a clock in doubt, and a root of trust that has ended', async () => {
    const introduced = await openAppliance(undefined, undefined, setClocks);
    const host = makeHost(join(introduced.folder, 'host'));
    await host.publish();
    await introduced.exchange.importTrust(
      admin,
      await host.trustFile(join(introduced.folder, 'introduction')),
      host.rootFingerprint,
    );
    const base = nowMs();
    const clockAt = (ms: number): void => {
      vi.useFakeTimers({ toFake: ['Date'], now: ms });
      introduced.exchange.noteTime();
    };
    clockAt(base + 500 * dayMs);
    isFirst('clock 500 days ahead', 'clock-doubt.all', listOf(introduced));
    const root = introduced.exchange.state().trust?.roles.find(({ role }) => role === 'root');
    const end = Date.parse(root?.expires ?? '');
    introduced.time.setFloor(end + dayMs);
    clockAt(end + dayMs);
    isFirst('TUF root ended yesterday', `trust-ends.root-${root?.version}`, listOf(introduced));
    expect(examples.at(-1)?.first).toBe('Root: trust has ended');
    await introduced.stop();
  });
});
