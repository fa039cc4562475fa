import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { networkSearches } from '../../appliance/src/features/agents/glpi/network.ts';
import { forbiddenAddresses } from '../../appliance/src/features/discovery/forbidden.ts';
import { outbound } from '../../appliance/src/platform/connect.ts';
import { type Purpose, purposeRules } from '../../appliance/src/platform/outbound-rules.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { addressSet } from '../../bundle-tools/src/platform/address-set.ts';
import { commandProcess } from '../support/command-process.ts';
import { type CountingController, countingController, countingPing } from '../support/counting-controller.ts';
import { introduce, signedIn } from '../support/persons.ts';

// Nothing but identification connects to where controllers are, whoever names the address, however it is written, and
// however it became known that a controller is there. Counted at the controller.

const [anna, boris] = [
  signedIn('anna', 'devices:write', 'devices:approve', 'controllers:write', 'controllers:approve'),
  signedIn('boris', 'devices:write', 'devices:approve', 'controllers:write', 'controllers:approve'),
];
const directoryPort = 3268;
const scanPort = 8443;

let site: Awaited<ReturnType<typeof openAppliance>>;
let controller: CountingController;
let ping: ReturnType<typeof countingPing>;
let undo: (() => void)[] = [];
const usualPath = process.env['PATH'];

beforeAll(async () => {
  site = await openAppliance();
  introduce(site.db, 'anna', 'boris');
  ping = countingPing(site.folder);
  process.env['PATH'] = ping.path;
});
afterAll(async () => {
  process.env['PATH'] = usualPath;
  await site?.stop();
});
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

/** How it may be known that a controller is at an address. */
const ways = {
  'entered for a controller': (host) => {
    site.controllers.create(anna, { name: name(), address: host });
  },
  'observed at one of its interfaces': (host) => {
    const part = { type: 'interface' as const, key: name(), facts: [{ field: 'address', value: host, raw: host }] };
    const said = [{ field: 'serial', value: `S ${name()}`, raw: '' }];
    site.controllers.ingest(anna, { type: 'identification', name: name() }, [
      { observedAtMs: 1, method: 'passive', source: 's7', facts: said, parts: [part] },
    ]);
  },
  'configured in a project': (host) => {
    const part = { type: 'interface' as const, key: name(), facts: [{ field: 'address', value: host, raw: host }] };
    const said = [{ field: 'name', value: name(), raw: '' }];
    site.controllers.ingest(anna, { type: 'aml', name: name() }, [
      { observedAtMs: 1, method: 'project', source: 'aml', facts: said, parts: [part] },
    ]);
  },
  'in the network of a zone that is never asked': (host) => {
    put('controller-zone', { name: name(), level: '1', prefixes: [`${host}/30`], queryPolicy: 'never' });
  },
  'in the network of a zone that may be asked': (host) => {
    const body = {
      name: name(),
      level: '1',
      prefixes: [`${host}/32`],
      queryPolicy: 'details',
      queryIdentify: 'manual',
    };
    put('controller-zone', body);
  },
  'in a marked range': (host) => {
    put('address-range', { name: name(), network: `${host}/30`, controllers: true });
  },
} satisfies Record<string, (host: string) => void>;

const hex = (host: string): string =>
  host
    .split('.')
    .map((part) => Number(part).toString(16).padStart(2, '0'))
    .join('');

/** How an address may be written. */
const spellings: Record<string, (host: string) => string> = {
  plain: (host) => host,
  mapped: (host) => `::ffff:${host}`,
  'mapped, in hex': (host) => `::FFFF:${hex(host).slice(0, 4)}:${hex(host).slice(4)}`,
  'mapped, whole': (host) => `0:0:0:0:0:ffff:${hex(host).slice(0, 4)}:${hex(host).slice(4)}`,
  'a name that leads there': (host) => `0x${hex(host)}`,
};

describe('where a controller is', () => {
  const table = Object.keys(ways).flatMap((way) => Object.keys(spellings).map((written) => [way, written] as const));

  it.each(table)('%s, written %s: no purpose but identification sends a packet', async (way, written) => {
    ways[way as keyof typeof ways](controller.host);
    const host = spellings[written]?.(controller.host) ?? '';
    const pinged = ping.sent().length;
    const denied: string[] = [];
    const { db, objects } = site;
    const out = outbound({
      // Whatever an object may name: all of it.
      targets: () =>
        (Object.keys(purposeRules) as Purpose[]).map((purpose) => ({
          purpose,
          object: 'k/1',
          ports: [directoryPort, scanPort],
          udp: [directoryPort, scanPort],
          echo: true,
          covers: () => true,
        })),
      forbidden: () => forbiddenAddresses({ db, objects, controllers: site.controllers, clock: () => 0 }),
      record: ({ purpose, outcome }) => denied.push(`${purpose} ${outcome}`),
    });
    const limits = { connectMs: 1_000, idleMs: 1_000, maxBytes: 1_000 };
    const purposes = (Object.keys(purposeRules) as Purpose[]).filter((one) => purposeRules[one].controllers !== true);
    expect(purposes.length).toBeGreaterThan(1);
    for (const purpose of purposes) {
      for (const port of [directoryPort, scanPort]) {
        const to = { purpose, object: 'k/1', host, port };
        await expect(out.open(to, limits)).rejects.toMatchObject({ code: /^(NOT_NAMED|FORBIDDEN_ADDRESS)$/ });
        await expect(out.probe(to, 1_000)).rejects.toMatchObject({ code: /^(NOT_NAMED|FORBIDDEN_ADDRESS)$/ });
        for (const kind of ['tcp', 'udp'] as const) expect(await out.link(to, kind, limits)).toBe('denied');
      }
      await expect(out.ping({ purpose, object: 'k/1', host }, 1_000)).rejects.toBeInstanceOf(Error);
    }
    expect(denied.every((line) => line.endsWith(' denied'))).toBe(true);
    expect(denied).toHaveLength(purposes.length * 9);
    expect([controller.met(), controller.bytes(), ping.sent().slice(pinged)]).toEqual([[], 0, []]);
  });
});

