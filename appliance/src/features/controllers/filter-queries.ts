import { fold } from '../../platform/sql-functions.ts';
import { codeKey } from './normalise.ts';
import type { ControllerDecision, ControllerFilter, ControllerState } from './types.ts';

// The WHERE of a list of controllers, over controller_row r. Values are always bound.

export type Condition = { sql: string; params: unknown[] };

const shownDecisions: readonly ControllerDecision[] = ['authorised', 'unauthorised'];
const shownStates: readonly ControllerState[] = ['live'];

// Matches lie with what parts are: see migration 024.
const WITH_CVE = `r.controller in (select p.controller from controller_match m cross join controller_part_identity p on p.identity = m.identity
  where m.until is null and m.verdict <> 'not-affected' and m.vulnerability in (select value from json_each(?)))`;
const isCve = (text: string): boolean => /^cve-\d{4}-\d{1,9}$/i.test(text);

const given = <T>(values: readonly T[] | undefined, otherwise: readonly T[]): readonly T[] =>
  values === undefined || values.length === 0 ? otherwise : values;

/** The conditions of a filter. */
export const filterSql = (filter: ControllerFilter): Condition => {
  const parts: Condition[] = [];
  const oneOf = (column: string, values: readonly string[] | undefined): void => {
    if (values === undefined || values.length === 0) return;
    parts.push({ sql: `r.${column} in (select value from json_each(?))`, params: [JSON.stringify(values)] });
  };
  const flag = (column: string, value: boolean | undefined): void => {
    if (value !== undefined) parts.push({ sql: `r.${column} ${value ? '>' : '='} 0`, params: [] });
  };
  oneOf('state', given(filter.state, shownStates));
  oneOf('decision', given(filter.decision, shownDecisions));
  oneOf('vendor_key', filter.vendor?.map(fold));
  oneOf('family_key', filter.family?.map(fold));
  oneOf('model_key', filter.model?.map(fold));
  oneOf('zone', filter.zone);
  oneOf('role', filter.role);
  oneOf('method', filter.method);
  if (filter.publicIds !== undefined)
    parts.push({
      sql: 'r.public_id in (select value from json_each(?))',
      params: [JSON.stringify(filter.publicIds)],
    });
  flag('drift', filter.drift);
  flag('missing_firmware', filter.missingFirmware);
  flag('proposals', filter.proposals);
  if (filter.cve !== undefined && filter.cve.length > 0)
    parts.push({ sql: WITH_CVE, params: [JSON.stringify(filter.cve.map((cve) => cve.toUpperCase()))] });
  const text = fold(filter.search?.trim() ?? '');
  if (isCve(text)) {
    parts.push({
      sql: `(instr(r.search, ?) > 0 or ${WITH_CVE})`,
      params: [text, JSON.stringify([text.toUpperCase()])],
    });
  } else if (text !== '') {
    // Order numbers stand in the searched text without blanks, too.
    const code = fold(codeKey(text));
    parts.push(
      code === text || code.length < 4
        ? { sql: 'instr(r.search, ?) > 0', params: [text] }
        : { sql: '(instr(r.search, ?) > 0 or instr(r.search, ?) > 0)', params: [text, code] },
    );
  }
  return { sql: parts.map(({ sql }) => sql).join(' and '), params: parts.flatMap(({ params }) => params) };
};
