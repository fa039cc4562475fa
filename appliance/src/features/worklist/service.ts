import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, hasRight, holdsAnywhere, requireRight } from '../../engine/objects/types.ts';
import { civilTime, daysBetween } from '../../platform/civil-time.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, type FieldErrors, invalid } from '../../platform/errors.ts';
import { oneLook } from './look.ts';
import { bandOf, compareWork, heldDown, rankOf, totalOf } from './rank.ts';
import type { FoundWork, Look, WorkAct, WorkItem, WorkKind, WorkName, WorkNote, WorkWeight } from './types.ts';

export type WorklistService = {
  /** What the reader may see, the first to be done first; with what was put off. */
  list(reader: Actor, look?: Look): WorkItem[];
  /** One item; NOT_FOUND where its cause is gone or the reader may not see it. */
  get(reader: Actor, id: string): WorkItem;
  /** What its panel offers to do. */
  actOf(reader: Actor, item: WorkItem): WorkAct | undefined;
  /** Gives an item to an account, or to no one. FORBIDDEN, NOT_FOUND, INVALID. */
  assign(actor: Actor, id: string, assignee: string | null): WorkItem;
  /** Puts an item off until a time, with a reason; null: it is back at once. FORBIDDEN, NOT_FOUND, INVALID. */
  putOff(actor: Actor, id: string, later: { readonly until: number; readonly reason: string } | null): WorkItem;
};

type Parts = {
  readonly kinds: readonly WorkKind[];
  readonly objects: Pick<ObjectService, 'find' | 'put' | 'list'>;
  /** What each kind weighs at this site. */
  readonly weightOf: (name: WorkName) => WorkWeight;
  readonly timeZone: () => string;
  readonly clock: () => number;
};

const dayMs = 86_400_000;
/** How long what comes first, what nothing here can end, and all else may be put off. */
const longestMs = { now: dayMs, rest: 365 * dayMs, other: 30 * dayMs };
/** Of one kind; what is more is told by the pages. */
const maxOfKind = 500;
const maxNotes = 10_000;

/** The worklist over the kinds of all features. */
export function worklistService(parts: Parts): WorklistService {
  const { kinds, objects, clock } = parts;

  const noteOf = (body: { assignee?: string; laterUntil?: string; reason?: string }): WorkNote => ({
    ...defined({ assignee: body.assignee, reason: body.reason }),
    ...(body.laterUntil === undefined ? {} : { laterUntil: Date.parse(body.laterUntil) }),
  });

  const items = (reader: Actor, look = oneLook()): WorkItem[] => {
    const nowMs = clock();
    const civil = civilTime(parts.timeZone());
    const daysUntil = (from: number, to: number): number => daysBetween(civil.dayAt(from), civil.dayAt(to));
    const notes = new Map<string, WorkNote & { updatedAt: number }>(
      objects
        .list({ kind: 'work-note', limit: maxNotes })
        .rows.map(({ id, body, updatedAt }) => [id, { ...noteOf(body), updatedAt }]),
    );
    const toItem = (kind: WorkKind, weight: WorkWeight, found: FoundWork): WorkItem => {
      const id = `${kind.name}.${found.key}`;
      const rank = rankOf(weight, found, nowMs, daysUntil);
      const total = totalOf(rank);
      const isUrgent = found.isUrgent === true;
      const { updatedAt, ...note } = notes.get(id) ?? { updatedAt: 0 };
      const band = bandOf({ isUrgent, total });
      // What was put off for long and then came to be for now is back: it may be put off for a day.
      const mostUntil = band === 'now' ? updatedAt + longestMs.now : Number.POSITIVE_INFINITY;
      const isPutOff = note.laterUntil !== undefined && note.laterUntil > nowMs && note.laterUntil <= mostUntil;
      return {
        ...found,
        ...note,
        ...defined({ dueAt: found.dueAt ?? limitOf(weight, found) }),
        id,
        kind: kind.name,
        does: found.does ?? kind.does,
        isUrgent,
        rank,
        total,
        band,
        isPutOff,
      };
    };
    const seen = kinds
      .filter(({ sees, scoped }) => sees === undefined || (scoped ? holdsAnywhere : hasRight)(reader, sees))
      .flatMap((kind) => {
        const weight = parts.weightOf(kind.name);
        return kind
          .find(reader, look)
          .slice(0, maxOfKind)
          .map((found) => toItem(kind, weight, found));
      });
    return heldDown(seen).sort(compareWork);
  };

  const limitOf = ({ limitMs }: WorkWeight, { since }: FoundWork): number | undefined =>
    limitMs === undefined || since === undefined ? undefined : since + limitMs;

  const get: WorklistService['get'] = (reader, id) => {
    const found = items(reader).find((item) => item.id === id);
    if (found === undefined) throw new AppError('NOT_FOUND', `there is no work ${id}: it is done, or not yours to see`);
    return found;
  };

  const keep = (
    actor: Actor,
    id: string,
    patch: { assignee?: string | null; laterUntil?: string | null; reason?: string | null },
  ): WorkItem => {
    objects.put(actor, 'work-note', id, patch);
    return get(actor, id);
  };

  return {
    list: items,
    get,
    actOf: (reader, item) => kinds.find(({ name }) => name === item.kind)?.act?.(reader, item),
    assign: (actor, id, assignee) => {
      requireRight(actor, 'work:write');
      get(actor, id);
      if (assignee !== null && objects.find('account', assignee) === undefined)
        throw invalid({ assignee: { key: 'validation.reference' } });
      return keep(actor, id, { assignee });
    },
    putOff: (actor, id, later) => {
      requireRight(actor, 'work:write');
      const { band, canRest = false } = get(actor, id);
      if (later === null) return keep(actor, id, { laterUntil: null, reason: null });
      const reason = enteredLine(later.reason);
      const mostMs = longestMs[band === 'now' ? 'now' : canRest ? 'rest' : 'other'];
      const nowMs = clock();
      const faults: FieldErrors = {
        ...(reason === '' ? { reason: { key: 'validation.required' } } : {}),
        ...(!(later.until > nowMs)
          ? { until: { key: 'validation.future' } }
          : later.until > nowMs + mostMs
            ? { until: { key: 'work.tooLate', params: { days: mostMs / dayMs } } }
            : {}),
      };
      if (Object.keys(faults).length > 0) throw invalid(faults);
      return keep(actor, id, { laterUntil: toTime(later.until), reason });
    },
  };
}
