import { UBUNTU_PRO } from '@sallyport/bundle-tools/versions/edition';
import { conditionsOf } from '../../platform/filter/filter-queries.ts';
import { filterLanguage } from '../../platform/filter/language.ts';
import { fitsIn, type MemoryFields } from '../../platform/filter/memory-filter.ts';
import { comparisonsOf, type Field, type Filter, FilterFault, vocabularyOf } from '../../platform/filter/types.ts';
import type { Condition } from '../../platform/list/condition.ts';
import { likePattern } from '../../platform/text.ts';
import { ALL_STATES, fixStateOf, PAID_MATCH, verdictOf } from './match-state.ts';
import { DECISIONS, FIX_STATES, SEVERITIES, VERDICTS, WORK_STATES, type WorkState } from './types.ts';

// What filters can ask of a finding, and how each kind of it is found: advisories by a condition over match_advisory g, matches by
// their state, names by a statement that lists the matches that have them. A site has a million findings, so nothing looks at each.

const code = { code: true } as const;
const exact = ['=', '!='] as const;

const ofAdvisory: readonly Field[] = [
  {
    name: 'decision',
    type: 'choice',
    options: DECISIONS,
    ops: exact,
    stored: 'rank',
    source: { scalar: 'g.decision' },
  },
  {
    name: 'severity',
    type: 'choice',
    options: SEVERITIES,
    ops: exact,
    stored: 'rank',
    source: { scalar: 'g.severity' },
  },
  { name: 'feed', type: 'text', ops: exact, source: { test: (name) => ({ sql: 'g.feed = ?', params: [name] }) } },
  { name: 'advisory', type: 'text', ops: exact, source: { test: (id) => ({ sql: 'g.osv_id = ?', params: [id] }) } },
];
const ofMatch: readonly Field[] = [
  { name: 'verdict', type: 'choice', options: VERDICTS, ops: exact, source: code },
  { name: 'fix', type: 'choice', options: FIX_STATES, ops: exact, also: ['fixState'], source: code },
];
const ofWork: readonly Field[] = [{ name: 'state', type: 'choice', options: WORK_STATES, ops: exact, source: code }];

const MATCHES = 'SELECT m.component, m.adv, m.state FROM';

// Texts are read out of indexes that hold nothing else; most components of a package have no match.
const packageHolding = (text: string): Condition => ({
  sql: `${MATCHES} package_name p
    CROSS JOIN component c INDEXED BY component_name ON c.name = p.name CROSS JOIN component_load l ON l.component = c.id
    CROSS JOIN match m ON m.component = c.id WHERE p.name LIKE ? ESCAPE '\\' AND m.until IS NULL`,
  params: [likePattern(text)],
});
const packageNamed = (name: string): Condition => ({
  sql: `${MATCHES} component c INDEXED BY component_name CROSS JOIN match m ON m.component = c.id WHERE c.name = ? AND m.until IS NULL`,
  params: [name],
});
const holding = (text: string): Condition => {
  const pattern = likePattern(text);
  const packages = packageHolding(text);
  return {
    sql: `${packages.sql} UNION ${MATCHES} match_advisory g INDEXED BY match_advisory_name CROSS JOIN match m INDEXED BY match_adv ON m.adv = g.adv
      WHERE (g.osv_id LIKE ? ESCAPE '\\' OR g.summary LIKE ? ESCAPE '\\' OR g.names LIKE ? ESCAPE '\\') AND m.until IS NULL`,
    params: [...packages.params, pattern, pattern, pattern],
  };
};
// `Debian:13 openssl`: what a newer version of the package closes is kept for each.
const ofSource = (text: string): Condition => {
  const at = text.lastIndexOf(' ');
  return {
    sql: `${MATCHES} source_package p CROSS JOIN component_fix f INDEXED BY component_fix_source ON f.source = p.id
      CROSS JOIN match m ON m.component = f.component WHERE p.eco = ? AND p.name = ? AND m.until IS NULL`,
    params: [text.slice(0, Math.max(0, at)), text.slice(at + 1)],
  };
};
// One distribution alone has an edition.
const ofEdition = (name: string): Condition => ({
  sql: `${MATCHES} match m INDEXED BY match_paid WHERE ${PAID_MATCH} AND ? = '${UBUNTU_PRO}'`,
  params: [name],
});
/** The matches that have a name. */
const listed: Readonly<Record<string, (text: string) => Condition>> = {
  'package =': packageNamed,
  'package contains': packageHolding,
  'source =': ofSource,
  'text contains': holding,
  'edition =': ofEdition,
};
const ofNames: readonly Field[] = [
  { name: 'package', type: 'text', ops: ['=', 'contains'], source: code },
  { name: 'source', type: 'text', ops: ['='], source: code },
  { name: 'edition', type: 'text', ops: ['='], source: code },
  { name: 'text', type: 'text', ops: ['contains'], parameter: 'q', source: code },
];

