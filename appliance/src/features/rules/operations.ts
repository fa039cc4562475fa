import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { comment, deviceId, deviceReference } from '../../platform/shapes.ts';
import { inParts } from '../../platform/steps.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import type { DeviceQueries } from '../devices/types.ts';
import { deviceIn } from '../devices/view.ts';
import type { RuleService } from './service.ts';
import { deviceTag, limitOf, type RuleKind } from './types.ts';

// Tags by hand for many devices at once, and what conditions and moving rules would find.

type Needs = { rules: RuleService; deviceQueries: DeviceQueries; objects: ObjectService };

const { operation } = operationsOver<Needs>({ area: 'devices', bound: 'device' });

const kinds = Object.keys(limitOf) as [RuleKind, ...RuleKind[]];
const shownDevices = 1_000;

const foundSchema = z.object({
  total: z.int(),
  devices: z.array(deviceReference).describe(`The first ${shownDevices}`),
});

export const ruleSchemas = { FoundDevices: foundSchema };

const tagName = z.string().trim().min(1).max(50);
const tagCount = z.object({ tag: z.string(), devices: z.int() });

type TagVerb = 'addTag' | 'removeTag';

/** All ids are looked up first, so that a wrong one changes nothing. */
const lookUp = ({ deviceQueries, actor }: Pick<Needs, 'deviceQueries'> & { actor: Actor }, ids: readonly string[]) =>
  inParts(ids, (part) => {
    for (const id of part) deviceIn(deviceQueries, id, scopeOf(actor, 'devices:write'));
  });

const handOut = async (
  { rules, actor }: Pick<Needs, 'rules'> & { actor: Parameters<RuleService['addTag']>[0] },
  verb: TagVerb,
  tag: string,
  ids: readonly string[],
  message?: string,
): Promise<string[]> => {
  const changed: string[] = [];
  await inParts(ids, (part) => changed.push(...rules[verb](actor, tag, part, message)));
  return changed;
};

const tagCommand = (verb: TagVerb, summary: string, done: 'added' | 'removed', line: (tag: string) => string) => {
  const name = verb === 'addTag' ? 'tag.add' : 'tag.remove';
  return operation({
    name,
    scoped: true,
    right: 'devices:write',
    summary,
    input: z.strictObject({ tag: tagName, devices: z.array(deviceId).min(1) }),
    output: z.object({ tag: z.string(), changed: z.array(z.string()) }),
    run: async (context, { tag, devices: ids }) => {
      await lookUp(context, ids);
      return { tag, changed: await handOut(context, verb, tag, ids) };
    },
    command: {
      positionals: ['tag', 'devices'],
      example: `sallyport ${name.replace('.', ' ')} line-3 0123456789abcdef0123456789abcdef`,
      print: (out, { tag, changed }) => {
        for (const device of changed) out.line(`${device} ${line(tag)}`);
      },
      json: ({ tag, changed }) => ({ tag, [done]: changed }),
    },
  });
};

type ListedTag = z.output<typeof tagCount> | (z.output<typeof deviceTag> & { device: string });
type Ran = { devices: number } | { moves: { device: string; rule: string; from: string | null; to: string }[] };

