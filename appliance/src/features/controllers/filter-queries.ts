import { among, type Condition, oneOf } from '../../platform/list/condition.ts';
import { fold } from '../../platform/sql-functions.ts';
import { codeKey } from './normalise.ts';
import type { ControllerDecision, ControllerFilter, ControllerState } from './types.ts';

// The WHERE of a list of controllers, over controller_row r. Values are always bound.

const shownDecisions: readonly ControllerDecision[] = ['authorised', 'unauthorised'];
const shownStates: readonly ControllerState[] = ['live'];

// Matches lie with what parts are: see migration 024.
const WITH_CVE = `r.controller in (select p.controller from controller_match m cross join controller_part_identity p on p.identity = m.identity
  where m.until is null and m.verdict <> 'not-affected' and m.vulnerability in (select value from json_each(?)))`;
const isCve = (text: string): boolean => /^cve-\d{4}-\d{1,9}$/i.test(text);

const given = <T>(values: readonly T[] | undefined, otherwise: readonly T[]): readonly T[] =>
  values === undefined || values.length === 0 ? otherwise : values;

/** The conditions of a filter. */
export const conditionsOf = (filter: ControllerFilter): Condition[] => [
  ...oneOf('r.state', given(filter.state, shownStates)),
  ...oneOf('r.decision', given(filter.decision, shownDecisions)),
  ...oneOf('r.vendor_key', filter.vendor?.map(fold)),
  ...oneOf('r.family_key', filter.family?.map(fold)),
  ...oneOf('r.model_key', filter.model?.map(fold)),
  ...oneOf('r.zone', filter.zone),
  ...oneOf('r.role', filter.role),
  ...oneOf('r.method', filter.method),
  ...(filter.publicIds === undefined ? [] : [among('r.public_id', filter.publicIds)]),
  ...some('r.drift', filter.drift),
  ...some('r.missing_firmware', filter.missingFirmware),
  ...some('r.proposals', filter.proposals),
  ...(filter.cve?.length
    ? [{ sql: WITH_CVE, params: [JSON.stringify(filter.cve.map((cve) => cve.toUpperCase()))] }]
    : []),
  ...holding(fold(filter.search?.trim() ?? '')),
];

/** Whether a count is above 0. */
const some = (column: string, asked: boolean | undefined): Condition[] =>
  asked === undefined ? [] : [{ sql: `${column} ${asked ? '>' : '='} 0`, params: [] }];

const holding = (text: string): Condition[] => {
  if (text === '') return [];
  if (isCve(text))
    return [{ sql: `(instr(r.search, ?) > 0 or ${WITH_CVE})`, params: [text, JSON.stringify([text.toUpperCase()])] }];
  // Order numbers stand in the searched text without blanks, too.
  const code = fold(codeKey(text));
  return code === text || code.length < 4
    ? [{ sql: 'instr(r.search, ?) > 0', params: [text] }]
    : [{ sql: '(instr(r.search, ?) > 0 or instr(r.search, ?) > 0)', params: [text, code] }];
};
