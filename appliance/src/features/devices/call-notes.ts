import type { EventService, NewEvent } from '../../engine/events/service.ts';
import type { InventorySource } from '../../engine/inventory/types.ts';
import { type Database, immediate, immediateWithin } from '../../platform/database.ts';
import type { CertificateStore } from './certificate-store.ts';
import type { SourceStore } from './source-store.ts';
import type { DeviceStore } from './store.ts';
import type { Seen, SourceSeen, UsedCertificate } from './types.ts';

// What a call only tells is noted in memory and written with others: a write for each would cost more than the call itself, and
// the thread that answers would wait for another writer. A crash loses notes and nothing else: the next call tells them again.

export type CallNotes = {
  /** Of the native source. */
  note(seen: Seen): void;
  noteSource(source: InventorySource, seen: SourceSeen): void;
  /** A device's boots, the newest first, JSON: everybody has a new one after a power cut. */
  noteBoots(device: number, bootIds: string): void;
  /** A certificate was shown for the first time: from now on it stands in place of those before it. */
  noteUse(used: UsedCertificate): void;
  /** An event that is no act: recorded at once, or with the others while another connection writes. */
  record(type: NotedName, event: NewEvent<NotedName>): void;
  /** Boots that are not written yet. */
  pendingBoots(device: number): string | undefined;
  forgetBoots(device: number): void;
  /** Milliseconds of a note that is not written yet. */
  pending(device: number, source: InventorySource): number | undefined;
  /** Certificates of a device of which it is not written yet that they are in use. */
  pendingUses(device: number): readonly UsedCertificate[];
  /** What is to be written, for another thread; undefined where there is nothing, or it has some already. `written` follows. */
  take(): NoteBatch | undefined;
  /** What was taken is written, or is not and waits again. */
  written(isWritten: boolean): void;
  /** Writes what was taken, in the caller's transaction. */
  write(batch: NoteBatch): void;
  /** Writes what is not taken. */
  flush(): void;
  /** The same, unless another connection writes: for pages, which do not wait for it. */
  flushIfFree(): void;
};

/** Refusals, of which a crash may lose the last. */
type NotedName = 'certificate-refused' | 'enrolment-refused' | 'section-rejected';
type NotedEvent = { readonly type: NotedName; readonly event: NewEvent<NotedName> };

/** Refusals are counted by address and device before they come here; how many more there were is one event. */
const mostEvents = 1_000;

/** What calls told since the last writing: each device's last call and boots, first uses of certificates, refusals. */
export type NoteBatch = {
  readonly seen: readonly Seen[];
  readonly clients: readonly SourceSeen[];
  readonly boots: readonly (readonly [device: number, bootIds: string])[];
  readonly used: readonly UsedCertificate[];
  readonly events: readonly NotedEvent[];
  /** Refusals that found no room among the events. */
  readonly dropped: number;
};

type Page = {
  seen: Map<number, Seen>;
  clients: Map<string, SourceSeen>;
  boots: Map<number, string>;
  used: Map<number, readonly UsedCertificate[]>;
  events: readonly NotedEvent[];
  dropped: number;
};

const emptyPage = (): Page => ({
  seen: new Map(),
  clients: new Map(),
  boots: new Map(),
  used: new Map(),
  events: [],
  dropped: 0,
});

const isEmpty = ({ seen, clients, boots, used, events }: Page): boolean =>
  seen.size + clients.size + boots.size + used.size + events.length === 0;

const batchOf = ({ seen, clients, boots, used, events, dropped }: Page): NoteBatch => ({
  seen: [...seen.values()],
  clients: [...clients.values()],
  boots: [...boots],
  used: [...used.values()].flat(),
  events,
  dropped,
});

/** Notes of before with those since. */
const joined = (before: Page, since: Page): Page => ({
  seen: new Map([...before.seen, ...since.seen]),
  clients: new Map([...before.clients, ...since.clients]),
  boots: new Map([...before.boots, ...since.boots]),
  used: new Map([
    ...before.used,
    ...[...since.used].map(([device, uses]) => [device, [...(before.used.get(device) ?? []), ...uses]] as const),
  ]),
  events: [...before.events, ...since.events].slice(0, mostEvents),
  dropped: before.dropped + since.dropped + Math.max(0, before.events.length + since.events.length - mostEvents),
});

/** Collects what calls tell. */
export const callNotes = (parts: {
  db: Database;
  store: DeviceStore;
  sources: SourceStore;
  certificates: CertificateStore;
  events: Pick<EventService, 'record'>;
}): CallNotes => {
  const { db, store, sources, certificates, events } = parts;
  let page = emptyPage();
  /** What another thread writes now. */
  let taken: Page | undefined;

  const pendingUses = (device: number): readonly UsedCertificate[] => [
    ...(taken?.used.get(device) ?? []),
    ...(page.used.get(device) ?? []),
  ];
  const write = ({ seen, clients, boots, used, events: noted, dropped }: NoteBatch): void => {
    for (const { type, event } of noted) events.record(type, event);
    if (dropped > 0) events.record('refusals-dropped', { params: { count: dropped } });
    for (const { fingerprint, at } of used) {
      const first = certificates.use(fingerprint, at);
      if (first === undefined) continue;
      events.record('device-certificate-renewed', { device: first.device, params: { serial: first.serial } });
    }
    for (const [device, bootIds] of boots) store.noteBootIds(device, bootIds);
    store.seen(seen);
    for (const { sourceId, at, agentVersion } of seen) {
      if (sourceId !== null) sources.seenNative(sourceId, at, agentVersion);
    }
    for (const note of clients) {
      sources.seen(note);
      store.seenAt(note.device, note.at, note.sourceId);
    }
  };
  const writePage = (): void => write(batchOf(page));
  // What another thread has is older than what came since, and must not be written after it.
  const isNothingToWrite = (): boolean => taken !== undefined || isEmpty(page);
  return {
    note: (seen) => void page.seen.set(seen.id, seen),
    noteSource: (source, seen) => void page.clients.set(`${seen.device}/${source}`, seen),
    noteBoots: (device, bootIds) => void page.boots.set(device, bootIds),
    noteUse: (used) => {
      if (pendingUses(used.device).some(({ fingerprint }) => fingerprint === used.fingerprint)) return;
      page.used.set(used.device, [...(page.used.get(used.device) ?? []), used]);
    },
    record: (type, event) => {
      const record = (): void => void events.record(type, event);
      if (db.inTransaction) return record();
      if (immediateWithin(db, 0, record)) return;
      if (page.events.length < mostEvents) page.events = [...page.events, { type, event }];
      else page.dropped += 1;
    },
    pendingBoots: (device) => page.boots.get(device) ?? taken?.boots.get(device),
    forgetBoots: (device) => {
      page.boots.delete(device);
      taken?.boots.delete(device);
    },
    pending: (device, source) => {
      const at = ({ seen, clients }: Page): number | undefined =>
        source === 'native' ? seen.get(device)?.at : clients.get(`${device}/${source}`)?.at;
      return at(page) ?? (taken && at(taken));
    },
    pendingUses,
    take: () => {
      if (isNothingToWrite()) return undefined;
      taken = page;
      page = emptyPage();
      return batchOf(taken);
    },
    written: (isWritten) => {
      if (taken !== undefined && !isWritten) page = joined(taken, page);
      taken = undefined;
    },
    write,
    flush: () => {
      if (isNothingToWrite()) return;
      immediate(db, writePage);
      page = emptyPage();
    },
    flushIfFree: () => {
      if (isNothingToWrite() || !immediateWithin(db, 0, writePage)) return;
      page = emptyPage();
    },
  };
};
