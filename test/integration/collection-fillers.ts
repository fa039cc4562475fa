import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateSync, gunzipSync } from 'node:zlib';
import { collectors, collectSections } from '@sallyport/agent/collectors/all';
import type { CollectContext, Item } from '@sallyport/agent/collectors/collector';
import { aptItems } from '@sallyport/agent/collectors/os-update';
import { wholeRound } from '@sallyport/agent/executables/round';
import { type RootFiles, rootFiles } from '@sallyport/agent/platform/root-files';
import { windowsCollectors } from '@sallyport/agent/windows/collectors';
import { parseWindowsReport } from '@sallyport/agent/windows/report';
import type { CollectionName } from '@sallyport/appliance/engine/inventory/all-collections';
import type { GlpiSite } from '../support/glpi-site.ts';
import { nativeDevice } from '../support/native-device.ts';
import { repositoryRoot } from '../support/sources.ts';

// Who fills the fields of the collections, and with what: each filler is run, over its own source, and gives the device of
// which the appliance then holds the rows. A field that none of them fills is not declared (decision 037).

export type Filler = {
  readonly asks: string;
  /** The device's number. */
  ask(site: GlpiSite): Promise<number>;
};

type Recorded = {
  has: Record<string, boolean>;
  bytes: Record<string, string | null>;
  names: Record<string, string[]>;
  link: Record<string, string | null>;
  modifiedMs: Record<string, number | null>;
};
type Recording = { at: number; files: Recorded; pulled: { at: number; files: Recorded } };

const recordings = join(import.meta.dirname, 'recordings');
const debian = (): Recording =>
  JSON.parse(gunzipSync(readFileSync(join(recordings, 'debian-12.json.gz'))).toString()) as Recording;

/** The files of a recorded computer. What was not read of it then is not there. */
function recordedFiles(held: Recorded): RootFiles {
  const bytes: RootFiles['bytes'] = (path, { maxBytes }) => {
    const found = held.bytes[path] ?? undefined;
    return found === undefined ? undefined : Buffer.from(found, 'base64').subarray(0, maxBytes);
  };
  return {
    root: '/',
    isMachine: true,
    path: (relative) => join('/', relative),
    has: (path) => held.has[path] ?? false,
    bytes,
    text: (path, maxBytes = 1024 * 1024) => bytes(path, { maxBytes })?.toString('utf8'),
    names: (path) => held.names[path] ?? [],
    entries: (path) => ({ names: held.names[path] ?? [], isWhole: true }),
    isFile: (path) => bytes(path, { maxBytes: 1 }) !== undefined,
    modifiedMs: (path) => held.modifiedMs[path] ?? undefined,
    link: (path) => held.link[path] ?? undefined,
  };
}

const keeping = (): CollectContext['memory'] => {
  const held = new Map<string, unknown>();
  return { read: (name) => held.get(name), write: (name, value) => void held.set(name, value) };
};

const chosen = (...names: readonly string[]) => collectors.filter(({ collection }) => names.includes(collection));

type Section = { readonly collection: string; readonly items: readonly Item[] };

/** What our agents' collectors gave, by the name of the device. */
export const collected = new Map<string, readonly Section[]>();

/** Reports what collectors gave, as the agent does. */
async function reported(site: GlpiSite, name: string, sections: readonly Section[]): Promise<number> {
  collected.set(name, sections);
  const device = await nativeDevice(site.appliance, { folder: site.folder, port: site.port, name });
  for (const { collection, items } of sections) {
    const put = await device.report(collection, items);
    if (put.status !== 200) throw new Error(`${collection}: ${put.status} ${put.text}`);
  }
  return device.id;
}

/** What the recorded computer itself is asked by a program, or reads beside its files, is left out. */
const ofFiles = [
  'identity',
  'platform',
  'software',
  'activity',
  'accounts',
  'sessions',
  'protection',
  'encryption',
  'external-device',
] as const;

const ownAgent: Filler = {
  asks: "our agent's collectors on a recorded Debian, before and after a disk was unplugged",
  ask: async (site) => {
    const { at, files, pulled } = debian();
    const memory = keeping();
    const before = { files: recordedFiles(files), memory, clock: () => at };
    const sections = await collectSections(before, { chosen: chosen(...ofFiles) });
    const after = { files: recordedFiles(pulled.files), memory, clock: () => pulled.at };
    sections.push(...(await collectSections(after, { chosen: chosen('external-device') })));
    // Its kernel's table of IPv4; of IPv6 a program is asked.
    const arp = { ...before, files: { ...before.files, isMachine: false }, neighbours: true };
    sections.push(...(await collectSections(arp, { chosen: chosen('neighbour') })));
    const updates = aptItems(readFileSync(join(recordings, 'debian-12-apt.txt'), 'utf8'));
    return reported(site, 'recorded-debian', [...sections, { collection: 'os-update', items: updates }]);
  },
};

const ownExecutables: Filler = {
  asks: "our agent's collector of executable files, over programs of this computer",
  ask: async (site) => {
    const root = join(site.folder, 'programs');
    mkdirSync(root);
    for (const name of ['true', 'false']) copyFileSync(`/bin/${name}`, join(root, name));
    const context = { files: rootFiles(root), memory: keeping(), clock: Date.now, executables: wholeRound };
    return reported(site, 'programs', await collectSections(context, { chosen: chosen('executable') }));
  },
};

