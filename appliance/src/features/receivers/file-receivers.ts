import { type EventSpan, spanOf } from '@sallyport/bundle-tools/documents/event-segment';
import { steadyMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { SigningKey } from '@sallyport/bundle-tools/trust/keys';
import type { EventService } from '../../engine/events/service.ts';
import type { FurtherRule, ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef } from '../../engine/objects/types.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { isText, type MakeAgreements } from '../accounts/types.ts';
import type { EventLines, eventLines } from './event-lines.ts';
import { folderFault, type SegmentOf, segmentEvents, writeSegment } from './segments.ts';
import type { receiverStore } from './store.ts';
import { AGREED_FIELDS, EVENT_FILES, type FilesAsked } from './types.ts';

// Events as files: for a receiver behind a diode, or one to which they are carried. A second person agrees to the folder before the
// first is written. What a reader lacks is written again, as far as it is still kept.

const mostReceivers = 100;
/** How long after a fault a folder is tried again. */
const againMs = 30_000;
/** Of one call to write again. */
const mostAgain = 100_000;

type Parts = {
  events: EventService;
  objects: ObjectService;
  agreements: MakeAgreements;
  store: ReturnType<typeof receiverStore>;
  linesFor: ReturnType<typeof eventLines>;
  site: string;
  dataFolder: string;
  signingKey: () => SigningKey;
  /** Retention removed events before a receiver had them. */
  missed(receiver: FilesObject, events: number): void;
  clock: () => number;
};

export type FilesObject = ObjectOf<typeof EVENT_FILES>;

export const isAgreed = ({ body }: FilesObject): boolean => isText(body.agreedBy);

/** Receivers that have their events as files. */
export function fileReceivers(parts: Parts) {
  const { events, objects, store, linesFor, site, dataFolder, signingKey, clock } = parts;
  const agreed = parts.agreements({
    kind: EVENT_FILES,
    act: 'event-files',
    fields: AGREED_FIELDS,
    write: 'settings:write',
  });
  const all = (): FilesObject[] => objects.list({ kind: EVENT_FILES, limit: mostReceivers }).rows;
  const isOn = (receiver: FilesObject): boolean => receiver.body.disabled !== true && isAgreed(receiver);
  const notBefore = new Map<string, number>();
  const atWork = new Set<string>();
  let isStopped = false;

  const find = (id: string): FilesObject | undefined => objects.find(EVENT_FILES, id);

  const segmentOf = ({ id, body }: FilesObject, lines: EventLines, pause: () => Promise<void>): SegmentOf => ({
    folder: body.folder,
    receiver: id,
    site,
    format: body.format ?? 'rfc5424',
    lines,
    key: signingKey(),
    kept: events.countIn,
    clock,
    pause,
  });

  /** Writes what waits, a segment at a time; the end of the last one is where it is. */
  const write = async (receiver: FilesObject, pause: () => Promise<void>): Promise<void> => {
    const { id, body } = receiver;
    const of = segmentOf(receiver, await linesFor(body), pause);
    for (;;) {
      const after = store.of(id)?.event ?? events.newest();
      const segment = await writeSegment(of, after, events.newest());
      if (segment === undefined || isStopped) return;
      store.move({ receiver: id, event: segment.up_to, lines: segment.lines, at: clock() });
      parts.missed(receiver, segment.removed);
      if (segment.up_to - after < segmentEvents) return;
    }
  };

  const isDue = ({ id, body }: FilesObject): boolean => {
    const after = store.of(id)?.event ?? 0;
    const [next] = events.after(after, 1);
    if (next === undefined || steadyMs() < (notBefore.get(id) ?? 0)) return false;
    const waitsMs = clock() - next.at;
    // A clock that was set back keeps no event.
    return waitsMs < 0 || waitsMs >= (body.everySeconds ?? 60) * 1_000 || events.newest() - after >= segmentEvents;
  };

  const tried = async (receiver: FilesObject, pause: () => Promise<void>): Promise<void> => {
    const { id } = receiver;
    if (atWork.has(id)) return;
    atWork.add(id);
    try {
      await write(receiver, async () => {
        await pause();
        // Half a segment goes away with the program, and comes whole after the next start.
        if (isStopped) throw new AppError('CONFLICT', 'the program ends');
      });
      notBefore.delete(id);
    } catch (error) {
      if (isStopped) return;
      notBefore.set(id, steadyMs() + againMs);
      await pause();
      if (!isStopped) store.fail(toFailure(error).message.slice(0, 500), clock(), id);
    } finally {
      atWork.delete(id);
    }
  };

  const bodyRule: FurtherRule = (_id, body) => {
    const fault = folderFault(String(body['folder'] ?? ''), dataFolder);
    return {
      faults: fault === undefined ? {} : { folder: { key: `validation.eventFolder.${fault}` } },
      body,
    };
  };

  /** Spans to write again, each of what the receiver was past. INVALID. */
  const spansOf = (typed: readonly string[], at: number): EventSpan[] => {
    const spans = typed.map(spanOf);
    const good = spans.filter((span) => span !== undefined && span.upTo <= at) as EventSpan[];
    const many = good.reduce((sum, { after, upTo }) => sum + upTo - after, 0);
    const key =
      typed.length === 0 || good.length < spans.length
        ? 'validation.eventGaps'
        : many > mostAgain
          ? 'validation.eventGapsMany'
          : undefined;
    if (key === undefined) return good;
    throw new AppError('INVALID', 'the gaps do not fit', { fields: { gap: { key, params: { at, most: mostAgain } } } });
  };

  return {
    kind: { all, isOn, find },
    guards: { [EVENT_FILES]: agreed.guard },
    bodyRule,
    /** Writes what is due, beside the caller. */
    run: (receiver: FilesObject, pause: () => Promise<void>): void => {
      if (isDue(receiver)) void tried(receiver, pause);
    },
    /** Writes what waits now. CONFLICT for one that is off or waits for its second person; what kept it from being written. */
    now: async (receiver: FilesObject): Promise<void> => {
      if (!isOn(receiver)) throw new AppError('CONFLICT', 'the receiver is off, or waits for its second person');
      await write(receiver, async () => undefined);
    },
    /** Writes spans again, as far as their events are kept; how many lines. NOT_FOUND, CONFLICT, INVALID. */
    again: async (actor: Actor, id: string, gaps: readonly string[]): Promise<{ lines: number; removed: number }> => {
      const receiver = find(id);
      if (receiver === undefined) throw new AppError('NOT_FOUND', `there are no event files ${id.slice(0, 64)}`);
      if (!isOn(receiver)) throw new AppError('CONFLICT', 'the receiver is off, or waits for its second person');
      const of = segmentOf(receiver, await linesFor(receiver.body), async () => undefined);
      let [lines, removed] = [0, 0];
      for (const { after, upTo } of spansOf(gaps, store.of(id)?.event ?? 0)) {
        for (let from = after; from < upTo; ) {
          const segment = await writeSegment(of, from, upTo);
          if (segment === undefined) {
            removed += upTo - from;
            break;
          }
          lines += segment.lines;
          removed += segment.removed;
          from = segment.up_to;
        }
      }
      const params = { name: receiver.body.name, gaps: gaps.join(', ').slice(0, 500), lines };
      events.record('event-files-again', { actor: actorRef(actor), params });
      return { lines, removed };
    },
    agreements: {
      ...agreed,
      list: (): FilesAsked[] => all().map(asked),
      get: (id: string): FilesAsked => asked(objects.get(EVENT_FILES, id)),
    },
    stop: (): void => {
      isStopped = true;
    },
  };

  function asked({ id, body, updatedAt }: FilesObject): FilesAsked {
    return {
      id,
      name: body.name,
      reason: body.folder,
      by: objects.revisions(EVENT_FILES, id)[0]?.actor ?? '',
      at: toTime(updatedAt),
      agreedBy: isText(body.agreedBy) ? body.agreedBy : null,
    };
  }
}
