import { paths } from '@sallyport/ui/paths';
import type { Context } from 'hono';
import type { RuleService } from '../rules/service.ts';
import type { Reason } from '../rules/types.ts';
import { setToast } from './cookies.ts';
import type { ListedDevice } from './device-model.ts';
import { actorFor } from './guard.ts';
import { param } from './lists.ts';
import type { ConsoleDeps, ConsoleEnv } from './types.ts';

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
      said: { key, ...(params === undefined ? {} : { params }) },
      ...(href === undefined ? {} : { href }),
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
        said: { key: `toast.devices.${added === '' ? 'untag' : 'tag'}`, params: { n: 1, tag } },
        undo: { action: paths.deviceTags(publicId), fields: added === '' ? { add: tag } : { remove: tag } },
      });
    }
    return c.redirect(paths.device(publicId), 303);
  };
