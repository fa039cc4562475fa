import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import type { ManagedObjects } from '../../features/accounts/types.ts';
import { comment, pageOf, paging, search, time } from '../../platform/shapes.ts';
import { isReadable, readBody, shownBody, writtenBody } from '../../server/api/kind-schemas.ts';
import { hasPersonal, personalParameter, recordPersonal } from '../../server/api/values.ts';
import { type MadeOperations, operationsOver } from '../../server/operations/operation.ts';
import type { EventService } from '../events/service.ts';
import type { ObjectService } from './service.ts';
import type { Bound, Kind, KindField, Obj } from './types.ts';

type Needs = { objects: ObjectService; events: EventService; managedObjects: ManagedObjects };

const { operation } = operationsOver<Needs>({ area: 'settings', bound: 'site' });

const prefix = 'where.';

const filterSchema = (field: KindField): z.ZodType => {
  if (field.type === 'boolean') return z.boolean().optional();
  if (field.type === 'integer') return z.int().optional();
  if (field.type === 'choice') return z.enum((field.options ?? []) as [string, ...string[]]).optional();
  return z.string().max(512).optional();
};

const isFilter = (field: KindField): boolean =>
  isReadable(field) &&
  (['choice', 'reference', 'boolean', 'integer'].includes(field.type) ||
    (field.type === 'text' && (field.indexed === true || field.unique === true))) &&
  (!field.personal || field.indexed === true || field.unique === true);

/** Where a kind has no personal values, none can be asked for. */
const personalOf = (kind: Kind) =>
  (hasPersonal(kind) ? { personal: personalParameter } : {}) as { personal: typeof personalParameter };

const filtersOf = (kind: Kind): Record<string, z.ZodType> =>
  Object.fromEntries(
    Object.entries(kind.fields)
      .filter(([, field]) => isFilter(field))
      .map(([name, field]) => [`${prefix}${name}`, filterSchema(field)]),
  );

/** What a list is narrowed by: the parameters with the prefix. */
const whereOf = (given: Readonly<Record<string, unknown>>): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(given)
      .filter(([name, value]) => name.startsWith(prefix) && value !== undefined)
      .map(([name, value]) => [name.slice(prefix.length), value as string | number | boolean]),
  );

const id = z.string().min(1).max(512);

const boundOfCalls = ({ bound }: Kind): Bound => (typeof bound === 'string' ? bound : 'group');

