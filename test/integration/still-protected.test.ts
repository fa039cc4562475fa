import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Actor, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { networkSearches } from '../../appliance/src/features/agents/glpi/network.ts';
import { forbiddenAddresses } from '../../appliance/src/features/discovery/forbidden.ts';
import { outbound } from '../../appliance/src/platform/connect.ts';
import { type Purpose, purposeRules } from '../../appliance/src/platform/outbound-rules.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { addressSet } from '../../bundle-tools/src/platform/address-set.ts';
import { runs } from '../support/chance.ts';
import { commandProcess } from '../support/command-process.ts';
import { type CountingController, countingController } from '../support/counting-controller.ts';
import { introduce, loggedIn, signedIn } from '../support/persons.ts';

// What leaves the records of controllers stays forbidden until two persons release it, however it left. Counted at the
// controller.

const [anna, boris] = [
  signedIn('anna', 'devices:write', 'devices:approve', 'controllers:write', 'controllers:approve'),
  signedIn('boris', 'devices:write', 'devices:approve', 'controllers:write', 'controllers:approve'),
];
const directoryPort = 3268;
const scanPort = 8443;

let site: Awaited<ReturnType<typeof openAppliance>>;
let controller: CountingController;
let undo: (() => void)[] = [];

beforeAll(async () => {
  site = await openAppliance();
  introduce(site.db, 'anna', 'boris');
});
afterAll(() => site?.stop());
beforeEach(async () => {
  controller = await countingController(directoryPort, scanPort);
});
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) step();
  undo = [];
  await controller.close();
});

const put = (kind: string, body: Record<string, unknown>): string => {
  const { id } = site.objects.ofAnyKind.create(anna, kind, body);
  undo.push(() => {
    if (site.objects.ofAnyKind.find(kind, id) !== undefined) site.objects.ofAnyKind.remove(systemActor, kind, id);
  });
  return id;
};
let made = 0;
const name = (): string => {
  made += 1;
  return `N-${made}`;
};

const token: Actor = { ...anna, type: 'token', id: 'token-1', label: 'scada' };
const elsewhere = '10.255.255.1';
const serial = (value: string) => ({ field: 'serial', value, raw: value });
const told = (key: string, address: string, observedAtMs: number, about?: number | null) =>
  site.controllers.ingest(
    anna,
    { type: 'identification', name: name() },
    [
      {
        observedAtMs,
        method: 'passive',
        source: 's7',
        facts: [serial(key), { field: 'address', value: address, raw: address }],
        parts: [],
      },
    ],
    typeof about === 'number' ? { about } : {},
  );
const idOf = ({ outcomes }: ReturnType<typeof told>): string =>
  site.controllers.byId(outcomes[0]?.controller ?? 0, wholeSite('job'))?.publicId ?? '';
const entered = (host: string): string => site.controllers.create(anna, { name: name(), address: host }).publicId;
const zoned = (host: string, ...more: string[]): string =>
  put('controller-zone', { name: name(), level: '1', prefixes: [`${host}/32`, ...more], queryPolicy: 'never' });
const marked = (host: string): string =>
  put('address-range', { name: name(), network: `${host}/32`, controllers: true });

