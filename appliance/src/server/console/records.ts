import type { ChangeRow } from '@sallyport/ui/components/changes.tsx';
import type { Ctx } from '@sallyport/ui/context';
import type { EventRow } from '@sallyport/ui/events/events.tsx';
import type { Message, Reference, Value } from '@sallyport/ui/model';
import type { EventService } from '../../engine/events/service.ts';
import type { StoredEvent } from '../../engine/events/types.ts';
import type { Change, Collection } from '../../engine/inventory/types.ts';
import { type NameParts, objectNames } from '../../engine/objects/object-names.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Scope } from '../../platform/scope.ts';

/** The same as `actorNames`, with a word for what the server did by itself. */
export const actorWords = (ctx: Ctx, objects: ObjectService): ((ref: string) => string) => {
  const nameOf = actorNames(objects);
  return (ref) => (ref.startsWith('system:') ? ctx.t('events.bySystem') : nameOf(ref));
};

/** Names for people of `type:id` references; an erased account keeps its id. */
export const actorNames = (objects: ObjectService) => {
  const known = new Map<string, string>();
  const lookUp = (ref: string): string => {
    const at = ref.indexOf(':');
    const [type, id] = [ref.slice(0, at), ref.slice(at + 1)];
    if (type !== 'account' && type !== 'token') return type === 'cli' ? id : ref;
    const body = objects.ofAnyKind.find(type, id, { deleted: true })?.body;
    return String(body?.['fullName'] ?? body?.['name'] ?? ref);
  };
  return (ref: string): string => {
    const held = known.get(ref);
    if (held !== undefined) return held;
    const name = lookUp(ref);
    known.set(ref, name);
    return name;
  };
};

/** What an event's parameters name: declarations, objects, devices and controllers by their public id. */
type EventParts = NameParts & { readonly events: Pick<EventService, 'types'> };

/** Parameters that are counts of bytes. */
const byteParams = new Set(['bytes', 'freeBytes', 'needBytes']);

/** Which words the parameters of events about patches have. */
const patchWords: Readonly<Record<string, string>> = {
  from: 'state',
  to: 'state',
  state: 'state',
  clock: 'clock',
  item: 'item',
  answer: 'answer',
  change: 'change',
};

/**
 * Events in the reader's words: objects, devices and accounts by name, codes with what they mean. The chain holds ids
 * alone, so the names are looked up as the page is made.
 */
export const eventWords = (ctx: Ctx, parts: EventParts, scope: Scope): ((event: StoredEvent) => Message) => {
  const declared = new Map(parts.events.types().map((type) => [type.type, type.params]));
  const nameOf = actorNames(parts.objects);
  const names = objectNames(ctx, parts, scope);
  const codeOf = (type: string, code: string): string =>
    type.startsWith('task-')
      ? ctx.tDynamic(`taskCode.${code}`, {}, code)
      : [ctx.tDynamic(`error.${code}`, {}, ''), `(${code})`].filter((word) => word !== '').join(' ');
  /** Parameters of events about controllers: records by name, fields and choices by their words. */
  const ofController = (type: string, name: string, value: string): string => {
    if (name === 'controller' || name === 'other') return names.controller(value);
    if (name === 'sort') return ctx.tDynamic(`imports.form.${value}`, {}, value);
    if (name === 'field') return ctx.tDynamic(`collection.controller.field.${value}`, {}, value);
    if (name === 'decision') return ctx.tDynamic(`controllers.decision.${value}`, {}, value);
    if (type === 'controller-control-traffic' && name === 'what')
      return ctx.tDynamic(`imports.control.${value}`, {}, value);
    if (type === 'controller-control-traffic' && name === 'detail') return value === '' ? '' : `: ${value}`;
    return type === 'controller-program-changed' && name === 'what'
      ? value
          .split(', ')
          .map((field) => ctx.tDynamic(`integrity.field.${field}`, {}, field))
          .join(', ')
      : value;
  };
  /** Parameters of events about patches: states, dates, items of the checklist by their words. */
  const ofPatch = (name: string, value: string): string => {
    if (name === 'controller') return names.controller(value);
    const word = patchWords[name];
    return word === undefined
      ? value
      : ctx.tDynamic(`patches.${word}.${value}`, {}, ctx.tDynamic(`patches.clock.${value}`, {}, value));
  };
  const write = (event: StoredEvent, name: string, value: string | number): string | number => {
    if (typeof value === 'number') {
      if (declared.get(event.type)?.[name] === 'time') return ctx.fmt.dateTime(value);
      return byteParams.has(name) ? ctx.fmt.bytes(value) : value;
    }
    const kind = event.params['kind'];
    if (name === 'account') return nameOf(`account:${value}`).replace(/^account:/, '');
    if (name === 'kind') return ctx.tDynamic(`kind.${value}.one`, {}, value);
    if (name === 'object' && typeof kind === 'string') return names.object(kind, value);
    if (name === 'device' || name === 'resembles') return names.device(value);
    if (event.type.startsWith('controller-')) return ofController(event.type, name, value);
    if (event.type.startsWith('patch-')) return ofPatch(name, value);
    return name === 'code' ? codeOf(event.type, value) : value;
  };
  return (event) => {
    const { update, deployment } = event.params;
    // A deployment of one update is named after it: once is enough.
    const isNamedAfter = update !== undefined && update === deployment;
    return {
      key: `event.${event.type}${isNamedAfter ? '.alone' : ''}`,
      params: Object.fromEntries(
        Object.entries(event.params).map(([name, value]) => [name, write(event, name, value)]),
      ),
    };
  };
};

