import { type Field, type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import { among, type Condition } from '../../platform/list/condition.ts';
import { fold } from '../../platform/sql-functions.ts';
import { likePattern } from '../../platform/text.ts';
import { COVERAGE_STATES, type CoverageState } from '../vulnerabilities/types.ts';
import { isJudgedWhole, isNotJudged } from './coverage-queries.ts';
import { codeKey } from './normalise.ts';
import { type CustomField, controllerDecisions, controllerMethods, controllerStates } from './types.ts';

// What filters can ask of a controller, each with the SQL of its value over its row `r`.

// Matches lie with what parts are. Held back: by an accepted risk or a compensating control.
const withVulnerability = ({ isHeldToo }: { isHeldToo: boolean }): string =>
  `r.controller in (select p.controller from controller_match m cross join controller_part_identity p on p.identity = m.identity
  where m.until is null and m.verdict <> 'not-affected' and m.vulnerability = ? and (${isHeldToo}
    or not exists (select 1 from controller_held h where h.identity = m.identity
    and h.vulnerability = m.vulnerability and h.controller = p.controller and h.until > site_now())))`;
const WITH_CVE = withVulnerability({ isHeldToo: true });
const WITH_OPEN = withVulnerability({ isHeldToo: false });
const isCve = (text: string): boolean => /^cve-\d{4}-\d{1,9}$/i.test(text);

const SEARCHED = `r.search like ? escape '\\'`;

/** Part of a name, address, serial number, model; of an order number with or without its blanks. */
const holding = (given: string): Condition => {
  const text = fold(given);
  if (isCve(text)) return { sql: `(${SEARCHED} or ${WITH_CVE})`, params: [likePattern(text), text.toUpperCase()] };
  // Order numbers stand in the searched text without blanks, too.
  const code = fold(codeKey(text));
  return code === text || code.length < 4
    ? { sql: SEARCHED, params: [likePattern(text)] }
    : { sql: `(${SEARCHED} or ${SEARCHED})`, params: [likePattern(text), likePattern(code)] };
};

const NOT_JUDGED = isNotJudged('r.controller');
const JUDGED_WHOLE = isJudgedWhole('r.controller');
const IN_COVERAGE: Readonly<Record<string, string>> = {
  'not-judged': NOT_JUDGED,
  partly: `not (${NOT_JUDGED}) and not (${JUDGED_WHOLE})`,
  judged: JUDGED_WHOLE,
} satisfies Record<CoverageState, string>;
const inCoverage = (state: string): Condition => ({ sql: `(${IN_COVERAGE[state] ?? 'false'})`, params: [] });

const text = (name: string, column: string): Field => ({
  name,
  type: 'text',
  stored: 'folded',
  source: { scalar: `nullif(r.${column}, '')` },
});

/** Whether something holds of it. */
const some = (name: string, sql: string, more: Partial<Field> = {}): Field => ({
  name,
  type: 'yesno',
  ops: ['='],
  source: { scalar: sql },
  ...more,
});

const controllerFields = (proposals: string): readonly Field[] => [
  text('name', 'name_key'),
  text('vendor', 'vendor_key'),
  text('family', 'family_key'),
  text('model', 'model_key'),
  {
    name: 'order',
    type: 'text',
    ops: ['=', '!='],
    source: { test: (value) => ({ sql: 'r.order_key = ?', params: [codeKey(value)] }) },
  },
  text('firmware', 'firmware_key'),
  { name: 'zone', type: 'text', source: { scalar: `nullif(r.zone, '')` }, ops: ['=', '!=', 'unknown'] },
  { name: 'role', type: 'text', source: { scalar: `nullif(r.role, '')` }, ops: ['=', '!=', 'unknown'] },
  {
    name: 'decision',
    type: 'choice',
    options: controllerDecisions,
    source: { scalar: 'r.decision' },
    ops: ['=', '!='],
  },
  some('drift', 'r.drift > 0'),
  {
    name: 'coverage',
    type: 'choice',
    options: COVERAGE_STATES,
    ops: ['=', '!='],
    source: { test: inCoverage },
  },
  some('missingFirmware', 'r.missing_firmware > 0', { also: ['missing'] }),
  some('proposals', proposals),
  // Where its firmware is known from.
  { name: 'method', type: 'choice', options: controllerMethods, source: { scalar: `nullif(r.method, '')` } },
  { name: 'state', type: 'choice', options: controllerStates, source: { scalar: 'r.state' }, ops: ['=', '!='] },
  { name: 'firstSeen', type: 'time', source: { scalar: 'r.first_seen' } },
  { name: 'lastSeen', type: 'time', source: { scalar: 'r.last_seen' } },
  {
    name: 'cve',
    type: 'text',
    ops: ['=', '!='],
    source: { test: (value) => ({ sql: WITH_CVE, params: [value.toUpperCase()] }) },
  },
  {
    name: 'vulnerability',
    type: 'text',
    ops: ['='],
    source: { test: (value) => ({ sql: WITH_OPEN, params: [value] }) },
  },
  { name: 'text', type: 'text', ops: ['contains'], parameter: 'q', source: { test: holding } },
];

/**
 * Everything that can be asked, with the fields of the site; `recordsWith`: the public ids of the records that have a value of one,
 * `proposals`: SQL of whether one may be the same as another.
 */
export function controllerVocabulary(
  own: readonly CustomField[],
  recordsWith: (wanted: ReadonlyMap<string, string>) => string[],
  proposals: string,
): Vocabulary {
  const ofSite = own.map(
    ({ name, type, options }): Field => ({
      name: `custom.${name}`,
      type: type === 'choice' ? 'choice' : 'text',
      ...(type === 'choice' ? { options } : {}),
      ops: ['=', '!='],
      source: { test: (value) => among('r.public_id', recordsWith(new Map([[name, value]]))) },
    }),
  );
  return vocabularyOf([...controllerFields(proposals), ...ofSite]);
}
