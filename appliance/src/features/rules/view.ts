import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { AskedField, ConditionHelpProps, FoundDevices, Tried } from '@sallyport/ui/components/condition-help.tsx';
import type { FieldErrors, Message, Value } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import type { Context } from 'hono';
import type { Body, Kind } from '../../engine/objects/types.ts';
import { bodyOf, shownValue } from '../../engine/objects/view.ts';
import { setToast } from '../../server/console/cookies.ts';
import type { Form } from '../../server/console/form.ts';
import { actorFor } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import type { ConsoleDeps, ConsoleEnv } from '../../server/console/types.ts';
import type { DeviceModel, ListedDevice } from '../devices/view.ts';
import type { RuleService } from './service.ts';
import { type Added, givenLevels, limitOf, type Reason, type RuleKind } from './types.ts';

// What pages show of rules: help with conditions, and what rules say of a device.

// The part of a form that helps with a text of conditions: it adds a comparison, and tries the text before it is saved.

const shownDevices = 20;

type Helped = { values: Record<string, Value>; errors: FieldErrors; help: ConditionHelpProps };

type ConditionForms = {
  /** The help of a kind's form; undefined for kinds without a condition. */
  help(kind: Kind, extra?: Partial<ConditionHelpProps>): ConditionHelpProps | undefined;
  /** What a form asked for beside saving; undefined when it is to be saved. */
  answer(kind: Kind, id: string | undefined, form: Form): Helped | undefined;
  /** Values with the names of groups in the place of their ids. */
  show(kind: Kind, values: Record<string, Value>): Record<string, Value>;
};

const isRuleKind = (name: string): name is RuleKind => Object.hasOwn(limitOf, name);

const joins = ['and', 'or', 'and not', 'or not'] as const;

/** Help with conditions over the rules as they are. */
export const conditionForms = (
  { rules }: Pick<ConsoleDeps, 'rules'>,
  model: Pick<DeviceModel, 'references'>,
): ConditionForms => {
  const fieldOf = (kind: Kind): string | undefined =>
    Object.entries(kind.fields).find(([, field]) => field.syntax !== undefined)?.[0];

  const asked = (kind: RuleKind): AskedField[] => [
    ...[...rules.vocabulary.fields.values()]
      .filter(({ layer }) => layer < limitOf[kind])
      .map(({ name }): AskedField => ({ name, label: { key: `condition.field.${name}` } })),
    ...[...rules.vocabulary.rows.values()].flatMap((rows) =>
      [...rows.fields.keys()].map(
        (name): AskedField => ({
          name: `${rows.name}.${name}`,
          label: { key: `collection.${rows.name}.field.${name}` },
          of: { key: `collection.${rows.name}.title` },
        }),
      ),
    ),
  ];

  const found = (devices: readonly number[]): FoundDevices => {
    const names = model.references(devices.slice(0, shownDevices));
    return { total: devices.length, first: [...names.values()] };
  };

  const help: ConditionForms['help'] = (kind, extra = {}) => {
    if (!isRuleKind(kind.name)) return undefined;
    const isSet = kind.name === 'status-conditions';
    return {
      fields: asked(kind.name),
      values: {},
      lines: isSet,
      levels: givenLevels,
      ...(isSet ? { builtIn: rules.builtIn } : {}),
      ...extra,
    };
  };

  const tryMoves = (id: string | undefined, body: Body, text: string): { fault: Message } | Tried => {
    const tried = rules.tryCondition('moving-rule', text);
    if ('fault' in tried) return tried;
    const plan = rules.dryRun({
      id: id ?? '',
      name: String(body['name'] ?? ''),
      group: String(body['group'] ?? ''),
      mode: body['mode'] === 'reinstall' || body['mode'] === 'continuous' ? body['mode'] : 'once',
      priority: typeof body['priority'] === 'number' ? body['priority'] : 100,
      condition: text,
    });
    if ('fault' in plan) return plan;
    const first = plan.moves.slice(0, shownDevices);
    const names = model.references(first.map(({ device }) => device));
    return {
      kind: 'moves',
      found: found(tried.devices),
      total: plan.moves.length,
      moves: first.map(({ device, publicId, rule, from, to }) => ({
        device: names.get(device) ?? { id: publicId, name: publicId },
        rule: rule.name,
        from: from === null ? undefined : rules.groupName(from),
        to: rules.groupName(to),
      })),
    };
  };

  const tryText = (kind: RuleKind, id: string | undefined, body: Body, text: string): { fault: Message } | Tried => {
    if (kind === 'moving-rule') return tryMoves(id, body, text);
    if (kind === 'tag-rule' || kind === 'selection') {
      const tried = rules.tryCondition(kind, text);
      return 'fault' in tried ? tried : { kind: 'devices', found: found(tried.devices) };
    }
    const tried = rules.tryStatus(text);
    if ('fault' in tried) return tried;
    return { kind: 'lines', lines: tried.lines.map((line) => ({ text: line.text, found: found(line.devices) })) };
  };

  return {
    help,
    show: (kind, values) => {
      const field = fieldOf(kind);
      const text = field === undefined ? undefined : values[field];
      if (field === undefined || typeof text !== 'string' || !isRuleKind(kind.name)) return values;
      return { ...values, [field]: rules.show(kind.name, text) };
    },
    answer: (kind, id, form) => {
      const wanted = form.text('do');
      const field = fieldOf(kind);
      if ((wanted !== 'add' && wanted !== 'try') || field === undefined || !isRuleKind(kind.name)) return undefined;
      const body = bodyOf(kind, form);
      const values = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shownValue(value)]));
      const text = typeof body[field] === 'string' ? body[field] : '';
      if (wanted === 'try') {
        const tried = tryText(kind.name, id, body, text);
        const made = help(kind, 'fault' in tried ? {} : { tried });
        if (made === undefined) return undefined;
        return { values, errors: 'fault' in tried ? { [field]: tried.fault } : {}, help: made };
      }
      const sent = Object.fromEntries(form.entries().filter(([name]) => name.startsWith('b.')));
      const added: Added = {
        join: joins.find((join) => join === sent['b.join']) ?? 'and',
        field: sent['b.field'] ?? '',
        op: sent['b.op'] ?? '',
        value: sent['b.value'] ?? '',
        level: sent['b.level'] ?? '',
        reason: sent['b.reason'] ?? '',
      };
      const appended = rules.append(kind.name, text, added);
      const isWrong = 'fault' in appended;
      const made = help(kind, {
        values: isWrong ? sent : {},
        ...(isWrong && appended.in === 'added' ? { errors: { 'b.value': appended.fault } } : {}),
      });
      if (made === undefined) return undefined;
      return {
        values: isWrong ? values : { ...values, [field]: appended.text },
        errors: isWrong && appended.in === 'text' ? { [field]: appended.fault } : {},
        help: made,
      };
    },
  };
};

