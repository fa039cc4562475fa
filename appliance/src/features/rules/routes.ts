import { z } from 'zod';
import { AppError, invalid } from '../../platform/errors.ts';
import { inParts } from '../../platform/steps.ts';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { comment, deviceId, deviceReference } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { limitOf, type RuleKind } from './types.ts';

const kinds = Object.keys(limitOf) as [RuleKind, ...RuleKind[]];
const shownDevices = 1_000;

const foundSchema = z.object({
  total: z.int(),
  devices: z.array(deviceReference).describe(`The first ${shownDevices}`),
});

/** Tags by hand for many devices at once, and what conditions and moving rules would find. */
export const ruleRoutes = ({ rules, devices, deviceQueries, objects }: ApiParts, names: SchemaNames): ApiRoute[] => {
  names.add(foundSchema, { id: 'FoundDevices' });
  const tag = 'devices' as const;

  const found = (ids: readonly number[]) => ({
    total: ids.length,
    devices: [...deviceQueries.names(ids.slice(0, shownDevices)).values()],
  });

  return [
    jsonRoute({
      method: 'get',
      path: '/tags',
      tag,
      right: 'devices:read',
      summary: 'Every tag in use, by hand or by rule, and how many devices have it',
      response: z.object({ rows: z.array(z.object({ tag: z.string(), devices: z.int() })) }),
      handle: () => ({ rows: rules.tagCounts() }),
    }),
    jsonRoute({
      method: 'get',
      path: '/devices/{device}/tags',
      tag,
      right: 'devices:read',
      summary: 'The tags of a device and where each is from',
      params: z.strictObject({ device: deviceId }),
      response: z.object({
        rows: z.array(
          z.object({
            tag: z.string(),
            byHand: z.boolean(),
            rules: z.array(z.object({ id: z.string(), name: z.string() })),
          }),
        ),
      }),
      handle: ({ params: { device } }) => ({ rows: rules.tagsOf(devices.byPublicId(device).id) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/tags',
      tag,
      right: 'devices:write',
      summary: 'Gives a tag by hand to devices, or takes it from them',
      description: 'What rules give stays. Asking again for what is so changes nothing.',
      body: z.strictObject({
        tag: z.string().trim().min(1).max(50),
        add: z.array(deviceId).max(10_000).default([]),
        remove: z.array(deviceId).max(10_000).default([]),
        comment: comment.optional(),
      }),
      response: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
      handle: async ({ actor, body }) => {
        // All are looked up first, so that a wrong one changes nothing.
        await inParts([...body.add, ...body.remove], (part) => {
          for (const device of part) devices.byPublicId(device);
        });
        const changed = { added: [] as string[], removed: [] as string[] };
        await inParts(body.add, (part) => changed.added.push(...rules.addTag(actor, body.tag, part, body.comment)));
        await inParts(body.remove, (part) =>
          changed.removed.push(...rules.removeTag(actor, body.tag, part, body.comment)),
        );
        return changed;
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/conditions/try',
      tag,
      right: 'devices:read',
      summary: 'The devices that a condition finds now',
      description:
        'A condition as a rule of the kind holds it; of status conditions one line without level and reason.',
      body: z.strictObject({ kind: z.enum(kinds), condition: z.string().min(1).max(4_000) }),
      response: foundSchema,
      handle: ({ body }) => {
        const tried = rules.tryCondition(body.kind, body.condition);
        if ('fault' in tried) throw invalid({ condition: tried.fault });
        return found(tried.devices);
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/moving-rules/dry-run',
      tag,
      right: 'devices:read',
      summary: 'The moves that would follow now from all moving rules, or with one of them changed',
      body: z.strictObject({
        rule: z
          .strictObject({
            id: z.string().max(512).default('').describe('Of the rule that is changed; empty for a new one'),
            name: z.string().max(100).default(''),
            condition: z.string().min(1).max(4_000),
            group: z.string().min(1).max(512),
            mode: z.enum(['once', 'reinstall', 'continuous']).default('once'),
            priority: z.int().min(1).max(10_000).default(100),
          })
          .optional(),
      }),
      response: z.object({
        total: z.int(),
        rows: z
          .array(
            z.object({
              device: z.string(),
              rule: z.string().describe('Id; empty for a new one'),
              from: z.string().nullable(),
              to: z.string(),
            }),
          )
          .describe(`The first ${shownDevices}`),
      }),
      handle: ({ body }) => {
        if (body.rule !== undefined && objects.find('group', body.rule.group) === undefined)
          throw new AppError('NOT_FOUND', 'there is no such group');
        const plan = rules.dryRun(body.rule);
        if ('fault' in plan) throw invalid({ 'rule.condition': plan.fault });
        return {
          total: plan.moves.length,
          rows: plan.moves.slice(0, shownDevices).map(({ publicId, rule, from, to }) => ({
            device: publicId,
            rule: rule.id,
            from,
            to,
          })),
        };
      },
    }),
  ];
};
