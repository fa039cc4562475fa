import { z } from 'zod';
import { isReadable, readBody, shownBody, writtenBody } from '../../server/api/kind-schemas.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, emptyRoute, jsonRoute } from '../../server/api/route.ts';
import { comment, pageOf, paging, present, search, time, timeOf, timeOrNull } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { hasPersonal, personalParameter, recordPersonal } from '../../server/api/values.ts';
import type { Kind, KindField, Obj } from './types.ts';

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

type Asked = { personal?: boolean };
type ListAsked = Asked & {
  search?: string;
  sort?: string;
  descending: boolean;
  deleted: boolean;
  limit: number;
  after?: string;
};

/** Objects of every kind, from their declarations: lists, revisions, differences, and writes where a kind has no calls of its own. */
export const objectRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { objects, events, managedObjects: managed } = parts;

  const ofKind = (kind: Kind): ApiRoute[] => {
    const base = `/objects/${kind.name}`;
    const one = `${base}/{id}`;
    const tag = kind.area;
    const read = `${kind.area}:read` as const;
    const write = `${kind.area}:write` as const;
    const body = readBody(kind);
    names.add(body, { id: `body.${kind.name}` });
    const object = z.object({
      id: z.string(),
      revision: z.int(),
      createdAt: time,
      updatedAt: time,
      deletedAt: time.nullable(),
      body,
    });
    names.add(object, { id: `object.${kind.name}` });
    const revision = z.object({
      revision: z.int(),
      at: time,
      actor: z.string(),
      from: z.string().nullable(),
      operation: z.string(),
      comment: z.string().nullable(),
      body,
    });
    const params = z.strictObject({ id: z.string().min(1).max(512) });
    const personal: Record<string, z.ZodType> = hasPersonal(kind) ? { personal: personalParameter } : {};
    const asked = z.strictObject(personal) as unknown as z.ZodType<Asked>;

    const shown = (found: Obj, reveal = false) => ({
      id: found.id,
      revision: found.revision,
      createdAt: timeOf(found.createdAt),
      updatedAt: timeOf(found.updatedAt),
      deletedAt: timeOrNull(found.deletedAt),
      body: shownBody(kind, found.body, reveal),
    });

    const reads = [
      jsonRoute({
        method: 'get',
        path: base,
        tag,
        right: read,
        summary: `Lists objects of the kind ${kind.name}`,
        query: z.strictObject({
          ...Object.fromEntries(
            Object.entries(kind.fields)
              .filter(([, field]) => isFilter(field))
              .map(([name, field]) => [`${prefix}${name}`, filterSchema(field)]),
          ),
          search: search.optional(),
          sort: z.enum(['title', 'createdAt', 'updatedAt', 'id']).optional(),
          descending: z.boolean().default(false),
          deleted: z.boolean().default(false).describe('Lists what was deleted instead'),
          ...personal,
          ...paging,
        }) as unknown as z.ZodType<ListAsked>,
        response: pageOf(object),
        handle: ({ actor, query }) => {
          const { search: text, sort, descending, deleted, limit, after, personal: reveal, ...rest } = query;
          if (reveal) recordPersonal(events, { actor, what: kind.name });
          const where = Object.fromEntries(
            Object.entries(rest as Record<string, string | number | boolean | undefined>).flatMap(([name, value]) =>
              value === undefined ? [] : [[name.slice(prefix.length), value]],
            ),
          );
          const page = objects.ofAnyKind.list({
            kind: kind.name,
            where,
            descending,
            deleted,
            limit,
            ...present({ search: text, sort, after }),
          });
          return {
            rows: page.rows.map((found) => shown(found, reveal)),
            total: page.total,
            next: page.next ?? null,
          };
        },
      }),
      jsonRoute({
        method: 'get',
        path: one,
        tag,
        right: read,
        summary: `One object of the kind ${kind.name}`,
        params,
        query: asked,
        response: object,
        handle: ({ actor, params: { id }, query }) => {
          const found = objects.ofAnyKind.get(kind.name, id);
          if (query.personal) recordPersonal(events, { actor, what: kind.name });
          return shown(found, query.personal);
        },
      }),
      jsonRoute({
        method: 'get',
        path: `${one}/revisions`,
        tag,
        right: read,
        summary: 'Every revision, the newest first',
        params,
        query: asked,
        response: z.object({ rows: z.array(revision) }),
        handle: ({ actor, params: { id }, query }) => {
          objects.ofAnyKind.get(kind.name, id, { deleted: true });
          if (query.personal) recordPersonal(events, { actor, what: kind.name });
          return {
            rows: objects.revisions(kind.name, id).map((entry) => ({
              revision: entry.revision,
              at: timeOf(entry.at),
              actor: entry.actor,
              from: entry.from,
              operation: entry.operation,
              comment: entry.comment,
              body: shownBody(kind, entry.body, query.personal === true),
            })),
          };
        },
      }),
      jsonRoute({
        method: 'get',
        path: `${one}/diff`,
        tag,
        right: read,
        summary: 'What differs between two revisions',
        params,
        query: z.strictObject({ from: z.int().min(1), to: z.int().min(1) }),
        response: z.object({
          rows: z.array(
            z.object({
              field: z.string(),
              before: z.unknown(),
              after: z.unknown(),
              withheld: z.boolean().describe('Secret or personal: it differs, and the values are not told'),
            }),
          ),
        }),
        handle: ({ params: { id }, query: { from, to } }) => ({
          rows: objects.diff(kind.name, id, from, to).map(({ field, before, after, secret }) => {
            const spec = kind.fields[field];
            const withheld = secret === true || spec === undefined || spec.personal === true || !isReadable(spec);
            return { field, before: withheld ? null : before, after: withheld ? null : after, withheld };
          }),
        }),
      }),
    ];

    const isSetting = kind.name === 'setting' || kind.name === 'device-decision';
    const back = [
      jsonRoute({
        method: 'post',
        path: `${one}/restore`,
        tag,
        right: write,
        summary: 'Brings a deleted object back',
        params,
        response: object,
        handle: ({ actor, params: { id } }) => shown(managed.restore(actor, kind.name, id)),
      }),
      jsonRoute({
        method: 'post',
        path: `${one}/revert`,
        tag,
        right: write,
        summary: 'Makes a new revision with the content of an old one',
        params,
        body: z.strictObject({ revision: z.int().min(1) }),
        response: object,
        handle: ({ actor, params: { id }, body: { revision: wanted } }) =>
          shown(managed.revert(actor, kind.name, id, wanted)),
      }),
    ];
    if (!managed.isManaged(kind.name)) return isSetting ? [...reads, ...back] : reads;

    const patch = writtenBody(kind, { isPatch: true });
    const whole = writtenBody(kind, { isPatch: false });
    names.add(patch, { id: `patch.${kind.name}` });
    names.add(whole, { id: `new.${kind.name}` });
    return [
      ...reads,
      ...back,
      jsonRoute({
        method: 'post',
        path: base,
        tag,
        right: write,
        summary: `Creates an object of the kind ${kind.name}`,
        body: z.strictObject({ body: whole, comment: comment.optional() }),
        status: 201,
        response: z.object({
          object,
          secret: z
            .object({
              kind: z.enum(['token', 'link']).describe('`link`: the end of the address /first/… that sets a password'),
              value: z.string(),
            })
            .optional()
            .describe('Shown this once and kept nowhere'),
        }),
        handle: ({ actor, body: call }) => {
          const written = managed.create(actor, kind.name, call.body, present({ comment: call.comment }));
          return { object: shown(written.object), ...present({ secret: written.secret }) };
        },
      }),
      jsonRoute({
        method: 'patch',
        path: one,
        tag,
        right: write,
        summary: 'Changes some fields of an object; null clears one',
        params,
        body: z.strictObject({
          body: patch,
          expectedRevision: z.int().min(1).describe('The revision that was read; CONFLICT when there is a newer one'),
          comment: comment.optional(),
        }),
        response: object,
        handle: ({ actor, params: { id }, body: { body: given, ...options } }) =>
          shown(
            managed.update(actor, kind.name, id, given, {
              expectedRevision: options.expectedRevision,
              ...present({ comment: options.comment }),
            }).object,
          ),
      }),
      emptyRoute({
        method: 'delete',
        path: one,
        tag,
        right: write,
        summary: 'Deletes an object; it can be restored for 90 days',
        params,
        handle: ({ actor, params: { id } }) => managed.remove(actor, kind.name, id),
      }),
    ];
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/objects',
      tag: 'settings',
      right: 'settings:read',
      summary: 'The kinds of objects and their fields',
      response: z.object({
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
      handle: () => ({
        rows: objects.kinds().map((kind) => ({
          name: kind.name,
          area: kind.area,
          title: kind.title,
          writable: managed.isManaged(kind.name),
          fields: Object.entries(kind.fields)
            .filter(([, field]) => isReadable(field) || !field.internal)
            .map(([name, { type, required = false, personal: isPersonal = false, internal = false }]) => ({
              name,
              type,
              required,
              personal: isPersonal,
              internal,
            })),
        })),
      }),
    }),
    ...objects.kinds().flatMap(ofKind),
  ];
};
