import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { NOTIFICATION_RULE, type NotificationRule } from './types.ts';

// Rules as objects: one as it is worked with, and whom it names.

const mostRules = 1_000;
const mostAccounts = 10_000;
const minuteMs = 60_000;

const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((entry): entry is string => typeof entry === 'string') : [];

/** A body of a rule as it is worked with. */
export function ruleOfBody(id: string, body: Readonly<Record<string, unknown>>): NotificationRule {
  return {
    id,
    name: String(body['name'] ?? id),
    query: String(body['query'] ?? ''),
    accounts: texts(body['accounts']),
    roles: texts(body['roles']),
    windowMs: Number(body['windowMinutes'] ?? 60) * minuteMs,
  };
}

/** The rules that are on, by name. */
export function rulesOf(objects: Pick<ObjectService, 'list'>): NotificationRule[] {
  return objects
    .list({ kind: NOTIFICATION_RULE, limit: mostRules, sort: 'name' })
    .rows.filter(({ body }) => body['disabled'] !== true)
    .map(({ id, body }) => ruleOfBody(id, body));
}

/** The accounts that a rule names by themselves or by their roles, as long as they are not disabled. */
export function accountsOf(objects: Pick<ObjectService, 'list'>, rule: Pick<NotificationRule, 'accounts' | 'roles'>) {
  const [named, roles] = [new Set(rule.accounts), new Set(rule.roles)];
  return objects
    .list({ kind: 'account', limit: mostAccounts })
    .rows.filter(
      ({ id, body }: ObjectOf<'account'>) =>
        body['disabled'] !== true && (named.has(id) || texts(body['roles']).some((role) => roles.has(role))),
    );
}
