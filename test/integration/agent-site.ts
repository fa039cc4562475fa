import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { openCa } from '@sallyport/appliance/features/ca/service';
import type { DeploymentQueue } from '@sallyport/appliance/features/deployments/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { type Server, startServer } from '@sallyport/appliance/server/server';
import { encodeInventory } from '@sallyport/bundle-tools/documents/inventory';
import { limits } from '@sallyport/bundle-tools/documents/limits';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { ActPermitRequest } from '@sallyport/bundle-tools/protocol/act-permit';
import { siteFingerprint } from '@sallyport/bundle-tools/protocol/site';
import type { InstallPackageTask as Task } from '@sallyport/bundle-tools/protocol/task';
import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import { generateSigningKey, type SigningKey } from '@sallyport/bundle-tools/trust/keys';
import {
  buildSnapshot,
  buildTargets,
  buildTimestamp,
  createRoot,
  signMetadata,
} from '@sallyport/bundle-tools/trust/repository';
import { initialised } from '../../appliance/test/support/initialised.ts';
import { runAgent as runAgentLine } from '../support/command-process.ts';
import { flags, temporaryFolder } from '../support/commands.ts';
import { makeToken } from '../support/tokens.ts';

// A real appliance behind its real listener, and real agents beside it, whose commands one process runs. What the exchange and the deployments
// would bring (trust files, orders) comes from here, so that a test can be the thief of an appliance.

export const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex');
export const newId = (): string => Buffer.from(randomBytes(16)).toString('hex');

const inDays = (days: number): string => toTime(nowMs() + days * 86_400_000);

type Keys = {
  root: SigningKey[];
  curator: SigningKey;
  snapshot: SigningKey;
  timestamp: SigningKey;
  fulfil: SigningKey;
};

export const newKeys = (): Keys => ({
  root: [generateSigningKey(), generateSigningKey()],
  curator: generateSigningKey(),
  snapshot: generateSigningKey(),
  timestamp: generateSigningKey(),
  fulfil: generateSigningKey(),
});

/** A root of these keys, signed by them and by whom else. */
export const makeRoot = (version: number, keys: Keys, signers: SigningKey[] = []): Uint8Array =>
  signMetadata(
    createRoot({
      version,
      expires: inDays(1000),
      rootKeys: keys.root.map((key) => key.publicKey),
      rootThreshold: 2,
      targetsKeys: [keys.curator.publicKey],
      targetsThreshold: 1,
      snapshotKeys: [keys.snapshot.publicKey],
      timestampKeys: [keys.timestamp.publicKey],
    }),
    [...keys.root, ...signers],
  );

/** The digests of the parts of an object that is larger than one. */
const chunksOf = (bytes: Uint8Array): { chunks?: string[] } => {
  if (bytes.length <= limits.chunkBytes) return {};
  const starts = Array.from({ length: Math.ceil(bytes.length / limits.chunkBytes) }, (_, n) => n * limits.chunkBytes);
  return { chunks: starts.map((start) => sha256(bytes.subarray(start, start + limits.chunkBytes))) };
};

/** The files of a repository whose one catalog lists these objects. */
export const publish = (
  keys: Keys,
  version: number,
  objects: readonly Uint8Array[],
  expiresDays = 90,
): Map<string, Uint8Array> => {
  const lines = objects.map((bytes, index) => ({
    path: `updates/${index}-${sha256(bytes).slice(0, 8)}.deb`,
    sha256: sha256(bytes),
    size: bytes.length,
    kind: 'update' as const,
    ...chunksOf(bytes),
  }));
  const inventory = encodeInventory(lines);
  const expires = inDays(expiresDays);
  const targets = signMetadata(
    buildTargets({
      version,
      expires,
      targets: [{ path: `catalog/${version}/inventory.jsonl`, bytes: inventory }],
      fulfilKeys: [keys.fulfil.publicKey],
      fulfilThreshold: 1,
    }),
    [keys.curator],
  );
  const snapshot = signMetadata(buildSnapshot({ version, expires, targets }), [keys.snapshot]);
  const timestamp = signMetadata(buildTimestamp({ version, expires, snapshot }), [keys.timestamp]);
  return new Map([
    ['targets.json', targets],
    ['snapshot.json', snapshot],
    ['timestamp.json', timestamp],
    ['inventory.jsonl', inventory],
  ]);
};

type AgentRun = { status: number | null; json: Record<string, unknown>; stderr: string };

