import { z } from 'zod';
import { givenTime } from '../../platform/shapes.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { PatchService } from './service.ts';
import { evidenceOf, evidenceSchema, patchNumber, state } from './shapes.ts';
import { ANSWERS, CHECK_ITEMS, DEADLINES } from './types.ts';

// Moving patches of controllers: asking, signing, controllers and their checklists.

const { operation } = operationsOver<{ patches: PatchService }>({ area: 'controllers', bound: 'zone' });

const target = { patch: patchNumber, controller: z.string().min(1).max(64) };
const reason = z.string().min(1).max(1_000).describe('Why; it stays in the history');

export const moveOperations = [
  operation({
    name: 'patch.move',
    http: { method: 'post', path: '/controller-patches/{patch}/move' },
    right: 'controllers:write',
    summary: 'Moves a patch, or asks for it where somebody else has to sign',
    input: z.strictObject({ patch: patchNumber, to: state, reason, evidence: evidenceSchema.default({}) }),
    output: z.object({ state, request: z.int().nullable().describe('Number of the request that waits') }),
    run: ({ patches, actor }, { patch: id, to, reason, evidence }) => {
      const { patch, request } = patches.move(actor, id, { to, reason, evidence: evidenceOf(evidence) });
      return { state: patch.state, request };
    },
  }),
  operation({
    name: 'patch.extend',
    http: { method: 'post', path: '/controller-patches/{patch}/extend' },
    right: 'controllers:write',
    summary: 'Asks for a later deadline; a senior approver signs',
    input: z.strictObject({ patch: patchNumber, clock: z.enum(DEADLINES), until: givenTime, reason }),
    output: z.object({ request: z.int().nullable() }),
    run: ({ patches, actor }, { patch, clock, until, reason }) => ({
      request: patches.extend(actor, patch, { deadline: clock, until: Date.parse(until), reason }).request,
    }),
  }),
  operation({
    name: 'patch.sign',
    http: { method: 'post', path: '/controller-patches/requests/{request}/sign' },
    person: 'always',
    decides: true,
    right: 'controllers:write',
    summary: 'Signs for what somebody asked, or declines it',
    input: z.strictObject({
      request: z.int().min(1),
      agrees: z.boolean(),
      comment: z.string().max(500).default(''),
    }),
    output: z.object({ state, done: z.boolean() }),
    run: ({ patches, actor }, { request, ...answer }) => {
      const { patch, done } = patches.sign(actor, request, answer);
      return { state: patch.state, done };
    },
  }),
  operation({
    name: 'patch.target.add',
    http: { method: 'put', path: '/controller-patches/{patch}/controllers/{controller}' },
    right: 'controllers:write',
    summary: 'The patch is for this controller',
    input: z.strictObject(target),
    output: z.void(),
    run: ({ patches, actor }, { patch, controller }) => patches.setTarget(actor, patch, controller, true),
  }),
  operation({
    name: 'patch.target.remove',
    http: { method: 'delete', path: '/controller-patches/{patch}/controllers/{controller}' },
    right: 'controllers:write',
    summary: 'The patch is not for this controller',
    input: z.strictObject(target),
    output: z.void(),
    run: ({ patches, actor }, { patch, controller }) => patches.setTarget(actor, patch, controller, false),
  }),
  operation({
    name: 'patch.target.check',
    scoped: true,
    http: { method: 'post', path: '/controller-patches/{patch}/controllers/{controller}/checks' },
    right: 'controllers:write',
    summary: 'Answers an item of the checklist before an installation',
    input: z.strictObject({
      ...target,
      item: z.enum(CHECK_ITEMS),
      answer: z.enum(ANSWERS),
      note: z.string().max(500).default(''),
      value: z.string().max(200).nullable().default(null),
    }),
    output: z.void(),
    run: ({ patches, actor }, { patch, controller, ...answer }) => patches.answer(actor, patch, controller, answer),
  }),
];
