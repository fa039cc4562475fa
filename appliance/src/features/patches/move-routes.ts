import { z } from 'zod';
import { type ApiRoute, emptyRoute, jsonRoute } from '../../server/api/route.ts';
import { givenTime } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import { evidenceOf, evidenceSchema, patchNumber, state, tag } from './route-schemas.ts';
import { ANSWERS, CHECK_ITEMS, CLOCKS } from './types.ts';

/** Moving patches of controllers: asking, signing, controllers and their checklists. */
export const patchMoveRoutes = (parts: ApiParts): ApiRoute[] => {
  const { patches } = parts;
  const params = z.strictObject({ patch: patchNumber });

  return [
    jsonRoute({
      method: 'post',
      path: '/controller-patches/{patch}/move',
      tag,
      right: 'devices:write',
      summary: 'Moves a patch, or asks for it where somebody else has to sign',
      params,
      body: z.strictObject({ to: state, reason: z.string().min(1).max(1_000), evidence: evidenceSchema.default({}) }),
      response: z.object({ state, request: z.int().nullable().describe('Number of the request that waits') }),
      handle: ({ actor, params: { patch: id }, body: { to, reason, evidence } }) => {
        const { patch, request } = patches.move(actor, id, { to, reason, evidence: evidenceOf(evidence) });
        return { state: patch.state, request };
      },
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-patches/{patch}/extend',
      tag,
      right: 'devices:write',
      summary: 'Asks for a later end of a clock; a senior approver signs',
      params,
      body: z.strictObject({ clock: z.enum(CLOCKS), until: givenTime, reason: z.string().min(1).max(1_000) }),
      response: z.object({ request: z.int().nullable() }),
      handle: ({ actor, params: { patch: id }, body: { clock, until, reason } }) => ({
        request: patches.extend(actor, id, { clock, until: Date.parse(until), reason }).request,
      }),
    }),
    jsonRoute({
      method: 'post',
      path: '/controller-patches/requests/{request}/sign',
      tag,
      right: 'devices:write',
      summary: 'Signs for what somebody asked, or declines it',
      params: z.strictObject({ request: z.int().min(1) }),
      body: z.strictObject({ agrees: z.boolean(), comment: z.string().max(500).default('') }),
      response: z.object({ state, done: z.boolean() }),
      handle: ({ actor, params: { request }, body }) => {
        const { patch, done } = patches.sign(actor, request, body);
        return { state: patch.state, done };
      },
    }),
    emptyRoute({
      method: 'put',
      path: '/controller-patches/{patch}/controllers/{controller}',
      tag,
      right: 'devices:write',
      summary: 'The patch is for this controller',
      params: z.strictObject({ patch: patchNumber, controller: z.string().min(1).max(64) }),
      handle: ({ actor, params: { patch: id, controller } }) => patches.setTarget(actor, id, controller, true),
    }),
    emptyRoute({
      method: 'delete',
      path: '/controller-patches/{patch}/controllers/{controller}',
      tag,
      right: 'devices:write',
      summary: 'The patch is not for this controller',
      params: z.strictObject({ patch: patchNumber, controller: z.string().min(1).max(64) }),
      handle: ({ actor, params: { patch: id, controller } }) => patches.setTarget(actor, id, controller, false),
    }),
    emptyRoute({
      method: 'post',
      path: '/controller-patches/{patch}/controllers/{controller}/checks',
      tag,
      right: 'devices:write',
      summary: 'Answers an item of the checklist before an installation',
      params: z.strictObject({ patch: patchNumber, controller: z.string().min(1).max(64) }),
      body: z.strictObject({
        item: z.enum(CHECK_ITEMS),
        answer: z.enum(ANSWERS),
        note: z.string().max(500).default(''),
        value: z.string().max(200).nullable().default(null),
      }),
      handle: ({ actor, params: { patch: id, controller }, body }) => patches.answer(actor, id, controller, body),
    }),
  ];
};
