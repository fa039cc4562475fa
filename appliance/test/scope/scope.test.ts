import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { runs, seed } from '../../../test/support/chance.ts';
import { isLong } from '../../../test/support/long.ts';
import { apiPrefix } from '../../src/server/api/types.ts';
import { type Call, callsOf, formsOf, never } from './calls.ts';
import { judgeOf } from './judge.ts';
import { type JudgedSite, makeSite, type Person } from './site.ts';

// The judge of scope from outside (law L1): what a person with rights over a part of the site is answered is, byte for byte, what is
// answered at a copy of the site of which SQL deleted everything else; and what they write leaves the rest as it is. Drawn here;
// with SALLYPORT_LONG every address, call and command for each role and reach, and the table of what was asked.

let site: JudgedSite;
let calls: readonly Call[];
let judgeCall: ReturnType<typeof judgeOf>;

/** Whole numbers below the argument, by the seed of the run. */
const drawing = (): ((below: number) => number) => {
  let state = Math.abs(seed) % 2_147_483_648;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
};

beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.UTC(2026, 10, 29, 12) });
  site = await makeSite(drawing());
  judgeCall = judgeOf(site);
  calls = callsOf(site);
}, 600_000);
afterAll(async () => {
  await site.close();
  vi.useRealTimers();
});

const inFull = (role: string, reach = 'quarter'): Person =>
  site.persons.find((one) => one.reach === reach && one.role === role) as Person;

