import type { EventService } from '../../engine/events/service.ts';
import type { EventType, StoredEvent } from '../../engine/events/types.ts';
import type { Log } from '../../platform/log.ts';
import type { DeviceQueries } from '../devices/types.ts';
import type { receiverStore } from './store.ts';

// What is a warning or worse is a line of the system's log, too: a full disk or a restored database is seen by who reads the machine's
// journal, with no page open and no receiver named. A line has numbers and times of its event and no text of it, since a text may
// be a person's.

/** Its position beside those of the receivers. */
export const systemLog = 'system-log';

/** Events of one turn, a second: some ms of the thread that answers. */
const readEvents = 2_000;
/** Lines of one turn. The journal takes 10,000 in 30 s from one unit (journald.conf, RateLimitBurst) and drops what comes after. */
const mostLines = 200;

const levels = { critical: 'fatal', failure: 'error', warning: 'warn' } as const;

type Grave = StoredEvent & { readonly severity: keyof typeof levels };

const isGrave = (event: StoredEvent): event is Grave => event.severity in levels;

type Parts = {
  events: EventService;
  devices: Pick<DeviceQueries, 'names'>;
  store: ReturnType<typeof receiverStore>;
  log: Log;
  clock: () => number;
};

const numbersOf = ({ params }: StoredEvent, declared: EventType['params']): Record<string, number | string> =>
  Object.fromEntries(
    Object.entries(params).flatMap(([name, value]) =>
      declared[name] === 'integer' ? [[name, value]] : declared[name] === 'time' ? [[name, timeOf(value)]] : [],
    ),
  );

const timeOf = (value: string | number): string => new Date(Number(value)).toISOString();

/** Writes the grave events behind its position, which it moves with them: one is written twice where the program is killed between. */
export function systemLogTurns({ events, devices, store, log, clock }: Parts): () => void {
  const declared = new Map(events.types().map((type) => [type.type, type.params]));
  // What is not grave moves no row: a site has many such events a second.
  let lookedTo = 0;

  const write = (event: Grave): void => {
    const device = event.device === null ? undefined : devices.names([event.device]).get(event.device)?.id;
    log[levels[event.severity]](
      {
        event: event.id,
        at: timeOf(event.at),
        type: event.type,
        severity: event.severity,
        area: event.area,
        ...(device === undefined ? {} : { device }),
        ...(event.auditSeq === null ? {} : { audit: event.auditSeq }),
        params: numbersOf(event, declared.get(event.type) ?? {}),
      },
      event.type.replaceAll('-', ' '),
    );
  };

  return () => {
    const newest = events.newest();
    const kept = store.of(systemLog)?.event;
    // What happened before the first look is past; a database that went back has its own events again.
    if (kept === undefined) store.begin(systemLog, newest);
    else if (kept > newest) store.move({ receiver: systemLog, event: newest, lines: 0, at: null });
    const from = Math.min(Math.max(kept ?? newest, lookedTo), newest);
    const read = events.after(from, readEvents);
    const grave = read.filter(isGrave).slice(0, mostLines);
    for (const event of grave) write(event);
    const last = grave.at(-1);
    lookedTo = (grave.length === mostLines ? last : read.at(-1))?.id ?? from;
    if (last !== undefined) store.move({ receiver: systemLog, event: lookedTo, lines: grave.length, at: clock() });
  };
}
