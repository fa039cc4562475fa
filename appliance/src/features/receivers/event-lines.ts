import { hostname } from 'node:os';
import type { Lang } from '@sallyport/ui/i18n/types';
import type { EventService } from '../../engine/events/service.ts';
import type { StoredEvent } from '../../engine/events/types.ts';
import { filterOf } from '../../platform/filter/written-filter.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { DeviceQueries } from '../devices/types.ts';
import { lineOf } from './lines.ts';
import type { Batch } from './sender.ts';
import type { LineEvent, LineFormat } from './types.ts';

// The lines of a receiver: of the events that its filter finds, in its format and language.

/** What a receiver says of its lines, as its object has it. */
type Wanted = { readonly format?: string; readonly query?: string; readonly language?: string };

type Parts = {
  events: EventService;
  devices: Pick<DeviceQueries, 'names'>;
  site: string;
  version: string;
};

export type EventLines = {
  of(found: readonly StoredEvent[]): string[];
  /** The lines of the next events behind a number, up to another; undefined where there is none. */
  batch(after: number, most: number, upTo?: number): Batch | undefined;
};

/** Lines as receivers want them; the words of a language are loaded with the first. */
export function eventLines({ events, devices, site, version }: Parts) {
  const origin = { site, host: hostname(), version };

  return async (wanted: Wanted): Promise<EventLines> => {
    const { catalogue, wordsOf } = await import('@sallyport/ui/i18n/catalogue');
    events.knowWords(wordsOf);
    const say = catalogue((wanted.language ?? 'en') as Lang).tDynamic;
    const format = (wanted.format ?? 'rfc5424') as LineFormat;
    const filter = filterOf(events, wanted.query ?? '');
    const types = new Map(events.types().map((type) => [type.type, type.params]));

    const of = (found: readonly StoredEvent[]): string[] => {
      const named = devices.names([...new Set(found.flatMap(({ device }) => device ?? []))]);
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
        return lineOf(format, line, origin);
      });
    };

    return {
      of,
      batch: (after, most, upTo = Number.MAX_SAFE_INTEGER) => {
        const read = events.after(after, most).filter(({ id }) => id <= upTo);
        const last = read.at(-1);
        if (last === undefined) return undefined;
        const span = { scope: wholeSite('site-right'), filter, after, upTo: last.id, most };
        const wanted = filter === undefined ? undefined : new Set(events.numbersIn(span));
        return { upTo: last.id, lines: of(read.filter((event) => wanted === undefined || wanted.has(event.id))) };
      },
    };
  };
}
