import { z } from 'zod';
import { immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { comment, present } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';

const value = z.union([z.string().max(1_000), z.int(), z.boolean(), z.array(z.string().max(1_000)).max(1_000)]);

const settingSchema = z.object({
  name: z.string(),
  area: z.string(),
  type: z.enum(['text', 'integer', 'boolean', 'choice', 'list', 'time-of-day']),
  value,
  default: value,
  isDefault: z.boolean(),
  safety: z
    .boolean()
    .describe('A token does not change it: a person does, and where there is one a second person agrees'),
  safeSide: z.enum(['off', 'lower']).optional().describe('Towards this side it changes like any other setting'),
  revision: z.int().describe('0: it was never set'),
  min: z.number().optional(),
  max: z.number().optional(),
  options: z.array(z.string()).optional(),
  unit: z.string().optional(),
});

/** Settings; each set one is an object with revisions, under `/objects/setting`. */
export const settingRoutes = (parts: ApiParts, names: SchemaNames): ApiRoute[] => {
  const { accounts, db, objects } = parts;
  names.add(settingSchema, { id: 'Setting' });
  const tag = 'settings' as const;
  const params = z.strictObject({ setting: z.string().min(1).max(128) });

  const all = () =>
    objects.settings().map(({ setting, standard, ...held }) => ({
      name: setting.name,
      area: setting.area,
      type: setting.type,
      default: standard,
      safety: setting.safety,
      ...held,
      ...present({
        safeSide: setting.safeSide,
        min: setting.min,
        max: setting.max,
        options: setting.options,
        unit: setting.unit,
      }),
    }));
  const one = (name: string) => {
    const found = all().find((setting) => setting.name === name);
    if (found === undefined) throw new AppError('NOT_FOUND', `there is no setting ${name}`);
    return found;
  };

  return [
    jsonRoute({
      method: 'get',
      path: '/settings',
      tag,
      right: 'settings:read',
      summary: 'Lists every setting with its value and its default',
      response: z.object({ rows: z.array(settingSchema) }),
      handle: () => ({ rows: all() }),
    }),
    jsonRoute({
      method: 'get',
      path: '/settings/{setting}',
      tag,
      right: 'settings:read',
      summary: 'One setting',
      params,
      response: settingSchema,
      handle: ({ params: { setting } }) => one(setting),
    }),
    jsonRoute({
      method: 'put',
      path: '/settings/{setting}',
      tag,
      right: 'settings:write',
      summary: 'Sets a setting',
      params,
      body: z.strictObject({
        value,
        expectedRevision: z.int().min(0).optional().describe('CONFLICT when the setting is at another revision'),
        comment: comment.optional(),
      }),
      response: settingSchema,
      handle: ({ actor, params: { setting }, body }) =>
        immediate(db, () => {
          const { revision } = one(setting);
          if (body.expectedRevision !== undefined && body.expectedRevision !== revision)
            throw new AppError('CONFLICT', `${setting} is at revision ${revision}`, { revision });
          accounts.safety.set(actor, setting, body.value, present({ comment: body.comment }));
          return one(setting);
        }),
    }),
    jsonRoute({
      method: 'delete',
      path: '/settings/{setting}',
      tag,
      right: 'settings:write',
      summary: 'Puts a setting back to its default',
      params,
      response: settingSchema,
      handle: ({ actor, params: { setting } }) => {
        one(setting);
        accounts.safety.set(actor, setting, undefined);
        return one(setting);
      },
    }),
  ];
};
