import { hostname } from 'node:os';
import type { Lang } from '@sallyport/ui/i18n/types';
import type { EventService } from '../../engine/events/service.ts';
import type { StoredEvent } from '../../engine/events/types.ts';
import type { FurtherRule, ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';
import { type Forbidden, type NamedTarget, outbound } from '../../platform/connect.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { filterOf, queryFault } from '../../platform/filter/written-filter.ts';
import type { Log } from '../../platform/log.ts';
import { proofOf } from '../../platform/named-peer.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { DeviceQueries } from '../devices/types.ts';
import type { DiscoveryService } from '../discovery/service.ts';
import { lineOf } from './lines.ts';
import { type Batch, batchLines, type Sender, sender } from './sender.ts';
import { openSession } from './session.ts';
import { receiverStore } from './store.ts';
import { systemLog, systemLogTurns } from './system-log.ts';
import { isSentAgain, type LineEvent, type LineFormat, type Receiver, SIEM, type Transport } from './types.ts';

const behindMs = 60 * 60_000;
const mostReceivers = 100;

type Parts = {
  db: Database;
  events: EventService;
  objects: ObjectService;
  devices: Pick<DeviceQueries, 'names'>;
  forbidden: Forbidden;
  record: DiscoveryService['noteConnection'];
  site: string;
  version: string;
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
export function receiverService({ db, events, objects, devices, forbidden, record, site, version, log, clock }: Parts) {
  const store = receiverStore(db);
  const logGrave = systemLogTurns({ events, devices, store, log, clock });
  const all = (): Named[] => objects.list({ kind: SIEM, limit: mostReceivers }).rows;
  const isOn = ({ body }: Named): boolean => body.disabled !== true;
  const out = outbound({ targets: () => all().filter(isOn).map(targetOf), forbidden: () => forbidden, record });
  const origin = { site, host: hostname(), version };
  const senders = new Map<string, { revision: number; sender: Sender }>();

  const words = async (lang: Lang) => {
    const { catalogue, wordsOf } = await import('@sallyport/ui/i18n/catalogue');
    events.knowWords(wordsOf);
    return catalogue(lang).tDynamic;
  };

  const linesOf = (
    found: readonly StoredEvent[],
    { body }: Named,
    say: (key: string, params: Readonly<Record<string, string | number>>, fallback: string) => string,
  ): string[] => {
    const named = devices.names([...new Set(found.flatMap(({ device }) => device ?? []))]);
    const types = new Map(events.types().map((type) => [type.type, type.params]));
    return found.map((event) => {
      const device = event.device === null ? undefined : named.get(event.device);
      const params = Object.fromEntries(
        Object.entries(event.params).map(([name, value]) => [
          name,
          types.get(event.type)?.[name] === 'time' ? new Date(Number(value)).toISOString() : value,
        ]),
      );
      const spoken = device === undefined ? params : { ...params, device: device.name };
      const line: LineEvent = {
        id: event.id,
        at: event.at,
        type: event.type,
        severity: event.severity,
        area: event.area,
        device,
        actor: event.actor,
        from: event.from,
        params,
        audit: event.auditSeq,
        title: event.type.replaceAll('-', ' '),
        sentence: say(`event.${event.type}`, spoken, event.type),
      };
      return lineOf((body.format ?? 'rfc5424') as LineFormat, line, origin);
    });
  };

  /** What retention removed before the receiver had it is counted, and told. */
  const miss = (receiver: Named, missed: number): void => {
    if (missed <= 0) return;
    store.miss(missed, receiver.id);
    events.record('receiver-missed', { params: { name: receiver.body.name, events: missed } });
  };

  const toOf = ({ id, body }: Named) => ({
    destination: { purpose: 'siem' as const, object: `${SIEM}/${id}`, host: body.host, port: body.port ?? 0 },
    transport: body.transport as Transport,
    proof: proofOf(body),
  });

  const senderOf = (receiver: Named, say: Parameters<typeof linesOf>[2], pause: () => Promise<void>): Sender => {
    const { id, body } = receiver;
    const filter = filterOf(events, String(body.query ?? ''));
    const taken = (): number => store.of(id)?.event ?? events.newest();
    return sender({
      isSentAgain: isSentAgain(body.transport as Transport),
      connect: () => openSession(out, toOf(receiver)),
      taken,
      batch: (after): Batch | undefined => {
        const read = events.after(after, batchLines);
        const last = read.at(-1);
        if (last === undefined) return undefined;
        const span = { scope: wholeSite('site-right'), filter, after, upTo: last.id, most: batchLines };
        const wanted = filter === undefined ? undefined : new Set(events.numbersIn(span));
        const found = read.filter((event) => wanted === undefined || wanted.has(event.id));
        return { upTo: last.id, lines: linesOf(found, receiver, say) };
      },
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
  const watch = ({ id, body: { name } }: Named): void => {
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

  const shown = ({ id, body }: Named): Receiver => {
    const standing = store.of(id);
    const behind = standing === undefined ? 0 : Math.max(0, events.newest() - standing.event);
    const state =
      body.disabled === true
        ? 'off'
        : standing === undefined
          ? 'new'
          : standing.behindAt !== null
            ? 'behind'
            : standing.errorAt !== null && standing.errorAt >= (standing.lastAt ?? 0) && behind > 0
              ? 'waiting'
              : 'connected';
    return {
      id,
      name: body.name,
      host: body.host,
      port: body.port ?? 0,
      transport: body.transport as Receiver['transport'],
      format: (body.format ?? 'rfc5424') as Receiver['format'],
      disabled: body.disabled === true,
      state,
      sent: standing?.sent ?? 0,
      behind,
      missed: standing?.missed ?? 0,
      lastAt: standing?.lastAt ?? null,
      error: standing?.error ?? null,
      errorAt: standing?.errorAt ?? null,
    };
  };

  const stop = async (): Promise<void> => {
    const all = [...senders.values()];
    senders.clear();
    await Promise.all(all.map((one) => one.sender.stop()));
  };

  const bodyRule: FurtherRule = (_id, body) => {
    const fault = queryFault(events, String(body['query'] ?? ''));
    return { faults: fault === undefined ? {} : { query: fault }, body };
  };

  return {
    bodyRules: { [SIEM]: bodyRule } as Readonly<Record<string, FurtherRule>>,
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
        const newest = events.newest();
        const at = store.of(id)?.event;
        // What happened before it was named is past; a database that went back has its own events again.
        if (at === undefined) store.begin(id, newest);
        else if (at > newest) store.move({ receiver: id, event: newest, lines: 0, at: null });
        watch(receiver);
        let held = senders.get(id);
        if (held === undefined) {
          held = { revision, sender: senderOf(receiver, await words((body.language ?? 'en') as Lang), pause) };
          senders.set(id, held);
        }
        void held.sender.run();
      }
    },
    stop,
    list: (): Receiver[] => all().map(shown),
    /** Sends one line now, over a connection of its own. NOT_FOUND, CONFLICT for one that is off, or what kept it from arriving. */
    test: async (actor: Actor, id: string): Promise<Receiver> => {
      const receiver = found(id);
      if (!isOn(receiver)) throw new AppError('CONFLICT', 'the receiver is switched off');
      const say = await words((receiver.body.language ?? 'en') as Lang);
      const event = events.record('receiver-test', { actor: actorRef(actor), params: { name: receiver.body.name } });
      const session = await openSession(out, toOf(receiver));
      try {
        await session.send(linesOf([event], receiver, say));
      } finally {
        await session.close();
      }
      return shown(receiver);
    },
    /** Positions of receivers that are no more go. */
    trim: (): number => store.keepOnly([systemLog, ...all().map(({ id }) => id)]),
  };
}