const windowsAgent: Filler = {
  asks: "our agent's collectors for Windows, on a report that was composed from the documentation of the classes",
  ask: async (site) => {
    const text = readFileSync(join(repositoryRoot, 'agent/test/windows/report.json'), 'utf8');
    const context = { files: rootFiles('/'), memory: keeping(), clock: () => Date.UTC(2026, 0, 1) };
    const own = windowsCollectors(async () => parseWindowsReport(text));
    return reported(site, 'windows', await collectSections(context, { chosen: own }));
  },
};

const product: Filler = {
  asks: "our agent's reader of products' reports, on the documented one",
  ask: async (site) => {
    const example = /```json\n(\{\n {2}"format": "sallyport-product\/1"[\s\S]*?)\n```/.exec(
      readFileSync(join(repositoryRoot, 'docs/agent.md'), 'utf8'),
    )?.[1];
    const products = join(site.folder, 'products');
    mkdirSync(products);
    writeFileSync(join(products, 'example.json'), example ?? '');
    const root = join(site.folder, 'empty');
    mkdirSync(root);
    const context = { files: rootFiles(root), memory: keeping(), clock: Date.now, products };
    const sections = await collectSections(context, {
      chosen: chosen('protection', 'backup-file', 'quarantine-file'),
    });
    return reported(site, 'product', sections);
  },
};

const fusionInventory: Filler = {
  asks: "FusionInventory's report of a computer, as Debian's agent wrote it with a tag",
  ask: async (site) => {
    const report = readFileSync(join(recordings, 'fusioninventory-2.6.xml'));
    const answer = await site.send(site.token({ approve: 'auto' }), {
      headers: { 'content-type': 'application/x-compress-zlib', 'user-agent': 'FusionInventory-Agent_v2.6-4' },
      body: deflateSync(report),
    });
    if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body.toString()}`);
    const [found] = site.appliance.devices.list({ limit: 1, search: 'vm' }).rows;
    if (found === undefined) throw new Error('it did not come in');
    return found.id;
  },
};

export const fillers = { ownAgent, ownExecutables, windowsAgent, product, fusionInventory } as const;
export type FillerName = keyof typeof fillers;

/** Filled by asking the network and directories; tests of those readers ask for their fields. */
type Asked = 'discovery' | Extract<CollectionName, `directory-${string}`>;

/** The filler of each declared field, by collection; what people enter is in none. */
export const filledBy: Readonly<Record<Exclude<CollectionName, Asked>, Partial<Record<FillerName, string>>>> = {
  identity: {
    ownAgent: 'name dnsName dnsDomain ipv4 ipv6 macs osType isVirtual hypervisor uuid serial',
    fusionInventory: 'agentTag',
    windowsAgent: 'windowsDomain windowsDomainType windowsName networkLocation',
  },
  platform: {
    ownAgent: 'vendor name release codename build arch kernel suites packageKinds updateAgentState vmType',
    windowsAgent: 'installedAt systemFolder managingServer',
  },
  activity: { ownAgent: 'lastUpdateAt restartPending bootedAt', windowsAgent: 'restartReasons' },
  accounts: {
    ownAgent: 'name fullName isAdmin enabled uid lastLoginAt passwordSetAt shell',
    fusionInventory: 'groups',
    windowsAgent: 'domain sid',
  },
  sessions: { ownAgent: 'account kind startedAt endedAt terminal remoteAddress', windowsAgent: 'domain state' },
  software: {
    ownAgent: 'purl type name version arch publisher source sourceVersion kernel installedAt sizeKb',
    windowsAgent: 'uninstallCommand',
  },
  hardware: {
    fusionInventory: 'type subtype maker model serial capacityBytes slot name fileSystem',
    windowsAgent: 'mac vendorId productId firmware interface frequencyMhz cores threads madeAt',
  },
  'os-update': {
    ownAgent: 'update title state kind packages foundBy',
    windowsAgent: 'severity installedAt releasedAt needsRestart errorCode',
  },
  protection: {
    ownAgent: 'product kind version state',
    windowsAgent:
      'publisher realTime databaseState databaseVersion databaseAt lastScanAt threatsFound threatsNotCured components installId',
    product:
      'settings tasks activeLicence reserveLicence licenceUntil installedAt reportedStatus reportedTags reportedUpdates',
  },
  executable: { ownExecutables: 'sha256 name path sizeBytes removable firstSeenAt' },
  'backup-file': { product: 'product number name path sha256 sizeBytes placedAt threat state account' },
  'quarantine-file': {
    windowsAgent: 'product number name path placedAt threat state account',
    product: 'sha256 sizeBytes',
  },
  'external-device': {
    ownAgent: 'label class bus maker vendorId productId serial capacityBytes connected firstSeenAt lastSeenAt allowed',
    windowsAgent: 'port',
  },
  encryption: { ownAgent: 'volume disk method state percent', windowsAgent: 'keyGuarded guards error' },
  neighbour: { ownAgent: 'address mac interface lastSeenAt' },
};