/** How an address ceases to be one of a controller, by the records. */
const departures = {
  'a person changes it': (host) => site.controllers.edit(anna, entered(host), { address: elsewhere }),
  'a person clears it': (host) => site.controllers.edit(anna, entered(host), { address: null }),
  'a token clears it': (host) => site.controllers.edit(token, entered(host), { address: null }),
  'a person deletes the record': (host) => site.objects.ofAnyKind.remove(anna, 'controller-record', entered(host)),
  'a token deletes the record': (host) => site.objects.ofAnyKind.remove(token, 'controller-record', entered(host)),
  'a person puts an older record back': (host) => {
    const { publicId } = site.controllers.create(anna, { name: name(), address: elsewhere });
    site.controllers.edit(anna, publicId, { address: host });
    site.objects.ofAnyKind.revert(anna, 'controller-record', publicId, 1);
  },
  'an import says another one': (host) => {
    const key = `S ${name()}`;
    told(key, elsewhere, 2_000, told(key, host, 1_000).outcomes[0]?.controller);
  },
  'an import is taken back': (host) => {
    const { batch } = told(`S ${name()}`, host, 1_000);
    site.controllers.undo(anna, batch ?? 0);
  },
  'two records are merged, and the other one counts': (host) => {
    const keep = idOf(told(`S ${name()}`, elsewhere, 2_000));
    site.controllers.merge(anna, keep, idOf(told(`S ${name()}`, host, 1_000)));
  },
  'a zone loses the network': (host) =>
    void site.objects.ofAnyKind.update(anna, 'controller-zone', zoned(host, '10.255.255.0/24'), {
      prefixes: ['10.255.255.0/24'],
    }),
  'a token narrows the network of a zone': (host) => {
    const body = { name: name(), level: '1', prefixes: [`${host}/30`], queryPolicy: 'never' };
    const id = put('controller-zone', body);
    const last = Number(host.split('.')[3]);
    const beside = host.replace(/\d+$/, String(last % 4 === 0 ? last + 1 : last - 1));
    site.objects.ofAnyKind.update(token, 'controller-zone', id, { prefixes: [`${beside}/32`] });
  },
  'a zone is deleted': (host) => site.objects.ofAnyKind.remove(anna, 'controller-zone', zoned(host)),
  'a zone is put back as it was': (host) => {
    const id = put('controller-zone', {
      name: name(),
      level: '1',
      prefixes: ['10.255.255.0/24'],
      queryPolicy: 'never',
    });
    site.objects.ofAnyKind.update(anna, 'controller-zone', id, { prefixes: [`${host}/32`] });
    site.objects.ofAnyKind.revert(anna, 'controller-zone', id, 1);
  },
  'a range is no longer marked': (host) =>
    void site.objects.ofAnyKind.update(anna, 'address-range', marked(host), { controllers: false }),
  'a token moves a marked range': (host) =>
    void site.objects.ofAnyKind.update(token, 'address-range', marked(host), { network: '10.255.255.0/24' }),
  'a marked range is deleted': (host) => site.objects.ofAnyKind.remove(anna, 'address-range', marked(host)),
} satisfies Record<string, (host: string) => void>;

const forbiddenNow = () =>
  forbiddenAddresses({ db: site.db, objects: site.objects, controllers: site.controllers, clock: () => 0 });

/** Whatever an object may name: all of it. */
const everything = () =>
  (Object.keys(purposeRules) as Purpose[]).map((purpose) => ({
    purpose,
    object: 'k/1',
    ports: [directoryPort, scanPort],
    udp: [directoryPort, scanPort],
    echo: true,
    covers: () => true,
  }));

describe('where a controller was', () => {
  it.each(Object.keys(departures))('%s: the address stays forbidden', async (way) => {
    departures[way as keyof typeof departures](controller.host);
    expect(site.controllers.addresses()).not.toContain(controller.host);
    const out = outbound({ targets: everything, forbidden: forbiddenNow, record: () => undefined });
    const limits = { connectMs: 1_000, idleMs: 1_000, maxBytes: 1_000 };
    const answers: string[] = [];
    for (const [purpose, port] of [
      ['directory', directoryPort],
      ['discovery', scanPort],
      ['agent-push', scanPort],
    ] as const) {
      const to = { purpose, object: 'k/1', host: controller.host, port };
      const ask: Promise<unknown> =
        purpose === 'directory'
          ? out.open(to, limits)
          : purpose === 'discovery'
            ? out.probe(to, 1_000)
            : out.hostKeys(to, 1_000);
      answers.push(
        await ask.then(
          () => 'connected',
          (error: { code: string }) => error.code,
        ),
      );
    }
    expect(answers).toEqual(['FORBIDDEN_ADDRESS', 'FORBIDDEN_ADDRESS', 'FORBIDDEN_ADDRESS']);
    expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
  });
});

