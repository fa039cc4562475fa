import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ConditionHelpProps, FoundDevices, Tried } from '@sallyport/ui/components/condition-help.tsx';
import type { FilterBuilderProps } from '@sallyport/ui/components/filter-builder.tsx';
import type { FieldErrors, Message, Value } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import type { Context } from 'hono';
import type { Body, Kind } from '../../engine/objects/types.ts';
import { bodyOf, shownValue } from '../../engine/objects/view.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { askedFields } from '../../server/console/asked-list.ts';
import { type Built, builtBy } from '../../server/console/built-filter.ts';
import { setToast } from '../../server/console/cookies.ts';
import type { Form } from '../../server/console/form.ts';
import { signedIn } from '../../server/console/guard.ts';
import { param, references } from '../../server/console/lists.ts';
import type { ConsoleDeps, ConsoleEnv } from '../../server/console/types.ts';
import { type DeviceModel, deviceFieldWords, type ListedDevice } from '../devices/view.ts';
import type { RuleService } from './service.ts';
import { givenLevels, limitOf, protectionReasons, type Reason, type RuleKind } from './types.ts';

// What pages show of rules: help with conditions, and what rules say of a device.

// The part of a form that helps with a text of conditions: it shows its rows, adds one, and tries the text before it is saved.

const shownDevices = 20;

type Helped = { values: Record<string, Value>; errors: FieldErrors; help: ConditionHelpProps };

type Extra = Partial<Pick<ConditionHelpProps, 'sent' | 'tried'>> & { builder?: Partial<FilterBuilderProps> };

type ConditionForms = {
  /** The help of a kind's form with these values; undefined for kinds without a condition. */
  help(kind: Kind, values: Readonly<Record<string, Value>>, extra?: Extra): ConditionHelpProps | undefined;
  /** What a form asked for beside saving, or what is wrong with its rows; undefined when it is to be saved. */
  answer(kind: Kind, id: string | undefined, form: Form): Helped | undefined;
  /** What is saved of a form: with the text that its rows say. */
  written(kind: Kind, form: Form): Body;
  /** Values with the names of groups in the place of their ids. */
  show(kind: Kind, values: Record<string, Value>): Record<string, Value>;
};

/** Browsers send line ends their own way. */
const sameText = (one: string, other: string): boolean =>
  one.replace(/\r\n/g, '\n').trim() === other.replace(/\r\n/g, '\n').trim();

const isRuleKind = (name: string): name is RuleKind => Object.hasOwn(limitOf, name);

/** Help with conditions over the rules as they are. */
export const conditionForms = (
  { rules, objects }: Pick<ConsoleDeps, 'rules' | 'objects'>,
  model: Pick<DeviceModel, 'references'>,
): ConditionForms => {
  const groups = () => references(objects, 'group');
  const fieldOf = (kind: Kind): string | undefined =>
    Object.entries(kind.fields).find(([, field]) => field.syntax !== undefined)?.[0];

  const found = (devices: readonly number[]): FoundDevices => {
    const names = model.references(devices.slice(0, shownDevices));
    return { total: devices.length, first: [...names.values()] };
  };

  const help: ConditionForms['help'] = (kind, values, extra = {}) => {
    const field = fieldOf(kind);
    if (!isRuleKind(kind.name) || field === undefined) return undefined;
    const isSet = kind.name === 'status-conditions';
    const text = String(values[field] ?? '');
    const shown = rules.rows(kind.name, text);
    return {
      builder: {
        fields: askedFields(rules.vocabulary, deviceFieldWords(groups()), limitOf[kind.name]),
        rows: shown?.rows ?? [],
        ...(isSet ? {} : { join: shown?.join ?? 'and' }),
        ...extra.builder,
      },
      ...(shown === undefined ? {} : { was: text }),
      lines: isSet,
      levels: givenLevels,
      ...(isSet ? { builtIn: rules.builtIn } : {}),
      ...defined({ sent: extra.sent, tried: extra.tried }),
    };
  };

  /** What the builder makes of a form's text; a text that was changed by hand stands before rows that were changed. */
  const build = (kind: RuleKind, text: string, form: Form): ReturnType<RuleService['build']> & { built: Built } => {
    const sent = (name: string): string | undefined => (form.has(name) ? form.text(name) : undefined);
    const built = builtBy(sent) ?? { rows: [], added: undefined, join: 'and' };
    const isAsShown = form.has('b.was') && sameText(form.text('b.was'), text);
    const rows = isAsShown ? built.rows : undefined;
    const { join, added } = built;
    return {
      built,
      ...rules.build(kind, text, { rows, join, added, level: form.text('b.level'), reason: form.text('b.reason') }),
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
    if (kind === 'tag-rule' || kind === 'filter') {
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
      const field = fieldOf(kind);
      if (field === undefined || !isRuleKind(kind.name)) return undefined;
      const wanted = form.text('do');
      const body = bodyOf(kind, form);
      const given = typeof body[field] === 'string' ? body[field] : '';
      const values = Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shownValue(value)]));
      const { built, ...made } = build(kind.name, given, form);
      if ('fault' in made) {
        const isText = made.in === 'text';
        const shown = help(kind, values, {
          builder: {
            ...(form.has('b.was') ? { rows: built.rows.map(({ row }) => row) } : {}),
            ...defined({ added: built.added?.row }),
            ...(isText ? {} : { errors: { [`b.${made.in}`]: made.fault } }),
          },
          sent: { level: form.text('b.level'), reason: form.text('b.reason') },
        });
        return shown && { values, errors: isText ? { [field]: made.fault } : {}, help: shown };
      }
      if (wanted !== 'try' && wanted !== 'add' && !wanted.startsWith('remove:')) return undefined;
      const written = { ...values, [field]: made.text };
      const tried = wanted === 'try' ? tryText(kind.name, id, body, made.text) : undefined;
      const isWrong = tried !== undefined && 'fault' in tried;
      const shown = help(kind, written, isWrong ? {} : defined({ tried }));
      return shown && { values: written, errors: isWrong ? { [field]: tried.fault } : {}, help: shown };
    },
    written: (kind, form) => {
      const body = bodyOf(kind, form);
      const field = fieldOf(kind);
      if (field === undefined || !isRuleKind(kind.name)) return body;
      const made = build(kind.name, typeof body[field] === 'string' ? body[field] : '', form);
      return 'fault' in made || made.text === '' ? body : { ...body, [field]: made.text };
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
  if (name === 'securityUpdates') return paths.deviceTab(device.publicId, 'updates');
  if (protectionReasons.some((one) => one === name)) return paths.deviceTab(device.publicId, 'protection');
  if (name === 'deviates') return paths.deviceTab(device.publicId, 'deviations');
  return undefined;
};

/** Why a device has its status, each reason with its level and where it leads. */
export const whyOf = (device: ListedDevice) =>
  (device.reasons as readonly (Omit<Reason, 'level'> & Partial<Reason>)[]).map((reason) => {
    const { key, params, since, level = device.level } = reason;
    const href = reasonLink(device, { ...reason, level });
    return {
      level,
      message: { key, ...defined({ params }) },
      ...defined({ href, since }),
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
    const { actor } = signedIn(c);
    const form = c.get('form');
    const { publicId } = devices.byPublicId(param(c, 'id'));
    const added = enteredLine(form.text('add'), 'add', maxTagLength);
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
