import type { ChangeRow } from '@sallyport/ui/components/changes';
import type { Ctx } from '@sallyport/ui/context';
import type { Reference, Said, Value } from '@sallyport/ui/model';
import type { EventRow } from '@sallyport/ui/views/events';
import type { FindingRow } from '@sallyport/ui/views/vulnerabilities';
import type { EventService } from '../events/service.ts';
import type { StoredEvent } from '../events/types.ts';
import type { Change, Collection } from '../inventory/types.ts';
import type { ObjectService } from '../objects/service.ts';
import type { Finding } from '../vulnerabilities/types.ts';

/** Names for people of `type:id` references; an erased account keeps its id. */
export const actorNames = (objects: ObjectService) => {
  const known = new Map<string, string>();
  const lookUp = (ref: string): string => {
    const at = ref.indexOf(':');
    const [type, id] = [ref.slice(0, at), ref.slice(at + 1)];
    if (type !== 'account' && type !== 'token') return type === 'cli' ? id : ref;
    const body = objects.find(type, id, { deleted: true })?.body;
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

/**
 * An event in the reader's words. Times among its parameters are written out; an account is kept as its id, so that the
 * chain holds no name, and is named here.
 */
export const eventSaid = (
  ctx: Ctx,
  { events, objects }: { events: EventService; objects: ObjectService },
  event: StoredEvent,
): Said => {
  const declared = events.types().find((type) => type.type === event.type)?.params ?? {};
  const nameOf = actorNames(objects);
  const write = (name: string, value: string | number): string | number => {
    if (declared[name] === 'time' && typeof value === 'number') return ctx.fmt.dateTime(value);
    if (name !== 'account' || typeof value !== 'string') return value;
    return nameOf(`account:${value}`).replace(/^account:/, '');
  };
  const params = Object.fromEntries(Object.entries(event.params).map(([name, value]) => [name, write(name, value)]));
  return { key: `event.${event.type}`, params };
};

/** Events as rows of a list. */
export const eventRows = (
  ctx: Ctx,
  parts: { events: EventService; objects: ObjectService },
  rows: readonly StoredEvent[],
  devices: ReadonlyMap<number, Reference>,
): EventRow[] => {
  const nameOf = actorNames(parts.objects);
  return rows.map((event) => ({
    id: event.id,
    at: event.at,
    severity: event.severity,
    type: event.type,
    said: eventSaid(ctx, parts, event),
    device: event.device === null ? undefined : devices.get(event.device),
    actor: event.actor === null ? undefined : nameOf(event.actor),
    from: event.from ?? undefined,
    auditSeq: event.auditSeq ?? undefined,
  }));
};

/**
 * A change with the fields that differ, as far as lists show them: what names the item is in its title, and whole
 * addresses and sources are on its own page.
 */
export const changeRow = (collections: readonly Collection[], change: Change): ChangeRow => {
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
        before: cell(change.before, name),
        after: cell(change.after, name),
      }))
      .filter(({ before, after }) => JSON.stringify(before) !== JSON.stringify(after)),
    door: change.door,
  };
};

/** A finding as a row of a list. */
export const findingRow = (finding: Finding, update?: FindingRow['update']): FindingRow => ({
  id: finding.id,
  advisory: finding.advisory,
  aliases: finding.aliases,
  summary: finding.summary,
  severity: finding.severity,
  cvss: finding.cvss,
  decision: finding.decision,
  verdict: finding.verdict,
  fixState: finding.fixState,
  state: finding.state,
  package: finding.package,
  version: finding.version,
  ecosystem: finding.ecosystem,
  fixed: finding.fixed,
  feed: finding.feed,
  devices: finding.devices,
  since: finding.since,
  ...(update === undefined ? {} : { update }),
});