export type AgentSite = {
  folder: string;
  appliance: Appliance;
  port: number;
  server: string;
  keys: Keys;
  /** What /trust serves. */
  trust: Map<string, Uint8Array>;
  /** What /objects serves instead of the store's bytes. */
  swapped: Map<string, Uint8Array>;
  orders: { device: number; task: Task }[];
  results: { task: string; result: TaskResult }[];
  cancelled: Set<string>;
  /** What is answered to an agent that asks whether it may change its computer, and what was asked. */
  permits: { go: boolean; asked: { task: string; asked: ActPermitRequest }[] };
  /** Objects are sent only once this has settled. */
  gate: { open: Promise<void> | undefined };
  /** Certificates are issued as if so many days ago. */
  issue: { daysAgo: number };
  fingerprint(): string;
  token(body?: Record<string, unknown>): string;
  agent(...args: string[]): Promise<AgentRun>;
  /** Enrols a device with a root of its own. */
  enrol(
    name: string,
    options?: { token?: string; more?: string[] },
  ): Promise<{ state: string; root: string; run: AgentRun }>;
  order(device: number, deb: MadePackage, over?: Partial<Task>): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
};

/** A small system root with a dpkg database of its own. */
export const layRoot = (root: string, name: string): void => {
  for (const folder of ['etc', 'var/lib/dpkg/info', 'var/lib/dpkg/updates', 'var/lib/dpkg/triggers', 'var/log']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  writeFileSync(join(root, 'etc/hostname'), `${name}\n`);
  writeFileSync(join(root, 'etc/machine-id'), `${sha256(name).slice(0, 32)}\n`);
  writeFileSync(join(root, 'etc/os-release'), 'ID=demo-line\nVERSION_ID="1"\n');
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/sh\n');
  writeFileSync(join(root, 'var/lib/dpkg/status'), '');
  writeFileSync(join(root, 'var/lib/dpkg/available'), '');
  writeFileSync(join(root, 'var/lib/dpkg/arch'), 'amd64\n');
};

/** A shell and `sleep` inside a root, with the libraries that they need, so that a package's script runs there. */
export const layShell = (root: string): void => {
  for (const program of ['/bin/sh', '/bin/sleep']) {
    const libraries = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? [];
    for (const path of [program, ...libraries]) {
      const target = join(root, path);
      mkdirSync(dirname(target), { recursive: true });
      copyFileSync(path, target);
    }
  }
};

export type MadePackage = { name: string; version: string; bytes: Uint8Array; sha256: string };

/** Builds a .deb of one file; `script` becomes its postinst. */
export const makePackage = (folder: string, name: string, version: string, script?: string): MadePackage => {
  const tree = join(folder, `${name}-${version}`);
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true });
  mkdirSync(join(tree, 'opt', name), { recursive: true });
  writeFileSync(join(tree, 'opt', name, 'version'), `${version}\n`);
  writeFileSync(
    join(tree, 'DEBIAN/control'),
    `Package: ${name}\nVersion: ${version}\nArchitecture: all\nMaintainer: Line <line@example.org>\nDescription: ${name}\n`,
  );
  if (script !== undefined) writeFileSync(join(tree, 'DEBIAN/postinst'), script, { mode: 0o755 });
  const path = join(folder, `${name}_${version}.deb`);
  execFileSync('dpkg-deb', ['--root-owner-group', '--build', tree, path], { stdio: 'ignore' });
  const bytes = new Uint8Array(readFileSync(path));
  return { name, version, bytes, sha256: sha256(bytes) };
};

/** `tasks`: other orders than those of the test; `served`: a device asks for a file of the chain or for an object. */
type AgentSiteOptions = {
  tasks?: (appliance: Appliance) => DeploymentQueue;
  served?: (what: 'trust' | 'object') => void;
};