/** What objects are called, by kind and id. */
export const objectNamesFor = (ctx: Ctx, parts: NameParts, scope: Scope): ((kind: string, id: string) => string) =>
  objectNames(ctx, parts, scope).object;

/** Events as rows of a list. */
export const eventRows = (
  ctx: Ctx,
  parts: EventParts,
  scope: Scope,
  rows: readonly StoredEvent[],
  devices: ReadonlyMap<number, Reference>,
): EventRow[] => {
  const actorOf = actorWords(ctx, parts.objects);
  const messageOf = eventWords(ctx, parts, scope);
  return rows.map((event) => ({
    ...event,
    message: messageOf(event),
    device: event.device === null ? undefined : devices.get(event.device),
    actor: event.actor === null ? undefined : actorOf(event.actor),
    from: event.from ?? undefined,
    auditSeq: event.auditSeq ?? undefined,
  }));
};

/**
 * A change with the fields that differ, as far as lists show them: what names the item is in its title, and whole
 * addresses and sources are on its own page.
 */
export const changeRow = (
  collections: readonly Collection[],
  change: Change,
  nameOf: (ref: string) => string = (ref) => ref,
): ChangeRow => {
  const declared = collections.find(({ name }) => name === change.collection);
  const all = [...new Set([...Object.keys(change.before ?? {}), ...Object.keys(change.after ?? {})])];
  const shown = all.filter((name) => declared?.fields[name]?.column !== false && name !== declared?.title);
  const telling = shown.filter((name) => declared?.fields[name]?.identity !== true);
  const names = declared?.single ? all : telling.length > 0 ? telling : shown;
  const cell = (item: Change['before'], name: string): Value => (item?.[name] ?? null) as Value;
  return {
    id: change.id,
    at: change.at,
    collection: change.collection,
    operation: change.operation,
    // The only item of a collection is named by the collection.
    title: declared?.single ? undefined : change.title,
    count: change.count ?? undefined,
    fields: names
      .map((name) => ({
        name,
        type: declared?.fields[name]?.type,
        // Sizes stand in full digits: two that differ may be the same in gigabytes.
        unit: declared?.fields[name]?.identifier ? ('identifier' as const) : undefined,
        before: cell(change.before, name),
        after: cell(change.after, name),
      }))
      .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after)),
    source: change.source,
    ...(change.closed === null
      ? {}
      : {
          closed: {
            askedBy: nameOf(change.closed.askedBy),
            agreedBy: nameOf(change.closed.agreedBy),
            reason: change.closed.reason,
          },
        }),
  };
};