/** As many as can be done one after the other, in whatever order. */
const steps = {
  enter: (host: string) => void entered(host),
  change: (host: string) => departures['a person changes it'](host),
  clear: (host: string) => departures['a token clears it'](host),
  delete: (host: string) => departures['a person deletes the record'](host),
  import: (host: string) => departures['an import says another one'](host),
  undo: (host: string) => departures['an import is taken back'](host),
  merge: (host: string) => departures['two records are merged, and the other one counts'](host),
  zone: (host: string) => departures['a zone is deleted'](host),
  range: (host: string) => departures['a token moves a marked range'](host),
} satisfies Record<string, (host: string) => void>;

describe('the set of forbidden addresses', () => {
  it('only grows by changes of records, in whatever order they come', () => {
    const step = fc.record({
      what: fc.constantFrom(...(Object.keys(steps) as (keyof typeof steps)[])),
      host: fc.integer({ min: 1, max: 6 }).map((n) => `10.77.0.${n}`),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 8 }), (sequence) => {
        const reached = new Set<string>();
        for (const { what, host } of sequence) {
          steps[what](host);
          reached.add(host);
          const set = forbiddenNow();
          expect([...reached].filter((one) => set.because(one) === undefined)).toEqual([]);
        }
      }),
      { numRuns: runs(30) },
    );
  });
});

describe('an address that is still protected', () => {
  const codeOf = (work: () => unknown): string => {
    try {
      work();
      return 'done';
    } catch (error) {
      return (error as { code: string }).code;
    }
  };
  const because = () => forbiddenNow().because(controller.host);
  const digestOf = (request: number) => site.protectedAddresses.requests().find(({ id }) => id === request)?.digest;
  const ask = (): number => site.protectedAddresses.ask(anna, [controller.host], 'it was scrapped').id;

  it('says what protected it, since when, and by whose change', () => {
    const publicId = entered(controller.host);
    const label = String(site.controllers.entered(publicId).body['name']);
    site.controllers.edit(token, publicId, { address: null });
    expect(site.protectedAddresses.list({ within: [controller.host], limit: 10 })).toMatchObject({
      rows: [{ because: 'controller', object: publicId, label, leftBy: 'token:token-1', request: null }],
      total: 1,
    });
    expect(because()).toBe('protected');
  });

  it('is released by two persons, and by nobody else', () => {
    departures['a token clears it'](controller.host);
    expect(codeOf(() => site.protectedAddresses.ask(token, [controller.host], 'x'))).toBe('APPROVAL_TOKEN');
    expect(codeOf(() => site.protectedAddresses.ask(systemActor, [controller.host], 'x'))).toBe('APPROVAL_PERSON');
    const request = ask();
    const agreed = { agree: true, digest: digestOf(request) };
    expect(codeOf(() => site.protectedAddresses.decide(anna, request, agreed))).toBe('APPROVAL_SELF');
    expect(codeOf(() => site.protectedAddresses.decide({ ...boris, type: 'token' }, request, agreed))).toBe(
      'APPROVAL_TOKEN',
    );
    expect(codeOf(() => site.protectedAddresses.decide(boris, request, { agree: true, digest: 'other' }))).toBe(
      'CONFLICT',
    );
    expect(because()).toBe('protected');
    site.protectedAddresses.decide(boris, request, agreed);
    expect(because()).toBeUndefined();
    const events = site.events.list({ scope: wholeSite('job'), type: ['address-released'], limit: 1 });
    expect(events.rows[0]?.params).toMatchObject({ address: controller.host, asked: 'account:anna' });
  });

  it('is asked for no more once a record has it again, and left out of a request when it leaves again', () => {
    const publicId = entered(controller.host);
    site.controllers.edit(anna, publicId, { address: null });
    const request = ask();
    site.controllers.edit(anna, publicId, { address: controller.host });
    expect(site.protectedAddresses.list({ within: [controller.host], limit: 10 }).total).toBe(0);
    site.controllers.edit(token, publicId, { address: elsewhere });
    expect(
      codeOf(() => site.protectedAddresses.decide(boris, request, { agree: true, digest: digestOf(request) })),
    ).toBe('CONFLICT');
    expect(because()).toBe('protected');
  });

  it('is kept up to a bound; then a change that would add one is refused, and nothing of it is done', () => {
    const publicId = entered(controller.host);
    site.db.exec(`insert into protected_address (address, because, object, label, left_at, left_by)
      with recursive n (i) as (select 0 union all select i + 1 from n where i < 99999)
      select 'fd77::' || printf('%x:%x', i / 65536, i % 65536), 'range', 'bound', '', 0, 'system:test' from n`);
    undo.push(() => site.db.exec("delete from protected_address where object = 'bound'"));
    expect(codeOf(() => site.controllers.edit(anna, publicId, { address: elsewhere }))).toBe('TOO_LARGE');
    expect(site.controllers.entered(publicId).body['address']).toBe(controller.host);
    expect(because()).toBe('controller');
    expect(codeOf(() => site.protectedAddresses.ask(anna, ['fd77::/32'], 'all of it'))).toBe('TOO_LARGE');
    // The appliance's own work comes to its end.
    site.controllers.edit(systemActor, publicId, { address: elsewhere });
    expect(because()).toBe('protected');
  });

  it('stays so after a refused request, and can be asked for again', () => {
    departures['a person clears it'](controller.host);
    site.protectedAddresses.decide(boris, ask(), { agree: false });
    expect(because()).toBe('protected');
    expect(codeOf(ask)).toBe('done');
  });
});