/** Everything that can be asked. */
const findingVocabulary = vocabularyOf([...ofAdvisory, ...ofMatch, ...ofWork, ...ofNames]);

const matchFields: MemoryFields<number> = { verdict: verdictOf, fix: fixStateOf };
const workFields: MemoryFields<WorkState> = { state: (state) => state };

/** How what a filter asks is found. */
export type FindingPlan = {
  /** Over match_advisory g. */
  readonly advisory: readonly Condition[];
  /** The states of matches that are let through. */
  readonly states: readonly number[];
  /** Without it what is open or planned. */
  readonly work: WorkState | undefined;
  /** Statements of which each lists matches; all of them have to list one. */
  readonly named: readonly Condition[];
};

const namedBy = (part: Filter): Condition => {
  const statements = ('any' in part ? part.any : [part]).map((one) => {
    const list = 'field' in one ? listed[`${one.field} ${one.op}`] : undefined;
    if (list === undefined || !('field' in one)) throw new FilterFault('apart', 1, '');
    return list(String(one.value));
  });
  return { sql: statements.map(({ sql }) => sql).join(' UNION '), params: statements.flatMap(({ params }) => params) };
};

/** What is asked of open, planned and fixed findings; those that are fixed are listed alone. */
const workOf = (parts: readonly Filter[]): WorkState | undefined => {
  if (parts.length === 0) return undefined;
  const wanted = WORK_STATES.filter(fitsIn({ all: parts }, workFields));
  const [only] = wanted;
  if (wanted.length === 1) return only;
  if (wanted.length === 0 || wanted.includes('fixed')) throw new FilterFault('apart', 1, '');
  return undefined;
};

/** The plan of a filter; FilterFault for one whose `or` or `not` joins what is found in different ways. */
export function findingPlan(filter: Filter | undefined): FindingPlan {
  const parts = filter === undefined ? [] : 'all' in filter ? filter.all : [filter];
  const taken = new Set<Filter>();
  const about = (fields: readonly Field[]): Filter[] => {
    const found = parts.filter((part) =>
      comparisonsOf(part).every(({ field }) => fields.some(({ name }) => name === field)),
    );
    for (const part of found) taken.add(part);
    return found;
  };
  const [advisory, match, work, names] = [about(ofAdvisory), about(ofMatch), about(ofWork), about(ofNames)];
  if (taken.size < parts.length) throw new FilterFault('apart', 1, '');
  return {
    advisory: conditionsOf({ all: advisory }, { vocabulary: findingVocabulary, now: 0 }),
    states: ALL_STATES.filter(fitsIn({ all: match }, matchFields)),
    work: workOf(work),
    named: names.map(namedBy),
  };
}

/** The language that lists of findings are asked in. */
export const findingLanguage = filterLanguage({ vocabulary: findingVocabulary, check: findingPlan, scans: 4 });