/** A site with a trust root, listening on loopback. */
export const openAgentSite = async (options: AgentSiteOptions = {}): Promise<AgentSite> => {
  const { path: folder, remove } = temporaryFolder('agent-site');
  const dataDir = join(folder, 'data');
  const log = openLog('silent');
  await initialised({
    dataDir,
    site: 'line-1',
    addresses: ['localhost', '127.0.0.1'],
    listen: { address: '127.0.0.1', port: 0 },
    administrator: 'admin',
    log,
  });
  const appliance = await compose({ dataDir, log });
  const runAgent = async (args: readonly string[]): Promise<AgentRun> => {
    const { status, stdout, stderr } = await runAgentLine([...args, '--json']);
    return { status, json: JSON.parse(stdout || '{}') as Record<string, unknown>, stderr };
  };
  const keys = newKeys();
  const trust = new Map<string, Uint8Array>([['1.root.json', makeRoot(1, keys)], ...publish(keys, 1, [])]);
  const swapped = new Map<string, Uint8Array>();
  const orders: AgentSite['orders'] = [];
  const results: AgentSite['results'] = [];
  const cancelled = new Set<string>();
  const permits: AgentSite['permits'] = { go: true, asked: [] };
  const gate: AgentSite['gate'] = { open: undefined };
  const issue = { daysAgo: 0 };
  const rootInForce = (): Uint8Array => {
    const newest = [...trust.keys()]
      .filter((name) => name.endsWith('.root.json'))
      .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10));
    return trust.get(newest.at(-1) ?? '') ?? new Uint8Array();
  };
  const isOpen = (device: number, id: string) =>
    orders.some((order) => order.device === device && order.task.id === id);
  const tasks: DeploymentQueue = {
    isWaiting: (device) => orders.some((order) => order.device === device),
    next: (device) => orders.find((order) => order.device === device)?.task ?? null,
    cancelled: (_device, ids) => ids.filter((id) => cancelled.has(id)),
    result: (device, id, result) => {
      if (!isOpen(device, id)) return results.some((one) => one.task === id) ? 'repeat' : 'not-found';
      if (result.state !== 'restarting')
        orders.splice(
          orders.findIndex((order) => order.task.id === id),
          1,
        );
      results.push({ task: id, result });
      return cancelled.has(id) ? 'cancelled' : 'ok';
    },
    state: () => undefined,
    isNews: () => false,
    mayAct: (device, id, asked) => {
      if (!isOpen(device, id)) return undefined;
      permits.asked.push({ task: id, asked });
      return permits.go ? { go: true, mustEndBy: inDays(1) } : { go: false, why: 'WINDOW_CLOSED' };
    },
    inHand: (device) => orders.find((order) => order.device === device)?.task,
    mayFetch: (device, hash) =>
      orders.some((order) => order.device === device && order.task.objects.some((object) => object.sha256 === hash)),
  };
  const { store } = appliance;
  const parts: Appliance = {
    ...appliance,
    tasks: options.tasks?.(appliance) ?? tasks,
    ca: {
      ...appliance.ca,
      issueForDevice: async (request, publicId) => {
        const clock = () => nowMs() - issue.daysAgo * 86_400_000;
        const ca = await openCa({ keyring: appliance.keyring, keysDir: appliance.paths.keys, clock });
        return ca.issueForDevice(request, publicId);
      },
    },
    trustFiles: {
      get: (name) => {
        options.served?.('trust');
        return trust.get(name) ?? null;
      },
      root: rootInForce,
    },
    store: {
      ...store,
      // A thief changes bytes on the disk of the appliance.
      open: (hash, range) => {
        options.served?.('object');
        const other = swapped.get(hash);
        if (other !== undefined) writeFileSync(store.path(hash), other);
        const bytes = store.open(hash, range);
        if (gate.open === undefined) return bytes;
        return Readable.from(
          (async function* () {
            await gate.open;
            yield* bytes;
          })(),
          { objectMode: false },
        );
      },
      size: (hash) => swapped.get(hash)?.length ?? store.size(hash),
    },
  };
  const running: { server: Server | undefined; port: number } = { server: undefined, port: 0 };
  const start = async (): Promise<void> => {
    running.server = await startServer(parts, { listen: { address: '127.0.0.1', port: running.port } });
    running.port = running.server.port;
  };
  const stop = async (): Promise<void> => {
    await running.server?.stop();
    running.server = undefined;
  };
  await start();
  const server = `https://127.0.0.1:${running.port}`;
  const fingerprint = (): string => siteFingerprint(appliance.ca.certificateDer, rootInForce());
  const token = (body: Record<string, unknown> = {}): string => {
    const secret = makeToken(appliance.objects, 'agent', body);
    const path = join(folder, `secret-${newId()}`);
    writeFileSync(path, secret, { mode: 0o600 });
    return path;
  };
  const enrol: AgentSite['enrol'] = async (name, options = {}) => {
    const root = join(folder, `root-${name}`);
    const state = join(folder, `state-${name}`);
    layRoot(root, name);
    const run = await runAgent([
      'enrol',
      ...flags({ server, 'token-file': options.token ?? token(), fingerprint: fingerprint(), state, root, wait: '0' }),
      ...(options.more ?? []),
    ]);
    return { state, root, run };
  };
  return {
    folder,
    appliance,
    port: running.port,
    server,
    keys,
    trust,
    swapped,
    orders,
    results,
    cancelled,
    permits,
    gate,
    issue,
    fingerprint,
    token,
    agent: (...args) => runAgent(args),
    enrol,
    order: (device, deb, over = {}) => {
      const id = newId();
      const task: Task = {
        id,
        attempt: 1,
        action: 'install-package',
        update: 'u',
        package: { name: deb.name, version: deb.version, arch: 'all' },
        objects: [{ sha256: deb.sha256, size: deb.bytes.length }],
        successExit: [0],
        restartExit: [],
        timeoutMs: 60_000,
        ...over,
      };
      orders.push({ device, task });
      return id;
    },
    stop,
    start,
    close: async () => {
      await stop();
      await appliance.close();
      remove();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
