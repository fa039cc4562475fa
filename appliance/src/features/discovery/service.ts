import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { addressSet } from '@sallyport/bundle-tools/platform/address-set';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import type { EventService } from '../../engine/events/service.ts';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, type Obj, requireRight, systemActor } from '../../engine/objects/types.ts';
import { type ConnectionRecord, type ForbiddenBecause, outbound } from '../../platform/connect.ts';
import type { Database } from '../../platform/database.ts';
import type { AddressRange } from '../../platform/ipv4-range.ts';
import type { JobRun } from '../../platform/job-store.ts';
import type { Jobs } from '../../platform/jobs.ts';
import type { Approvable, ApprovalGate } from '../accounts/types.ts';
import type { DeviceService } from '../devices/service.ts';
import { directories } from './directories.ts';
import type { ForbiddenAddresses } from './forbidden.ts';
import { addressRanges } from './ranges.ts';
import { discoveryRecorder } from './recorder.ts';
import { discoveryStore, type OutboundRow } from './store.ts';
import { allOf, directoryKind, namedTargets, rangeKind, subjectOf } from './targets.ts';
import {
  type DirectorySummary,
  type DiscoveryPayload,
  importJobKind,
  type LastRun,
  pollJobKind,
  type ScanPlan,
  type ScanProgress,
  type ScanSummary,
  type Seen,
  type StoreProgress,
  scanJobKind,
} from './types.ts';

const path = '/proc/net/arp';
const complete = 0x2;

/** Addresses and MACs that the kernel knows of its neighbours: entries that were answered. */
export const parseArp = (text: string): Map<string, string> =>
  new Map(
    text
      .split('\n')
      .slice(1)
      .map((line) => line.trim().split(/\s+/))
      .filter(
        ([, , flags = '0x0', mac = '']) =>
          (Number(flags) & complete) !== 0 && /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i.test(mac) && !/^(00:){5}00$/.test(mac),
      )
      .map(([address = '', , , mac = '']) => [address, mac.toLowerCase()]),
  );

/** The kernel's own table; empty where there is none. */
const readArp = (): Map<string, string> =>
  isThere(path) ? parseArp(readFileSync(path, 'utf8')) : new Map<string, string>();

/** The addresses of this computer. */
const ownAddresses = (): Set<string> =>
  new Set(
    Object.values(networkInterfaces())
      .flat()
      .flatMap((address) => (address === undefined ? [] : [address.address])),
  );

export type DiscoveryRun<Summary> = {
  id: string;
  name: string;
  body: Obj['body'];
  last: LastRun<Summary>;
  /** A run that waits or works. */
  running: JobRun | undefined;
  /** The record that holds a directory's content. */
  device: number | null;
};

export type DiscoveryService = {
  directories(): DiscoveryRun<DirectorySummary>[];
  ranges(): DiscoveryRun<ScanSummary>[];
  /** Connects, binds and looks, nothing more; NOT_NAMED, UNREACHABLE, PEER, DIRECTORY. */
  testDirectory(actor: Actor, id: string): Promise<{ vendor: string; bases: readonly string[] }>;
  /** Adds a poll or a scan; the run that there is already, if any. */
  start(actor: Actor, what: 'poll' | 'scan', id: string): number;
  /** Asks a running scan or poll to end. */
  stop(actor: Actor, what: 'poll' | 'scan', id: string): void;
  /** The work of the job `discovery-poll`. */
  poll(
    id: string,
    actor: Actor,
    run: { signal?: AbortSignal; onProgress(progress: StoreProgress): void },
  ): Promise<DirectorySummary>;
  importLdif(actor: Actor, id: string, bytes: AsyncIterable<Uint8Array>): Promise<DirectorySummary>;
  /** Adds the import of a file of the staging folder, which the run deletes. */
  startImport(actor: Actor, id: string, path: string): number;
  plan(actor: Actor, id: string): ScanPlan;
  /** Where nothing is asked, as ranges of IPv4. */
  keptFrom(): readonly AddressRange[];
  /** Why nothing but identification may connect to an address, at this moment; undefined where something may. */
  forbiddenBecause(address: string): ForbiddenBecause | undefined;
  /** Controllers in the network of an address, for the agent there. */
  controllersNear(address: string): string[];
  /** Why a range is not asked now. */
  hindrance(id: string): string | undefined;
  /** What waits for a second person at a range. */
  approvable(id: string): Approvable;
  confirm(actor: Actor, id: string, confirmed: { digest: string; addresses: number }): void;
  /** The work of the job `discovery-scan`. */
  scan(
    id: string,
    actor: Actor,
    run: { signal?: AbortSignal; onProgress(progress: ScanProgress): void },
  ): Promise<ScanSummary>;
  /** Keeps what agents say of their neighbours. */
  keep(seen: readonly Seen[]): Promise<{ devices: Set<number>; created: number }>;
  /** What one report tells of others, in the caller's transaction; `reporter` is the device that reported, or its name. */
  keepFound(found: readonly Seen[], reporter: number | string): number[];
  /** Counts a connection that another feature opened; a denied one is written into the journal, now and then. */
  noteConnection(record: ConnectionRecord): void;
  /** The connections that this appliance opened or denied, newest first. */
  connections(limit: number): OutboundRow[];
  /** What directories held that are deleted goes, and connections of long ago. */
  trim(): { directories: number; connections: number };
  /** Adds what is due by the schedules. */
  enqueueDue(): number;
};

