import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { ControllerContext, ControllerRecord, Subject } from './types.ts';

// What the record says of parts that can have firmware, as matching takes it. Reads controller, controller_part and controller_effective.

type Row = { controller: number; part: number; type: string; key: string; field: string; side: string; value: string };

const IDENTITY = ['vendor', 'orderNumber', 'cipTuple', 'model', 'productFamily', 'hwVersion', 'serial'] as const;
const CONTEXT = ['exposure', 'criticality', 'safety', 'sil', 'role'] as const;
const FIELDS = [...IDENTITY, ...CONTEXT, 'firmware', 'manufacturedAt', 'lifecycle'];

const SUBJECTS = `
select p.controller, p.id as part, p.type, p.key, w.field, w.side, w.value
from controller c cross join controller_part p on p.controller = c.id and p.type in ('controller', 'module')
cross join controller_effective w on w.part = p.id and w.field in (select value from json_each(?))
where c.state = 'live'`;
// The controller itself comes before its modules: they have its context.
const ORDER = `order by p.controller, case p.type when 'controller' then 0 else 1 end, p.id`;

type Values = { observed: Record<string, string>; configured: Record<string, string> };

const shown = ({ observed, configured }: Values, field: string): string | undefined =>
  observed[field] ?? configured[field];

const contextOf = (values: Values): ControllerContext => {
  const exposure = shown(values, 'exposure');
  const criticality = shown(values, 'criticality');
  const safety = shown(values, 'safety');
  const isSafety =
    safety === 'true' ||
    safety === 'yes' ||
    shown(values, 'sil') !== undefined ||
    shown(values, 'role') === 'safety-controller';
  return {
    exposure: exposure === 'direct' || exposure === 'indirect' || exposure === 'small' ? exposure : 'unknown',
    criticality:
      criticality === 'critical' || criticality === 'high'
        ? 'high'
        : criticality === 'medium' || criticality === 'low'
          ? criticality
          : 'unknown',
    safety: isSafety ? 'yes' : safety === undefined ? 'unknown' : 'no',
  };
};

const identityOf = (values: Values): PartIdentity => {
  const identity: Record<string, string> = {};
  for (const field of IDENTITY) {
    const value = shown(values, field);
    if (value !== undefined) identity[field] = value;
  }
  const { observed, configured } = values;
  const firmware = observed['firmware'] ?? configured['firmware'];
  if (firmware !== undefined) {
    identity['firmware'] = firmware;
    identity['firmwareSide'] = observed['firmware'] === undefined ? 'configured' : 'observed';
  }
  const date = shown(values, 'manufacturedAt')?.slice(0, 10) ?? '';
  if (/^\d{4}-\d\d-\d\d$/.test(date)) identity['date'] = date;
  return identity as PartIdentity;
};

const add = (values: Values, { field, side, value }: Row): void => {
  values[side === 'observed' ? 'observed' : 'configured'][field] = value;
};

/** Rows of one part together. */
const grouped = function* (rows: Iterable<Row>): Generator<{ first: Row; values: Values }> {
  let held: { first: Row; values: Values } | undefined;
  for (const row of rows) {
    if (held?.first.part !== row.part) {
      if (held !== undefined) yield held;
      held = { first: row, values: { observed: {}, configured: {} } };
    }
    add(held.values, row);
  }
  if (held !== undefined) yield held;
};

const unknown: ControllerContext = { exposure: 'unknown', criticality: 'unknown', safety: 'unknown' };

const toSubjects = function* (rows: Iterable<Row>): Generator<Subject> {
  let controller = 0;
  let context = unknown;
  for (const { first, values } of grouped(rows)) {
    const isItself = first.type === 'controller';
    if (isItself) context = contextOf(values);
    else if (first.controller !== controller) context = unknown;
    controller = first.controller;
    yield {
      controller: first.controller,
      part: first.part,
      key: isItself ? '' : first.key,
      identity: identityOf(values),
      context,
    };
  }
};

export const recordSubjects = (db: Database): ControllerRecord => {
  const sql = statements(db);
  const all = sql.all<[string], Row>(`${SUBJECTS} ${ORDER}`);
  const some = sql.all<[string, string], Row>(`${SUBJECTS} and c.id in (select value from json_each(?)) ${ORDER}`);
  const fields = JSON.stringify(FIELDS);
  return {
    subjects: (controllers) =>
      toSubjects(controllers === undefined ? all(fields) : some(fields, JSON.stringify(controllers))),
  };
};
