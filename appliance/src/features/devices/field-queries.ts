import { type Field, type Rows, type Vocabulary, vocabularyOf } from '../../platform/filter/types.ts';
import { levels, protectionReasons } from '../rules/types.ts';
import { BESIDE, COVERAGE_STATES, DECISIONS } from '../vulnerabilities/types.ts';
import { certificateEndsSql } from './certificate-store.ts';
import { contacts, deviceStates, listLayer } from './types.ts';

// What filters can ask of a device, each with the SQL of its value over the device `d`.

/** A value of the best source's row of a collection with one row per device. */
const singleValue = (collection: string, field: string): string =>
  `select r."${field}" from section s join inv_${collection.replaceAll('-', '_')} r on r.device = s.device and r.section_source = s.source
     where s.device = d.id and s.collection = '${collection}' and s.best = 1`;

/** What people say about the device `d`; an object. */
const decisionValue = (field: string): string =>
  `select json_extract(o.body, '$.${field}') from object o
     where o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null`;

/** What a device is and calls itself. */
const deviceFields: readonly Field[] = [
  {
    name: 'name',
    type: 'text',
    source: {
      scalar: `coalesce(nullif((${decisionValue('displayName')}), ''), nullif((${singleValue('identity', 'name')}), ''),
        nullif(d.hostname, ''), d.public_id)`,
    },
  },
  { name: 'hostname', type: 'text', source: { scalar: `nullif(d.hostname, '')` } },
  {
    name: 'os',
    type: 'text',
    ops: ['contains', '=', '!=', 'starts', 'ends', 'unknown'],
    // What the agent calls it, what people call it, and all of it with the architecture.
    source: {
      many: `select nullif(d.os, '') as value
        union all select nullif(os_key, '') from device_row where device = d.id
        union all select nullif(trim(os_search), '') from device_row where device = d.id`,
    },
  },
  { name: 'vendor', type: 'text', source: { scalar: singleValue('platform', 'vendor') } },
  { name: 'release', type: 'text', source: { scalar: singleValue('platform', 'release') } },
  {
    name: 'arch',
    type: 'text',
    source: { scalar: `coalesce((${singleValue('platform', 'arch')}), nullif(d.arch, ''))` },
  },
  {
    name: 'kind',
    type: 'choice',
    options: ['computer', 'network', 'printer', 'phone'],
    source: { scalar: 'd.kind' },
  },
  {
    name: 'state',
    type: 'choice',
    options: deviceStates,
    source: { scalar: 'd.state' },
  },
  { name: 'agentVersion', type: 'text', source: { scalar: `nullif(d.agent_version, '')` } },
  { name: 'added', type: 'time', source: { scalar: 'd.created_at' } },
  { name: 'approved', type: 'time', source: { scalar: 'd.approved_at' } },
];

/** Every address that is known of a device: those it reported, and the one it came from. */
const addressFields: readonly Field[] = [
  {
    name: 'address',
    type: 'address',
    ops: ['starts', '=', '!=', 'in', 'unknown'],
    also: ['ip'],
    source: {
      many: `select value from json_each((${singleValue('identity', 'ipv4')}))
        union all select value from json_each((${singleValue('identity', 'ipv6')}))
        union all select value from device_hint where device = d.id and kind = 'address'
        union all select d.from_address as value`,
    },
  },
];

/** The group of a device, by its id; `in` takes in the groups below. */
const groupFields: readonly Field[] = [
  { name: 'group', type: 'group', layer: 1, source: { scalar: decisionValue('group') } },
];

/** All tags of a device, and those that people gave it. */
const tagFields: readonly Field[] = [
  { name: 'tag', type: 'text', layer: 2, source: { many: 'select tag as value from device_tag where device = d.id' } },
  {
    name: 'handTag',
    type: 'text',
    source: { many: `select tag as value from device_tag where device = d.id and source = 'hand'` },
  },
];

/** By which agents a device speaks, and whether it asks to come in anew. */
const sourceFields: readonly Field[] = [
  {
    name: 'source',
    type: 'choice',
    options: ['native', 'osquery', 'glpi', 'ocs', 'offline', 'network', 'directory'],
    source: {
      many: `select source as value from device_source where device = d.id and state <> 'revoked'
        union select source from section where device = d.id`,
    },
  },
  {
    name: 'reenrolling',
    type: 'yesno',
    source: {
      scalar: `d.state = 'managed' and exists
        (select 1 from device_source x where x.device = d.id and x.state = 'pending')`,
    },
  },
];

/** Until when the certificate of its agent lets it speak. */
const certificateFields: readonly Field[] = [
  { name: 'certificateEnds', type: 'time', source: { scalar: certificateEndsSql } },
  { name: 'certificateEnded', type: 'yesno', layer: listLayer, source: { code: true } },
];

/** When a device was heard. `visible` is what the status calls it: heard within the time-out of its group. */
const seenFields: readonly Field[] = [
  { name: 'lastSeen', type: 'time', source: { scalar: 'd.last_seen_at' } },
  { name: 'visible', type: 'yesno', layer: 3, source: { scalar: 'coalesce(d.last_seen_at > :visibleSince, 0)' } },
];