export const ruleOperations = [
  operation({
    name: 'tag.counts',
    http: { method: 'get', path: '/tags' },
    scoped: true,
    right: 'devices:read',
    summary: 'Every tag in use, by hand or by rule, and how many devices have it',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(tagCount) }),
    run: ({ rules, actor }) => ({ rows: rules.tagCounts(scopeOf(actor, 'devices:read')) }),
  }),
  operation({
    name: 'tag.ofDevice',
    http: { method: 'get', path: '/devices/{device}/tags' },
    scoped: true,
    right: 'devices:read',
    summary: 'The tags of a device and where each is from',
    input: z.strictObject({ device: deviceId }),
    output: z.object({ rows: z.array(deviceTag) }),
    run: ({ rules, deviceQueries, actor }, { device }) => ({
      rows: rules.tagsOf(deviceIn(deviceQueries, device, scopeOf(actor, 'devices:read'))),
    }),
  }),
  operation({
    name: 'tag.list',
    scoped: true,
    right: 'devices:read',
    summary: 'Every tag in use, or the tags of devices and where they are from',
    input: z.strictObject({ devices: z.array(deviceId).default([]) }),
    output: z.custom<ListedTag[]>(),
    run: ({ rules, deviceQueries, actor }, { devices: ids }) => {
      rules.recomputePending();
      const scope = scopeOf(actor, 'devices:read');
      if (ids.length === 0) return rules.tagCounts(scope);
      return ids.flatMap((device) =>
        rules.tagsOf(deviceIn(deviceQueries, device, scope)).map((tag) => ({ device, ...tag })),
      );
    },
    command: {
      positionals: ['devices'],
      example: 'sallyport tag list 0123456789abcdef0123456789abcdef',
      print: (out, rows, { devices: ids }) =>
        out.table(
          ids.length === 0 ? ['TAG', 'DEVICES'] : ['DEVICE', 'TAG', 'FROM'],
          rows.map((row) =>
            'device' in row
              ? [
                  row.device,
                  row.tag,
                  [...(row.byHand ? ['by hand'] : []), ...row.rules.map(({ name }) => `rule ${name}`)].join(', '),
                ]
              : [row.tag, row.devices],
          ),
        ),
    },
  }),
  operation({
    name: 'tag.change',
    http: { method: 'post', path: '/tags' },
    scoped: true,
    right: 'devices:write',
    summary: 'Gives a tag by hand to devices, or takes it from them',
    description: 'What rules give stays. Asking again for what is so changes nothing.',
    input: z.strictObject({
      tag: tagName,
      add: z.array(deviceId).max(10_000).default([]),
      remove: z.array(deviceId).max(10_000).default([]),
      comment: comment.optional(),
    }),
    output: z.object({ added: z.array(z.string()), removed: z.array(z.string()) }),
    run: async (context, { tag, add, remove, comment: message }) => {
      await lookUp(context, [...add, ...remove]);
      return {
        added: await handOut(context, 'addTag', tag, add, message),
        removed: await handOut(context, 'removeTag', tag, remove, message),
      };
    },
  }),
  tagCommand('addTag', 'Gives a tag to devices by hand', 'added', (tag) => `has the tag ${tag}`),
  tagCommand(
    'removeTag',
    'Takes a tag that people gave from devices; what rules give stays',
    'removed',
    (tag) => `no longer has the tag ${tag} by hand`,
  ),
  operation({
    name: 'condition.try',
    http: { method: 'post', path: '/conditions/try' },
    right: 'devices:read',
    summary: 'The devices that a condition finds now',
    description: 'A condition as a rule of the kind holds it; of status conditions one line without level and reason.',
    input: z.strictObject({ kind: z.enum(kinds), condition: z.string().min(1).max(4_000) }),
    output: foundSchema,
    run: ({ rules, deviceQueries }, { kind, condition }) => {
      const tried = rules.tryCondition(kind, condition);
      if ('fault' in tried) throw invalid({ condition: tried.fault });
      return {
        total: tried.devices.length,
        devices: [...deviceQueries.names(tried.devices.slice(0, shownDevices)).values()],
      };
    },
    command: {
      positionals: ['kind', 'condition'],
      example: `sallyport condition try tag-rule 'hostname starts pump' --data /var/lib/sallyport`,
      print: (out, { total, devices }) => {
        out.table(
          ['DEVICE', 'NAME'],
          devices.map(({ id, name }) => [id, name]),
        );
        if (total > devices.length) out.note(`${total - devices.length} more`);
      },
    },
  }),
  operation({
    name: 'rule.dryRun',
    bound: 'site',
    http: { method: 'post', path: '/moving-rules/dry-run' },
    right: 'devices:read',
    summary: 'The moves that would follow now from all moving rules, or with one of them changed',
    input: z.strictObject({
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
    output: z.object({
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
    run: ({ rules, objects }, { rule }) => {
      if (rule !== undefined && objects.find('group', rule.group) === undefined)
        throw new AppError('NOT_FOUND', 'there is no such group');
      const plan = rules.dryRun(rule);
      if ('fault' in plan) throw invalid({ 'rule.condition': plan.fault });
      return {
        total: plan.moves.length,
        rows: plan.moves
          .slice(0, shownDevices)
          .map(({ publicId, rule: { id }, from, to }) => ({ device: publicId, rule: id, from, to })),
      };
    },
  }),
  operation({
    name: 'rule.run',
    bound: 'site',
    right: 'devices:write',
    summary: 'Looks at every device that waits for the rules; --all at every device, --dry-run lists the moves only',
    input: z.strictObject({
      all: z.boolean().default(false).describe('Every device, not only those that changed'),
      dryRun: z.boolean().default(false).describe('The moves that moving rules would make now; changes nothing'),
    }),
    output: z.custom<Ran>(),
    run: ({ rules, note }, { all, dryRun }) => {
      if (dryRun) {
        const plan = rules.dryRun();
        const moves = 'fault' in plan ? [] : plan.moves;
        return {
          moves: moves.map(({ publicId, rule, from, to }) => ({
            device: publicId,
            rule: rule.name,
            from: from === null ? null : rules.groupName(from),
            to: rules.groupName(to),
          })),
        };
      }
      if (all) rules.recomputeAll();
      let devices = 0;
      for (let more = true; more; ) {
        const pass = rules.run();
        devices += pass.devices;
        more = pass.more;
        if (devices > 0) note(`${devices} devices`);
      }
      return { devices };
    },
    command: {
      example: 'sallyport rule run --dry-run --json',
      print: (out, answer) => {
        if ('devices' in answer) out.line(`${answer.devices} devices looked at`);
        else
          out.table(
            ['DEVICE', 'RULE', 'FROM', 'TO'],
            answer.moves.map((row) => [row.device, row.rule, row.from, row.to]),
          );
      },
    },
  }),
];