/** Objects of a kind: lists, revisions, differences, and writes where the kind has no calls of its own. */
const ofKind = (kind: Kind, isManaged: boolean): MadeOperations<Needs> => {
  const base = `/objects/${kind.name}` as const;
  const one = `${base}/{id}` as const;
  const { area } = kind;
  const read = { area, bound: boundOfCalls(kind), right: `${area}:read` } as const;
  const write = { area, bound: boundOfCalls(kind), right: `${area}:write` } as const;
  const named = (verb: string): string => `object.${kind.name}.${verb}`;
  const body = readBody(kind);
  const object = z.object({
    id: z.string(),
    revision: z.int(),
    createdAt: time,
    updatedAt: time,
    deletedAt: time.nullable(),
    body,
  });
  const revision = z.object({
    revision: z.int(),
    at: time,
    actor: z.string(),
    from: z.string().nullable(),
    operation: z.string(),
    comment: z.string().nullable(),
    body,
  });
  const personal = personalOf(kind);

  const shown = (found: Obj, reveal = false) => ({
    ...found,
    deletedAt: found.deletedAt ?? null,
    body: shownBody(kind, found.body, reveal),
  });

  const reads = [
    operation({
      ...read,
      name: named('list'),
      http: { method: 'get', path: base },
      summary: `Lists objects of the kind ${kind.name}`,
      input: z.strictObject({
        ...(filtersOf(kind) as object),
        search: search.optional(),
        sort: z.enum(['title', 'createdAt', 'updatedAt', 'id']).optional(),
        descending: z.boolean().default(false),
        deleted: z.boolean().default(false).describe('Lists what was deleted instead'),
        ...personal,
        ...paging,
      }),
      output: pageOf(object),
      run: ({ objects, events, actor }, given) => {
        const { search: text, sort, descending, deleted, limit, after, personal: reveal } = given;
        if (reveal) recordPersonal(events, { actor, what: kind.name });
        const page = objects.ofAnyKind.list({
          kind: kind.name,
          where: whereOf(given),
          descending,
          deleted,
          limit,
          ...defined({ search: text, sort, after }),
        });
        return { rows: page.rows.map((found) => shown(found, reveal)), total: page.total, next: page.next ?? null };
      },
    }),
    operation({
      ...read,
      name: named('show'),
      http: { method: 'get', path: one },
      summary: `One object of the kind ${kind.name}`,
      input: z.strictObject({ id, ...personal }),
      output: object,
      run: ({ objects, events, actor }, given) => {
        const found = objects.ofAnyKind.get(kind.name, given.id);
        if (given.personal) recordPersonal(events, { actor, what: kind.name });
        return shown(found, given.personal);
      },
    }),
    operation({
      ...read,
      name: named('revisions'),
      http: { method: 'get', path: `${one}/revisions` },
      summary: 'Every revision, the newest first',
      input: z.strictObject({ id, ...personal }),
      output: z.object({ rows: z.array(revision) }),
      run: ({ objects, events, actor }, given) => {
        objects.ofAnyKind.get(kind.name, given.id, { deleted: true });
        if (given.personal) recordPersonal(events, { actor, what: kind.name });
        return {
          rows: objects.revisions(kind.name, given.id).map((entry) => ({
            ...entry,
            body: shownBody(kind, entry.body, given.personal === true),
          })),
        };
      },
    }),
    operation({
      ...read,
      name: named('diff'),
      http: { method: 'get', path: `${one}/diff` },
      summary: 'What differs between two revisions',
      input: z.strictObject({ id, from: z.int().min(1), to: z.int().min(1) }),
      output: z.object({
        rows: z.array(
          z.object({
            field: z.string(),
            before: z.unknown(),
            after: z.unknown(),
            withheld: z.boolean().describe('Secret or personal: it differs, and the values are not told'),
          }),
        ),
      }),
      run: ({ objects }, { id: wanted, from, to }) => ({
        rows: objects.diff(kind.name, wanted, from, to).map(({ field, before, after, secret }) => {
          const spec = kind.fields[field];
          const withheld = secret === true || spec === undefined || spec.personal === true || !isReadable(spec);
          return { field, before: withheld ? null : before, after: withheld ? null : after, withheld };
        }),
      }),
    }),
  ];

  const back = [
    operation({
      ...write,
      name: named('restore'),
      http: { method: 'post', path: `${one}/restore` },
      summary: 'Brings a deleted object back',
      input: z.strictObject({ id }),
      output: object,
      run: ({ managedObjects, actor }, given) => shown(managedObjects.restore(actor, kind.name, given.id)),
    }),
    operation({
      ...write,
      name: named('revert'),
      http: { method: 'post', path: `${one}/revert` },
      summary: 'Makes a new revision with the content of an old one',
      input: z.strictObject({ id, revision: z.int().min(1) }),
      output: object,
      run: ({ managedObjects, actor }, given) =>
        shown(managedObjects.revert(actor, kind.name, given.id, given.revision)),
    }),
  ];

  const schemas = { [`body.${kind.name}`]: body, [`object.${kind.name}`]: object };
  const isSetting = kind.name === 'setting' || kind.name === 'device-decision';
  if (!isManaged) return { operations: isSetting ? [...reads, ...back] : reads, schemas };

  const patch = writtenBody(kind, { isPatch: true });
  const whole = writtenBody(kind, { isPatch: false });
  const writes = [
    operation({
      ...write,
      name: named('create'),
      http: { method: 'post', path: base, status: 201 },
      summary: `Creates an object of the kind ${kind.name}`,
      input: z.strictObject({ body: whole, comment: comment.optional() }),
      output: z.object({
        object,
        secret: z
          .object({
            kind: z.enum(['token', 'link']).describe('`link`: the end of the address /first/… that sets a password'),
            value: z.string(),
          })
          .optional()
          .describe('Shown this once and kept nowhere'),
      }),
      run: ({ managedObjects, actor }, given) => {
        const options = defined({ comment: given.comment });
        const written = managedObjects.create(actor, kind.name, given.body, options);
        return { object: shown(written.object), ...defined({ secret: written.secret }) };
      },
    }),
    operation({
      ...write,
      name: named('update'),
      http: { method: 'patch', path: one },
      summary: 'Changes some fields of an object; null clears one',
      input: z.strictObject({
        id,
        body: patch,
        expectedRevision: z.int().min(1).describe('The revision that was read; CONFLICT when there is a newer one'),
        comment: comment.optional(),
      }),
      output: object,
      run: ({ managedObjects, actor }, { id: wanted, body: given, expectedRevision, comment: note }) => {
        const options = { expectedRevision, ...defined({ comment: note }) };
        return shown(managedObjects.update(actor, kind.name, wanted, given, options).object);
      },
    }),
    operation({
      ...write,
      name: named('remove'),
      http: { method: 'delete', path: one },
      summary: 'Deletes an object; it can be restored for 90 days',
      input: z.strictObject({ id }),
      output: z.void(),
      run: ({ managedObjects, actor }, given) => managedObjects.remove(actor, kind.name, given.id),
    }),
  ];
  return {
    operations: [...reads, ...back, ...writes],
    schemas: { ...schemas, [`patch.${kind.name}`]: patch, [`new.${kind.name}`]: whole },
  };
};

const kindList = operation({
  name: 'object.kinds',
  http: { method: 'get', path: '/objects' },
  right: 'settings:read',
  summary: 'The kinds of objects and their fields',
  input: z.strictObject({}),
  output: z.object({
    rows: z.array(
      z.object({
        name: z.string(),
        area: z.string(),
        title: z.string(),
        writable: z.boolean().describe('Has calls to create, change and delete'),
        fields: z.array(
          z.object({
            name: z.string(),
            type: z.string(),
            required: z.boolean(),
            personal: z.boolean(),
            internal: z.boolean().describe('Set by the services only'),
          }),
        ),
      }),
    ),
  }),
  run: ({ objects, managedObjects }) => ({
    rows: objects.kinds().map((kind) => ({
      name: kind.name,
      area: kind.area,
      title: kind.title,
      writable: managedObjects.isManaged(kind.name),
      fields: Object.entries(kind.fields)
        .filter(([, field]) => isReadable(field) || !field.internal)
        .map(([name, { type, required = false, personal = false, internal = false }]) => ({
          name,
          type,
          required,
          personal,
          internal,
        })),
    })),
  }),
});

/** Operations on objects of every kind, from their declarations. */
export function objectOperations({ objects, managedObjects }: Omit<Needs, 'events'>): MadeOperations<Needs> {
  const made = objects.kinds().map((kind) => ofKind(kind, managedObjects.isManaged(kind.name)));
  return {
    operations: [kindList, ...made.flatMap(({ operations }) => operations)],
    schemas: Object.assign({}, ...made.map(({ schemas }) => schemas)) as MadeOperations<Needs>['schemas'],
  };
}
