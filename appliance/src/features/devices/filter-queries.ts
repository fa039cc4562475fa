import type { Database } from '../../platform/database.ts';
import { anyOf, type DeviceSet, setOf } from '../../platform/device-set.ts';
import type { Comparison } from '../../platform/filter/types.ts';
import type { Personal } from '../../platform/personal.ts';
import { fold } from '../../platform/sql-functions.ts';
import { statements } from '../../platform/statements.ts';
import { likePattern } from '../../platform/text.ts';
import { levels } from '../rules/types.ts';
import { COVERAGE_STATES, DECISIONS } from '../vulnerabilities/types.ts';
import { endedSql } from './certificate-store.ts';
import type { Contact, GroupTree } from './types.ts';

/** What a device may come later than its interval. */
const graceSeconds = 60;
const dayMs = 86_400_000;
const missingDays: Readonly<Record<Exclude<Contact, 'online'>, number>> = { 'not-1d': 1, 'not-7d': 7, 'not-30d': 30 };

type IndexedParts = {
  db: Database;
  personal: Personal;
  /** Devices with an open finding by the name of an advisory. */
  devicesWith: (advisory: string) => DeviceSet;
  groups: () => GroupTree;
  checkInSeconds: () => number;
  clock: () => number;
};

type Indexed = {
  /** Whether `find` tells. */
  has(asked: Comparison): boolean;
  /** The devices that a comparison finds, where an index alone tells it; undefined where none does. */
  find(asked: Comparison): DeviceSet | undefined;
};

/**
 * The comparisons that an index alone answers. Reads device, device_row,
 * device_status, device_certificate, device_tag, device_hint, device_findings, device_coverage, inv_accounts and inv_sessions.
 */
export const indexedDevices = (parts: IndexedParts): Indexed => {
  const { db, personal, devicesWith, groups, checkInSeconds, clock } = parts;
  const found = <Params extends unknown[]>(sql: string): ((...params: Params) => DeviceSet) => {
    const statement = statements(db).values<Params, number>(sql);
    return (...params) => setOf(statement(...params));
  };
  // As the index has it.
  const heardSince = found<[number]>('select id from device where -coalesce(last_seen_at, 0) < ?');
  const notHeardSince = found<[number]>('select id from device where -coalesce(last_seen_at, 0) >= ?');
  const inGroups = found<[string]>('select device from device_row where group_id in (select value from json_each(?))');
  // `indexed`: the planner would rather read the rows, which are ten times as many bytes.
  // LIKE finds the first letter faster than instr does.
  const holding = (column: string): ((text: string) => DeviceSet) => {
    const find = found<[string]>(
      `select device from device_row indexed by device_row_${column} where ${column} like ? escape '\\'`,
    );
    return (text) => find(likePattern(text));
  };
  const bySystem = holding('os_search');
  const byText = holding('search');
  const inRow = holding('addresses');
  const seenAt = found<[{ text: string }]>(
    `select device from device_hint where kind = 'address' and substr(fold(value), 1, length(@text)) = @text
     union all select id from device where substr(fold(from_address), 1, length(@text)) = @text`,
  );
  const byState = found<[string]>('select id from device where state = ?');
  const byKind = found<[string]>('select id from device where kind = ?');
  const byLevel = found<[number]>('select device from device_row where level = ?');
  const byWorst = found<[number]>('select device from device_findings where worst = ?');
  // A device that rules have not looked at is judged by nothing.
  const byCoverage = found<[number]>(
    'select d.id from device d left join device_coverage c on c.device = d.id where coalesce(c.state, 0) = ?',
  );
  // Each tag is looked at once, not each device that has it.
  const byTag = found<[string]>(
    `with recursive tags (tag) as (select min(tag) from device_tag
       union all select (select min(tag) from device_tag where tag > tags.tag) from tags where tags.tag is not null)
     select device from device_tag where tag in (select tag from tags where fold(tag) = ?)`,
  );
  const byUser = found<[Buffer, Buffer]>(
    `select device from inv_accounts where "name_bx" = ? union select device from inv_sessions where "account_bx" = ?`,
  );
  const byCertificate = {
    true: found<[number]>(endedSql),
    false: found<[number]>(`select id from device where id not in (${endedSql})`),
  };
  const byVisibility = found<[number]>('select device from device_status where visible = ?');

  const bySet: Readonly<Record<string, (value: string) => DeviceSet>> = {
    'state =': byState,
    'kind =': byKind,
    'status =': (value) => byLevel((levels as readonly string[]).indexOf(value)),
    'decision =': (value) => byWorst((DECISIONS as readonly string[]).indexOf(value)),
    'coverage =': (value) => byCoverage((COVERAGE_STATES as readonly string[]).indexOf(value)),
    'group in': (value) => inGroups(JSON.stringify(groups().below(value))),
    'group contains': (value) => inGroups(JSON.stringify(groups().named(value))),
    'tag =': (value) => byTag(fold(value)),
    'os contains': (value) => bySystem(fold(value)),
    'text contains': (value) => byText(fold(value)),
    'user =': (name) =>
      byUser(personal.blindIndex('accounts.name', name), personal.blindIndex('sessions.account', name)),
    'cve =': devicesWith,
    'contact =': (value) =>
      value === 'online'
        ? heardSince((checkInSeconds() + graceSeconds) * 1_000 - clock())
        : notHeardSince(missingDays[value as Exclude<Contact, 'online'>] * dayMs - clock()),
    'certificateEnded =': (value) => byCertificate[value === 'true' ? 'true' : 'false'](clock()),
    'visible =': (value) => byVisibility(Number(value === 'true')),
    'address starts': (value) => {
      const text = fold(value);
      return anyOf([inRow(` ${text}`), seenAt({ text })]);
    },
  };
  return {
    has: ({ field, op }) => Object.hasOwn(bySet, `${field} ${op}`),
    find: ({ field, op, value }) => bySet[`${field} ${op}`]?.(String(value)),
  };
};

/** Every device there is. */
export const everyDevice = (db: Database): (() => DeviceSet) => {
  const sql = statements(db);
  const all = sql.values<[], number>('select id from device');
  return () => setOf(all());
};
