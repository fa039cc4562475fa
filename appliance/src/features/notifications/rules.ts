import { readListState } from '@sallyport/ui/list';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { toFailure } from '../../platform/errors.ts';
import type { Filter } from '../../platform/filter/types.ts';
import { NOTIFICATION_RULE, type NotificationRule } from './types.ts';

// Rules as objects: one as it is worked with, what its filter asks, and whom it names.

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

/** What a query of the events' page asks. INVALID for one that cannot be read; the words of events have to be known. */
export function filterOf(events: Pick<EventService, 'language'>, query: string): Filter | undefined {
  const { q, filters } = readListState(new URL(`https://console.invalid/?${query}`), events.language.parameters);
  return events.language.read([...(q === '' ? [] : ([['q', q]] as const)), ...filters]);
}

/** What is wrong with a query, as faults of fields say it; undefined where it can be read. */
export function queryFault(events: Pick<EventService, 'language'>, query: string) {
  try {
    filterOf(events, query);
    return undefined;
  } catch (error) {
    const { code, details } = toFailure(error);
    if (code !== 'INVALID') throw error;
    return Object.values(details.fields ?? {})[0] ?? { key: 'validation.format' };
  }
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