describe('a person who may write devices', () => {
  // It sees the ping of above.
  const commands = commandProcess(() => ({}));
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

  it.each(Object.keys(spellings))(
    'makes no directory of a controller (%s), and each try is told once',
    async (written) => {
      ways['entered for a controller'](controller.host);
      const id = put('directory-source', source(spellings[written]?.(controller.host) ?? '', directoryPort));
      const told = () => site.events.list({ scope: wholeSite('job'), type: ['connection-forbidden'], limit: 100 });
      const before = told().total;
      const label = String(site.objects.get('directory-source', id).body['name']);
      for (let tries = 0; tries < 3; tries += 1) {
        const { stdout } = await command('directory', 'poll', '--source', label, '--test');
        expect(stdout).toContain('"FORBIDDEN_ADDRESS"');
      }
      expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
      expect(told().total).toBe(before + 1);
      expect(told().rows[0]?.params).toMatchObject({ because: 'controller', port: directoryPort });
      expect(site.discovery.connections(1)[0]).toMatchObject({ purpose: 'directory', opened: 0, denied: 3 });
    },
  );

  it.each([102, 502, 44_818, 80, 443, 22])('enters no directory at port %d', (port) => {
    expect(() => site.objects.ofAnyKind.create(anna, 'directory-source', source(controller.host, port))).toThrow(
      'port',
    );
  });

  it.each(Object.keys(ways))('scans a range, and a controller in it hears nothing: %s', async (way) => {
    ways[way as keyof typeof ways](controller.host);
    const [a = '', b = '', c = ''] = controller.host.split('.');
    const label = name();
    const network = `${a}.${b}.${c}.0/24`;
    const ports = [String(scanPort)];
    const id = put('address-range', { name: label, network, enabled: true, ping: true, ports, ratePerSecond: 50 });
    const plan = site.discovery.plan(boris, id);
    expect(plan.excluded).toBeGreaterThan(0);
    // Only its neighbours are asked: the rest of the network would take as long as the rate allows.
    const last = Number(controller.host.split('.')[3]);
    site.objects.update(anna, 'address-range', id, {
      network: `${a}.${b}.${c}.${Math.max(1, last - 4)}-${a}.${b}.${c}.${Math.min(254, last + 4)}`,
    });
    site.discovery.confirm(boris, id, site.discovery.plan(boris, id));
    const before = ping.sent().length;
    const { status } = await command('range', 'scan', '--range', label);
    expect(status).toBe(0);
    expect(ping.sent().length).toBeGreaterThan(before);
    expect(ping.sent()).not.toContain(controller.host);
    expect([controller.met(), controller.bytes()]).toEqual([[], 0]);
  });

  it.each(Object.keys(ways))('has no agent of others search where a controller is: %s', (way) => {
    ways[way as keyof typeof ways](controller.host);
    const [a = '', b = '', c = '', d = ''] = controller.host.split('.');
    const network = `${a}.${b}.${c}.${Math.max(1, Number(d) - 20)}-${a}.${b}.${c}.${Math.min(254, Number(d) + 20)}`;
    const range = put('address-range', { name: name(), network, enabled: true, ports: ['22'] });
    site.discovery.confirm(boris, range, site.discovery.plan(boris, range));
    put('agent-scan', { name: name(), range, device: 'agent-1', community: 'public' });
    const { db, objects, devices, discovery, inventory } = site;
    const searches = networkSearches({ db, objects, devices, discovery, inventory });
    const orders = JSON.stringify([searches.options('agent-1'), searches.ocsOptions('agent-1', 0)]);
    const blocks = [...orders.matchAll(/"IPSTART":"([\d.]+)","IPEND":"([\d.]+)"/g)].map(
      ([, from, to]) => `${from}-${to}`,
    );
    expect(blocks.length).toBeGreaterThan(0);
    expect(addressSet(blocks).has(controller.host)).toBe(false);
    expect(orders).not.toContain(`"${controller.host}"`);
  });

  it('does not confirm the own scan, unless the site says that one person does', () => {
    const network = '127.63.0.1';
    const id = put('address-range', { name: name(), network, enabled: true, ports: [String(scanPort)] });
    expect(() => site.discovery.confirm(anna, id, site.discovery.plan(anna, id))).toThrow('another person');
    site.discovery.confirm(boris, id, site.discovery.plan(boris, id));
    expect(site.discovery.hindrance(id)).toBeUndefined();
  });
});