type DiscoveryParts = {
  db: Database;
  objects: ObjectService;
  gate: Pick<ApprovalGate, 'assertMayApprove'>;
  events: EventService;
  inventory: InventoryService;
  devices: DeviceService;
  jobs: Pick<Jobs, 'enqueue' | 'list'>;
  forbidden: ForbiddenAddresses;
  clock?: () => number;
  /** What is wrong with the clock: nothing is begun by it then. */
  doubt?: () => unknown;
};

const hourMs = 3_600_000;
const shownRuns = 200;
const keptConnectionsMs = 400 * 24 * hourMs;

/** Directories, address ranges, neighbours: everything that finds devices which never spoke. */
export const discoveryService = (parts: DiscoveryParts): DiscoveryService => {
  const { db, objects, gate, events, inventory, devices, jobs, forbidden } = parts;
  const clock = parts.clock ?? nowMs;
  const store = discoveryStore(db);
  const recorder = discoveryRecorder({ db, devices, inventory });
  const noteConnection = (record: ConnectionRecord): void => {
    const isTold = store.count(record, clock());
    if (!isTold) return;
    const { purpose, host, port } = record;
    const params = { purpose, host: host.slice(0, 253), port };
    const actor = 'system:appliance';
    if (record.forbidden === undefined) events.record('connection-denied', { actor, params });
    else events.record('connection-forbidden', { actor, params: { ...params, ...record.forbidden } });
  };
  const out = outbound({
    targets: () => namedTargets(objects),
    forbidden: () => forbidden,
    record: noteConnection,
  });
  const directory = directories({ objects, events, inventory, devices, store, recorder, outbound: out, clock });
  const range = addressRanges({
    objects,
    gate,
    events,
    store,
    recorder,
    outbound: out,
    forbidden,
    arp: readArp,
    ownAddresses,
    clock,
  });

  const jobsOf = { poll: [pollJobKind, importJobKind], scan: [scanJobKind] } as const;
  const kindOf = { poll: directoryKind, scan: rangeKind } as const;

  const runningOf = (what: 'poll' | 'scan', id: string): JobRun | undefined =>
    jobsOf[what]
      .flatMap((kind) => jobs.list({ kind, limit: shownRuns }))
      .find(
        ({ state, payload }) => (state === 'queued' || state === 'running') && (payload as DiscoveryPayload).id === id,
      );

  const runs = <Summary>(what: 'poll' | 'scan'): DiscoveryRun<Summary>[] =>
    allOf(objects, kindOf[what])
      .sort((a, b) => String(a.body['name']).localeCompare(String(b.body['name'])))
      .map((object) => {
        // Before what it leaves: a run that ends meanwhile is still one that runs, and is asked for again.
        const running = runningOf(what, object.id);
        const row = store.subject(subjectOf(object));
        return {
          id: object.id,
          name: String(object.body['name']),
          body: object.body,
          last: {
            at: row?.last_at ?? null,
            okAt: row?.ok_at ?? null,
            code: row?.code ?? null,
            message: row?.message ?? null,
            summary: row?.summary == null ? null : (JSON.parse(row.summary) as Summary),
          },
          running,
          device: row?.device ?? null,
        };
      });

  const enqueue = (what: 'poll' | 'scan', id: string, by: { ref: string; label: string }): number =>
    jobs.enqueue(jobsOf[what][0], { id, actor: by.ref, label: by.label } satisfies DiscoveryPayload);

  const start: DiscoveryService['start'] = (actor, what, id) => {
    requireRight(actor, 'devices:write');
    objects.get(kindOf[what], id);
    return runningOf(what, id)?.id ?? enqueue(what, id, { ref: actorRef(actor), label: actor.label });
  };

  const enqueueDue = (): number => {
    if (parts.doubt?.() !== undefined) return 0;
    let added = 0;
    for (const what of ['poll', 'scan'] as const) {
      for (const { id, body, last, running } of runs(what)) {
        const everyMs = Number(body['everyHours'] ?? 0) * hourMs;
        if (everyMs === 0 || running !== undefined || clock() - (last.at ?? 0) < everyMs) continue;
        if (what === 'poll' ? body['disabled'] === true : range.hindrance(id) !== undefined) continue;
        enqueue(what, id, { ref: 'system:appliance', label: 'Sallyport' });
        added += 1;
      }
    }
    return added;
  };

  return {
    directories: () => runs<DirectorySummary>('poll'),
    ranges: () => runs<ScanSummary>('scan'),
    testDirectory: async (actor, id) => {
      requireRight(actor, 'devices:write');
      return directory.test(id);
    },
    start,
    stop: (actor, what, id) => {
      requireRight(actor, 'devices:write');
      store.setStop(subjectOf(objects.get(kindOf[what], id)), true);
    },
    poll: (id, actor, run) => directory.poll(id, actor, run),
    importLdif: async (actor, id, bytes) => {
      requireRight(actor, 'devices:write');
      return directory.importLdif(id, actor, bytes);
    },
    startImport: (actor, id, path) => {
      requireRight(actor, 'devices:write');
      objects.get(directoryKind, id);
      return jobs.enqueue(importJobKind, {
        id,
        actor: actorRef(actor),
        label: actor.label,
        path,
      } satisfies DiscoveryPayload);
    },
    plan: (actor, id) => {
      requireRight(actor, 'devices:read');
      return range.plan(id);
    },
    keptFrom: forbidden.ipv4,
    forbiddenBecause: (address) =>
      // A wrong record may not turn agents away from the appliance.
      addressSet(ownAddresses()).has(address) ? undefined : forbidden.because(address),
    controllersNear: (address) => {
      const near = forbidden.near(address);
      if (near.length === 0) return near;
      // A wrong record may not turn agents away from the appliance.
      const own = addressSet(ownAddresses());
      return near.filter((one) => !own.has(one));
    },
    hindrance: range.hindrance,
    approvable: range.approvable,
    confirm: range.confirm,
    scan: (id, actor, run) => range.scan(id, actor, run),
    keep: recorder.keepAll,
    keepFound: (found, reporter) =>
      recorder.keepFound(
        found,
        typeof reporter === 'string' ? reporter : (devices.find(reporter)?.hostname ?? `#${reporter}`),
      ),
    noteConnection,
    connections: store.connections,
    trim: () => {
      let gone = 0;
      for (const { subject, device } of store.subjects()) {
        const [kind = '', id = ''] = subject.split('/');
        if (objects.ofAnyKind.find(kind, id) !== undefined) continue;
        // The people in it go with it; a restored source is read again.
        if (device !== null && devices.find(device) !== undefined) devices.forget(systemActor, device);
        store.dropSubject(subject);
        gone += 1;
      }
      return { directories: gone, connections: store.dropConnections(clock() - keptConnectionsMs) };
    },
    enqueueDue,
  };
};