describe('who reaches a part of the site', () => {
  it(
    `is answered as at a site where nothing else is${isLong ? ', everywhere' : ''}`,
    async () => {
      if (!isLong) {
        const some = fc.sample(fc.constantFrom(...calls), { numRuns: runs(450), seed });
        // Forms of the pages that were drawn.
        const forms = await formsOf(
          site,
          some.filter(({ by, method }) => by === 'browser' && method === 'GET').slice(0, runs(20)),
        );
        const chosen = [...some, ...fc.sample(fc.constantFrom(...forms), { numRuns: runs(75), seed })];
        const persons = fc.sample(fc.constantFrom(...site.persons), { numRuns: runs(100), seed });
        for (const [at, call] of chosen.entries()) {
          // Half of them by who has every right: they are answered with something.
          const who =
            at % 2 === 0
              ? inFull('administrator', at % 4 === 0 ? 'quarter' : 'one')
              : (persons[at % persons.length] as Person);
          expect((await judgeCall.judge(who, call)).fault).toBeUndefined();
        }
        return;
      }
      const all = [
        ...calls,
        ...(await formsOf(
          site,
          calls.filter(({ by, method }) => by === 'browser' && method === 'GET'),
        )),
      ];
      const cells = new Map<string, number>();
      const faults: string[] = [];
      let asked = 0;
      for (const who of site.persons)
        for (const call of all) {
          const { fault } = await judgeCall.judge(who, call);
          if (fault !== undefined) faults.push(fault);
          asked += 2;
          const cell = `${call.address} | ${who.reach} ${who.role}`;
          cells.set(cell, (cells.get(cell) ?? 0) + 1);
        }
      const addresses = [...new Set(all.map(({ address }) => address))].sort();
      const heads = site.persons.map(({ reach, role }) => `${reach} ${role}`);
      const rows = addresses.map((address) =>
        [address, ...heads.map((head) => cells.get(`${address} | ${head}`) ?? 0)].join(' | '),
      );
      const untested = addresses.length * heads.length - cells.size;
      console.info(
        [`${asked} calls, untested cells: ${untested}`, ['address', ...heads].join(' | '), ...rows].join('\n'),
      );
      expect(faults).toEqual([]);
      expect(untested).toBe(0);
    },
    24 * 3_600_000,
  );

  it('is asked by every address, call and command that there is', async () => {
    const forms = new Set((await formsOf(site, [])).map(({ address }) => address));
    const asked = new Set([...calls.map(({ address }) => address), ...forms]);
    expect(judgeCall.all.filter((address) => !asked.has(address))).toEqual([]);
  });

  const ask = async (who: Person, target: string): Promise<{ status: number; text: string }> =>
    judgeCall.ask(site.whole, who, {
      address: target,
      by: target.startsWith(apiPrefix) ? 'token' : 'browser',
      method: 'GET',
      target,
    });
  const json = async (who: Person, path: string) =>
    JSON.parse((await ask(who, `${apiPrefix}${path}`)).text.split('\n').slice(1).join('\n'));

  it('sees devices, software, groups and changes there, and none of others', async () => {
    const who = inFull('administrator');
    const { publicIds, groups } = site;
    for (const [path, mine, other] of [
      ['/devices', 'Device 4', 'Device 14'],
      ['/devices.csv', 'Device 4', 'Device 14'],
      ['/software', 'tool-1', 'tool-3'],
      ['/vulnerabilities', 'only-1', 'only-3'],
      ['/changes', 'had-8', 'had-12'],
      ['/groups', 'Line A', 'Hall B'],
      ['/search?q=Device', '</mark> 4<', '</mark> 14<'],
      ['/', 'north', 'Device 14'],
    ] as const) {
      const { status, text } = await ask(who, path);
      expect(status, path).toBe(200);
      expect(text, path).toContain(mine);
      expect(text, path).not.toContain(other);
    }
    expect((await json(who, '/groups')).rows).toMatchObject([
      { id: groups[1], name: 'Hall A', parent: null },
      { id: groups[2], name: 'Line A', parent: groups[1] },
    ]);
    const other = publicIds[14] ?? '';
    for (const path of [`/devices/${other}`, `/devices/${other}/software`, `${apiPrefix}/devices/${other}`]) {
      const { status, text } = await ask(who, path);
      expect(status, path).toBe(404);
      const none = (await ask(who, path.replace(other, never))).text;
      const plain = (one: string): string => one.replace(/\b[0-9a-f]{12}\b/g, 'request').replaceAll(other, never);
      expect(plain(text), path).toBe(plain(none));
    }
  });

  it('sees controllers, zones, jobs, patches and firmware there, and none of others', async () => {
    const who = inFull('administrator');
    const list = await ask(who, '/controllers');
    expect(list.text).toContain('PLC-1-3');
    expect(list.text).not.toContain('PLC-3-9');
    expect((await json(who, '/controllers')).total).toBe(6);
    const drawing = (await ask(who, '/controllers/zones')).text;
    for (const name of ['Hall A zone', 'Line A zone']) expect(drawing).toContain(name);
    for (const name of ['Plant zone', 'Hall B zone', 'Line B zone']) expect(drawing).not.toContain(name);
    expect((await json(who, '/identification')).jobs.map(({ name }: { name: string }) => name)).toEqual(['Job of A']);
    expect((await json(who, '/controller-patches/2')).controllers).toHaveLength(1);
    expect((await json(who, '/controller-firmware/handovers')).rows).toHaveLength(2);
    const windows = (await ask(who, '/calendar')).text;
    for (const name of ['Whole site', 'Hall A', 'Two']) expect(windows).toContain(name);
    expect(windows).not.toContain('Hall B');
    // What is of the whole site stays closed.
    for (const path of ['/controllers/import', '/controllers/review', '/reports', '/accounts'])
      expect((await ask(who, path)).status, path).toBeGreaterThanOrEqual(403);
  });

  it('is told of by the role that limits it', async () => {
    const role = site.whole.appliance.objects.findBy('role', 'name', 'quarter-administrator')?.id ?? '';
    const page = await (await site.administrator.get(`/objects/role/${role}`)).text();
    for (const text of ['Reaches', '2 zones', 'with 6 controllers']) expect(page).toContain(text);
    const all = await (await site.administrator.get('/objects/role/administrator')).text();
    expect(all).toContain('Reaches the whole site.');
  });

  it('reaches the same after every call that would change something (law L4)', async () => {
    const who = inFull('administrator');
    const { accounts } = site.whole.appliance;
    const held = () => {
      const { rights, grants } = accounts.authenticateToken(who.token, 'here');
      return { rights: [...rights], grants };
    };
    const ids = async (): Promise<string[]> =>
      (await json(who, '/devices?limit=200')).rows.map(({ id }: { id: string }) => id);
    const [before, devices] = [held(), await ids()];
    const writes = [...calls.filter(({ method }) => method !== 'GET'), ...(await formsOf(site, []))];
    const some = fc.sample(fc.constantFrom(...writes), { numRuns: runs(isLong ? 5_000 : 80), seed });
    // Kept, one after the other: what one of them makes possible is tried by the next.
    for (const call of some) await judgeCall.ask(site.whole, who, call);
    expect(held()).toEqual(before);
    for (const id of await ids()) expect(devices).toContain(id);
  }, 3_600_000);
});
