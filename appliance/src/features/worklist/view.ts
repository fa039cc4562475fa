import type { Assignable } from '@sallyport/ui/worklist/assign.tsx';
import type { NextStepLink } from '@sallyport/ui/worklist/next-step.tsx';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, hasRight } from '../../engine/objects/types.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import { stepAfter } from './first-steps.ts';

const mostAccounts = 500;

type Accounts = Pick<ObjectService, 'list' | 'find'>;

/** Accounts that work and measures can be given to, as a form offers them. */
export function accountChoices(objects: Pick<Accounts, 'list'>): { id: string; name: string }[] {
  return objects
    .list({ kind: 'account', limit: mostAccounts })
    .rows.flatMap(({ id, body }) => (body.disabled === true ? [] : [{ id, name: body.name ?? id }]));
}

/** An item of the worklist by its id as a form assigns it, on a page that knows that there is such an item. */
export function assignable(objects: Accounts, reader: Actor, id: string): Assignable {
  const assignee = objects.find('work-note', id)?.body.assignee;
  return {
    id,
    assignee,
    assigneeName: assignee === undefined ? undefined : objects.find('account', assignee)?.body.name,
    accounts: hasRight(reader, 'work:write') ? accountChoices(objects) : [],
  };
}

/** For the page on which a step of the setup ends: the next one. Undefined: it is not done, nothing follows, or others do it. */
export function nextStep(deps: ConsoleDeps, reader: Actor, done: string): NextStepLink | undefined {
  return hasRight(reader, 'settings:read') ? stepAfter(deps, reader, done) : undefined;
}