const findingCount = (column: string): string =>
  `coalesce((select f.${column} from device_findings f where f.device = d.id), 0)`;

/** Open findings: all, and those that certainly apply by their decision. */
const findingFields: readonly Field[] = [
  { name: 'findings', type: 'number', source: { scalar: findingCount('findings') } },
  { name: 'findings.act', type: 'number', source: { scalar: findingCount('act') } },
  { name: 'findings.attend', type: 'number', source: { scalar: findingCount('attend') } },
];

/** By what a device is judged: what "no findings" is worth. */
const coverageFields: readonly Field[] = [
  {
    name: 'coverage',
    type: 'choice',
    options: COVERAGE_STATES,
    stored: 'rank',
    source: { scalar: 'coalesce((select f.state from device_coverage f where f.device = d.id), 0)' },
  },
  {
    name: 'systemJudged',
    type: 'yesno',
    source: { scalar: 'coalesce((select f.system from device_coverage f where f.device = d.id), 0)' },
  },
  {
    name: 'listsUnread',
    type: 'yesno',
    source: { scalar: `coalesce((select f.reasons like '%"list-%' from device_coverage f where f.device = d.id), 0)` },
  },
  {
    name: 'beside',
    type: 'choice',
    options: BESIDE,
    source: {
      many: `select iif(r.value ->> 'code' = 'not-looked-at', 'not-looked-at', r.value ->> 'ecosystem') as value
        from device_coverage f cross join json_each(f.reasons) r
        where f.device = d.id and r.value ->> 'code' in ('not-managed', 'not-looked-at')`,
    },
  },
  // A site without any says so once, not on each of its devices.
  {
    name: 'advisories',
    type: 'yesno',
    source: { scalar: 'exists (select 1 from exchange_state where snapshot > 0)' },
  },
];

/** Updates that a device needs, as of the last look at it. */
const updateFields: readonly Field[] = [
  {
    name: 'securityUpdates',
    type: 'number',
    source: { scalar: 'coalesce((select n.security from update_need_of n where n.id = d.id), 0)' },
  },
];

/** Open deviations of a device from its baselines. */
const deviationFields: readonly Field[] = [
  {
    name: 'deviations',
    type: 'number',
    source: { scalar: '(select count(*) from deviation x where x.device = d.id and x.until is null)' },
  },
];

/** Orders that failed and that no later order took up. */
const orderFields: readonly Field[] = [
  {
    name: 'failedOrders',
    type: 'number',
    source: {
      scalar: `select count(*) from task t where t.device = d.id and t.state = 'failed' and not exists
        (select 1 from task later where later.device = t.device and later.update_id = t.update_id
          and later.queued_at > t.queued_at)`,
    },
  },
];

/** Whether a device has reported what it runs. */
const inventoryFields: readonly Field[] = [
  {
    name: 'inventory',
    type: 'yesno',
    source: {
      scalar: `exists (select 1 from section s where s.device = d.id and s.collection = 'software' and s.best = 1)`,
    },
  },
];

/** What only lists ask; and packages, by their name and version. */
const listFields: readonly Field[] = [
  {
    name: 'status',
    type: 'choice',
    layer: listLayer,
    options: levels,
    stored: 'rank',
    source: { scalar: 'select r.level from device_row r where r.device = d.id' },
  },
  {
    name: 'reason',
    type: 'choice',
    layer: listLayer,
    options: protectionReasons,
    source: {
      many: `select substr(r.value ->> 'key', ${'devices.reason.'.length + 1}) as value
        from device_status t cross join json_each(t.reasons) r where t.device = d.id`,
    },
  },
  {
    name: 'decision',
    type: 'choice',
    layer: listLayer,
    options: DECISIONS,
    stored: 'rank',
    source: { scalar: 'select f.worst from device_findings f where f.device = d.id' },
  },
  { name: 'contact', type: 'choice', layer: listLayer, options: contacts, ops: ['=', '!='], source: { code: true } },
  { name: 'cve', type: 'text', layer: listLayer, ops: ['=', '!='], source: { code: true } },
  { name: 'user', type: 'text', layer: listLayer, ops: ['=', '!='], source: { code: true } },
  { name: 'text', type: 'text', layer: listLayer, ops: ['contains'], parameter: 'q', source: { code: true } },
  {
    name: 'software',
    type: 'item',
    item: { rows: 'software', name: 'name', version: 'version' },
    source: { code: true },
  },
];

/** Everything that filters can ask for; the order is the one of the form. */
export function deviceVocabulary(rows: readonly Rows[]): Vocabulary {
  return vocabularyOf(
    [
      ...deviceFields,
      ...addressFields,
      ...groupFields,
      ...tagFields,
      ...sourceFields,
      ...certificateFields,
      ...seenFields,
      ...findingFields,
      ...coverageFields,
      ...updateFields,
      ...deviationFields,
      ...orderFields,
      ...inventoryFields,
      ...listFields,
    ],
    rows,
  );
}
