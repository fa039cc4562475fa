import type { Condition } from '../../platform/list/condition.ts';
import type { Order } from '../../platform/list/list-queries.ts';
import { controllersIn, type Scope } from '../../platform/scope.ts';
import { THREATS_PER_EXPLOITATION } from './priority.ts';
import type { ControllerFindingQuery } from './types.ts';

// Findings are of what parts are, which controllers share: what a reader sees of a match is worked out over the controllers in reach.

/** What stands for identities and ranks in queries over controller_match m. */
type ReachedMatches = {
  /** A `with` clause that `from` needs. */
  readonly before: Condition | undefined;
  /** controller_identity i, of which some controller has a part, and what is known of it in reach. */
  readonly identities: string;
  /** How many controllers in reach have a part of it. */
  readonly controllers: string;
  /** The worst decision over these, as a place in the row of decisions. */
  readonly rank: string;
  /** Of a row of controller_held h: it is about a controller in reach. */
  readonly held: Condition;
};

/** Matches as they are kept, over all controllers. */
export const WHOLE: ReachedMatches = {
  before: undefined,
  identities: 'controller_identity i',
  controllers: 'i.controllers',
  rank: 'm.rank',
  held: { sql: 'true', params: [] },
};

/** Matches as they are where not the whole site is in reach. */
export function reachedMatches(scope: Scope): ReachedMatches {
  if (scope.site) return WHOLE;
  const { sql, params } = controllersIn(scope, 'p.controller');
  return {
    before: {
      sql: `with reached (identity, controllers, contexts, context) as materialized (
        select p.identity, count(distinct p.controller), json_group_array(distinct p.context),
          case when min(p.context) = max(p.context) then min(p.context) end
        from controller_part_identity p where ${sql} group by p.identity)`,
      params,
    },
    identities: 'reached v cross join controller_identity i on i.id = v.identity',
    controllers: 'v.controllers',
    // Nearly all that share an identity stand in one context, which needs no array.
    rank: `case when v.context is null
      then (select min(r.rank) from json_each(v.contexts) x cross join controller_priority r
        on r.threat = m.threat and r.context = x.value)
      else (select r.rank from controller_priority r where r.threat = m.threat and r.context = v.context) end`,
    held: controllersIn(scope, 'h.controller'),
  };
}

export const columnsOf = ({
  rank,
  controllers,
}: ReachedMatches): string => `m.identity, m.vulnerability, m.since, m.until, m.verdict, m.matched, m.reason, m.level, m.confidence, m.others,
  m.fix_state, m.fixed_version, m.severity, m.score, ${rank} as rank, m.answer, m.former, i.identity as identity_json, i.label, i.vendor, i.family,
  i.firmware, ${controllers} as controllers, m.threat, t.exploited_since, d.key as advisory, d.publisher, d.status, d.title, l.leaf, l.path, l.version_text`;
export const TOLD = `left join controller_document d on d.id = m.document left join controller_leaf l on l.id = m.leaf
  left join controller_threat t on t.vulnerability = m.vulnerability`;
export const COUNTED = 'controller_match m cross join controller_identity i on i.id = m.identity';
export const FROM = `${COUNTED} ${TOLD}`;
/** Where little is left of all identities it is found first, and sorted then. */
export const countedOf = ({ identities }: ReachedMatches): string =>
  `${identities} cross join controller_match m on m.identity = i.id`;

const SEVERITY_ORDER = `case m.severity when 'critical' then 0 when 'high' then 1 when 'medium' then 2 when 'low' then 3 else 4 end`;
const inOrderOf = (expression: string): Order => ({ keys: [expression, 'm.vulnerability', 'm.identity'] });
export const ordersOf = ({
  rank,
  controllers,
}: ReachedMatches): Readonly<Record<NonNullable<ControllerFindingQuery['sort']>, Order>> => ({
  decision: inOrderOf(rank),
  vulnerability: inOrderOf('m.vulnerability'),
  product: inOrderOf('i.label'),
  controllers: inOrderOf(controllers),
  severity: inOrderOf(SEVERITY_ORDER),
  since: inOrderOf('m.since'),
  exploitation: inOrderOf(`m.threat / ${THREATS_PER_EXPLOITATION}`),
});

const HELD_ON =
  'exists (select 1 from controller_held h where h.identity = m.identity and h.vulnerability = m.vulnerability and h.controller = ? and h.until > ?)';

/** What is held back: on a controller, on every one in reach that has it, or on one of them. */
export const heldCondition = (
  { controllers, held }: ReachedMatches,
  where: 'somewhere' | 'everywhere',
  controller: number | undefined,
  now: number,
): Condition => {
  if (controller !== undefined) return { sql: HELD_ON, params: [controller, now] };
  const rows = `from controller_held h
    where h.identity = m.identity and h.vulnerability = m.vulnerability and h.until > ? and ${held.sql}`;
  return {
    sql: where === 'somewhere' ? `exists (select 1 ${rows})` : `${controllers} <= (select count(*) ${rows})`,
    params: [now, ...held.params],
  };
};
