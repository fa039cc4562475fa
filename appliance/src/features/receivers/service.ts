import type { SigningKey } from '@sallyport/bundle-tools/trust/keys';
import type { EventService } from '../../engine/events/service.ts';
import type { FurtherRule, ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';
import { type Forbidden, type NamedTarget, outbound } from '../../platform/connect.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { queryFault } from '../../platform/filter/written-filter.ts';
import type { Log } from '../../platform/log.ts';
import { proofOf } from '../../platform/named-peer.ts';
import type { MakeAgreements } from '../accounts/types.ts';
import type { DeviceQueries } from '../devices/types.ts';
import type { DiscoveryService } from '../discovery/service.ts';
import { type EventLines, eventLines } from './event-lines.ts';
import { type FilesObject, fileReceivers, isAgreed } from './file-receivers.ts';
import { batchLines, type Sender, sender } from './sender.ts';
import { openSession } from './session.ts';
import { receiverStore } from './store.ts';
import { systemLog, systemLogTurns } from './system-log.ts';
import { EVENT_FILES, isSentAgain, type LineFormat, type Receiver, SIEM, type Transport } from './types.ts';

const behindMs = 60 * 60_000;
const mostReceivers = 100;

type Parts = {
  db: Database;
  events: EventService;
  objects: ObjectService;
  devices: Pick<DeviceQueries, 'names'>;
  forbidden: Forbidden;
  record: DiscoveryService['noteConnection'];
  agreements: MakeAgreements;
  site: string;
  version: string;
  dataFolder: string;
  signingKey: () => SigningKey;
  log: Log;
  clock: () => number;
};

type Named = ObjectOf<typeof SIEM>;

export type ReceiverService = ReturnType<typeof receiverService>;

const targetOf = ({ id, body }: Named): NamedTarget => ({
  purpose: 'siem',
  object: `${SIEM}/${id}`,
  ports: body.transport === 'udp' ? [] : [body.port ?? 0],
  udp: body.transport === 'udp' ? [body.port ?? 0] : [],
  echo: false,
  covers: (host) => host === body.host,
});

/** Receivers of events, and the positions up to which each has them. */
export function receiverService(parts: Parts) {
  const { db, events, objects, devices, forbidden, record, log, clock } = parts;
  const store = receiverStore(db);
  const logGrave = systemLogTurns({ events, devices, store, log, clock });
  const all = (): Named[] => objects.list({ kind: SIEM, limit: mostReceivers }).rows;
  const isOn = ({ body }: Named): boolean => body.disabled !== true;
  const out = outbound({ targets: () => all().filter(isOn).map(targetOf), forbidden: () => forbidden, record });
  const linesFor = eventLines(parts);
  const senders = new Map<string, { revision: number; sender: Sender }>();

  /** What retention removed before the receiver had it is counted, and told. */
  const miss = (receiver: Named | FilesObject, missed: number): void => {
    if (missed <= 0) return;
    store.miss(missed, receiver.id);
    events.record('receiver-missed', { params: { name: receiver.body.name, events: missed } });
  };

  const files = fileReceivers({ ...parts, store, linesFor, missed: miss });

  const toOf = ({ id, body }: Named) => ({
    destination: { purpose: 'siem' as const, object: `${SIEM}/${id}`, host: body.host, port: body.port ?? 0 },
    transport: body.transport as Transport,
    proof: proofOf(body),
  });

  const senderOf = (receiver: Named, lines: EventLines, pause: () => Promise<void>): Sender => {
    const { id, body } = receiver;
    const taken = (): number => store.of(id)?.event ?? events.newest();
    return sender({
      isSentAgain: isSentAgain(body.transport as Transport),
      connect: () => openSession(out, toOf(receiver)),
      taken,
      batch: (after) => lines.batch(after, batchLines),
      move: (upTo, lines) => {
        const was = taken();
        store.move({ receiver: id, event: upTo, lines, at: lines > 0 ? clock() : null });
        miss(receiver, upTo - was - events.countIn(was, upTo));
      },
      fail: (message) => store.fail(message.slice(0, 500), clock(), id),
      pause,
    });
  };

  /** Tells once that a receiver is behind by an hour, and once that it is back. */
  const watch = ({ id, body: { name } }: Named | FilesObject): void => {
    const standing = store.of(id);
    if (standing === undefined) return;
    const [next] = events.after(standing.event, 1);
    const isBehind = next !== undefined && clock() - next.at > behindMs;
    if (isBehind && standing.behindAt === null) {
      store.setBehind(clock(), id);
      const params = { name, events: events.newest() - standing.event, reason: standing.error ?? '' };
      events.record('receiver-behind', { params });
    } else if (!isBehind && standing.behindAt !== null) {
      store.setBehind(null, id);
      events.record('receiver-back', { params: { name } });
    }
  };

  const found = (id: string): Named => {
    const object = objects.find(SIEM, id);
    if (object === undefined) throw new AppError('NOT_FOUND', `there is no receiver of events ${id.slice(0, 64)}`);
    return object;
  };

  const standingOf = (id: string) => {
    const standing = store.of(id);
    const behind = standing === undefined ? 0 : Math.max(0, events.newest() - standing.event);
    const isFailing = standing !== undefined && standing.errorAt !== null && standing.errorAt >= (standing.lastAt ?? 0);
    const state: Receiver['state'] =
      standing === undefined
        ? 'new'
        : standing.behindAt !== null
          ? 'behind'
          : isFailing && behind > 0
            ? 'waiting'
            : 'connected';
    return {
      state,
      sent: standing?.sent ?? 0,
      behind,
      missed: standing?.missed ?? 0,
      lastAt: standing?.lastAt ?? null,
      error: standing?.error ?? null,
      errorAt: standing?.errorAt ?? null,
    };
  };

  const shown = ({ id, body }: Named): Receiver => ({
    id,
    name: body.name,
    host: body.host,
    port: body.port ?? 0,
    transport: body.transport as Receiver['transport'],
    format: (body.format ?? 'rfc5424') as LineFormat,
    disabled: body.disabled === true,
    ...standingOf(id),
    ...(body.disabled === true ? { state: 'off' } : {}),
  });

  const shownFiles = (receiver: FilesObject): Receiver => ({
    id: receiver.id,
    name: receiver.body.name,
    host: receiver.body.folder,
    port: null,
    transport: 'files',
    format: (receiver.body.format ?? 'rfc5424') as LineFormat,
    disabled: receiver.body.disabled === true,
    ...standingOf(receiver.id),
    ...(receiver.body.disabled === true ? { state: 'off' } : isAgreed(receiver) ? {} : { state: 'asked' }),
  });

  const stop = async (): Promise<void> => {
    const all = [...senders.values()];
    senders.clear();
    files.stop();
    await Promise.all(all.map((one) => one.sender.stop()));
  };

  const bodyRule: FurtherRule = (_id, body) => {
    const fault = queryFault(events, String(body['query'] ?? ''));
    return { faults: fault === undefined ? {} : { query: fault }, body };
  };
  const filesRule: FurtherRule = (id, body) => ({
    body,
    faults: { ...bodyRule(id, body).faults, ...files.bodyRule(id, body).faults },
  });

  /** From where on one has events: what happened before it was named is past; a database that went back has its own events again. */
  const place = (id: string): void => {
    const newest = events.newest();
    const at = store.of(id)?.event;
    if (at === undefined) store.begin(id, newest);
    else if (at > newest) store.move({ receiver: id, event: newest, lines: 0, at: null });
  };

  return {
    bodyRules: { [SIEM]: bodyRule, [EVENT_FILES]: filesRule } as Readonly<Record<string, FurtherRule>>,
    guards: files.guards,
    fileAgreements: files.agreements,
    again: files.again,
    /** In the server: writes what is grave into the system's log, looks at every receiver, and sends what waits beside it; `pause` ends when this thread may write. */
    turn: async (pause: () => Promise<void>): Promise<void> => {
      logGrave();
      const on = all().filter(isOn);
      for (const [id, { revision, sender: held }] of senders) {
        if (on.some((one) => one.id === id && one.revision === revision)) continue;
        await held.stop();
        senders.delete(id);
      }
      for (const receiver of on) {
        const { id, revision, body } = receiver;
        place(id);
        watch(receiver);
        let held = senders.get(id);
        if (held === undefined) {
          held = { revision, sender: senderOf(receiver, await linesFor(body), pause) };
          senders.set(id, held);
        }
        void held.sender.run();
      }
      for (const receiver of files.kind.all().filter(files.kind.isOn)) {
        place(receiver.id);
        watch(receiver);
        files.run(receiver, pause);
      }
    },
    stop,
    list: (): Receiver[] => [...all().map(shown), ...files.kind.all().map(shownFiles)],
    /** Sends one line now, over a connection of its own, or writes what waits into a file. NOT_FOUND, CONFLICT for one that is off, or what kept it from arriving. */
    test: async (actor: Actor, id: string): Promise<Receiver> => {
      const ofFiles = files.kind.find(id);
      if (ofFiles !== undefined) {
        place(id);
        events.record('receiver-test', { actor: actorRef(actor), params: { name: ofFiles.body.name } });
        await files.now(ofFiles);
        return shownFiles(ofFiles);
      }
      const receiver = found(id);
      if (!isOn(receiver)) throw new AppError('CONFLICT', 'the receiver is switched off');
      const lines = await linesFor(receiver.body);
      const event = events.record('receiver-test', { actor: actorRef(actor), params: { name: receiver.body.name } });
      const session = await openSession(out, toOf(receiver));
      try {
        await session.send(lines.of([event]));
      } finally {
        await session.close();
      }
      return shown(receiver);
    },
    /** Positions of receivers that are no more go. */
    trim: (): number => store.keepOnly([systemLog, ...[...all(), ...files.kind.all()].map(({ id }) => id)]),
  };
}