describe('a person who may write devices', () => {
  const commands = commandProcess();
  const command = (...args: string[]) => commands.tryCommand('sallyport', [...args, '--json', '--data', site.dataDir]);
  const source = (host: string, port: number) => ({
    name: name(),
    host,
    port,
    security: 'plain',
    acceptPlain: true,
    bindDn: 'cn=a',
    password: 'a',
  });

  it('asks at the command line for a release as a person who is signed in, or not at all', async () => {
    departures['a token clears it'](controller.host);
    const listed = await command('protected', 'list', '--within', controller.host);
    expect(JSON.parse(listed.stdout)).toMatchObject({ rows: [{ address: controller.host }], total: 1 });
    const ask = ['protected', 'release', '--address', controller.host, '--reason', 'scrapped'];
    expect((await command(...ask)).stdout).toContain('"APPROVAL_PERSON"');
    const anna = await loggedIn(site, site.folder, 'anna at the machine');
    const { tryCommand } = commands;
    const asked = await tryCommand('sallyport', [...ask, '--json', '--data', site.dataDir], anna);
    expect(JSON.parse(asked.stdout)).toMatchObject({ addresses: [{ address: controller.host }] });
    expect(forbiddenNow().because(controller.host)).toBe('protected');
  });

  it('makes no directory of an address that a token took from a controller', async () => {
    departures['a token clears it'](controller.host);
    const id = put('directory-source', source(controller.host, directoryPort));
    const label = String(site.objects.get('directory-source', id).body['name']);
    const { stdout } = await command('directory', 'poll', '--source', label, '--test');
    expect(stdout).toContain('"FORBIDDEN_ADDRESS"');
    expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
  });

  it.each(Object.keys(departures))('has no agent of others search where a controller was: %s', (way) => {
    departures[way as keyof typeof departures](controller.host);
    const [a = '', b = '', c = '', d = ''] = controller.host.split('.');
    const network = `${a}.${b}.${c}.${Math.max(1, Number(d) - 20)}-${a}.${b}.${c}.${Math.min(254, Number(d) + 20)}`;
    const range = put('address-range', { name: name(), network, enabled: true, ports: ['22'] });
    site.discovery.confirm(boris, range, site.discovery.plan(boris, range));
    const device = `agent-${name()}`;
    put('agent-scan', { name: name(), range, device, community: 'public' });
    const { db, objects, devices, discovery, inventory } = site;
    const orders = JSON.stringify(networkSearches({ db, objects, devices, discovery, inventory }).options(device));
    const blocks = [...orders.matchAll(/"IPSTART":"([\d.]+)","IPEND":"([\d.]+)"/g)].map(
      ([, from, to]) => `${from}-${to}`,
    );
    expect(blocks.length).toBeGreaterThan(0);
    expect(addressSet(blocks).has(controller.host)).toBe(false);
  });
});