// What rules say of one device, for its page.

const maxTagLength = 50;

/** Where a reason leads: to what it counts, or to the conditions that say it. */
const reasonLink = (device: ListedDevice, { key, set }: Reason): string | undefined => {
  if (set !== undefined) return paths.object('status-conditions', set);
  const name = key.slice(key.lastIndexOf('.') + 1);
  if (name === 'act' || name === 'attend') return paths.deviceTab(device.publicId, 'findings', { decision: name });
  if (name === 'deploymentFailed') return paths.deviceTab(device.publicId, 'updates');
  if (name === 'deviates') return paths.deviceTab(device.publicId, 'deviations');
  return undefined;
};

/** Why a device has its status, each reason with its level and where it leads. */
export const whyOf = (device: ListedDevice) =>
  (device.reasons as readonly (Omit<Reason, 'level'> & Partial<Reason>)[]).map((reason) => {
    const { key, params, level = device.level } = reason;
    const href = reasonLink(device, { ...reason, level });
    return {
      level,
      message: { key, ...defined({ params }) },
      ...defined({ href }),
    };
  });

/** The moving rule that would move a device back. */
export const heldBy = (rules: Pick<RuleService, 'movingRule' | 'groupName'>, device: ListedDevice) => {
  const rule = rules.movingRule(device.id);
  return rule === undefined || rule.mode !== 'continuous'
    ? undefined
    : { rule: rule.id, name: rule.name, group: rules.groupName(rule.group) };
};

/** A tag by hand is given or taken; the next page offers the way back. */
export const changeTag =
  ({ devices, rules }: Pick<ConsoleDeps, 'devices' | 'rules'>) =>
  (c: Context<ConsoleEnv>): Response => {
    const actor = actorFor(c, 'devices:write');
    const form = c.get('form');
    const { publicId } = devices.byPublicId(param(c, 'id'));
    const added = form.text('add').trim().slice(0, maxTagLength);
    const tag = added === '' ? form.text('remove') : added;
    const changed = (added === '' ? rules.removeTag : rules.addTag)(actor, tag, [publicId]);
    if (changed.length > 0) {
      setToast(c, {
        message: { key: `toast.devices.${added === '' ? 'untag' : 'tag'}`, params: { n: 1, tag } },
        undo: { action: paths.deviceTags(publicId), fields: added === '' ? { add: tag } : { remove: tag } },
      });
    }
    return c.redirect(paths.device(publicId), 303);
  };
