import type { Field } from '../condition/types.ts';

/** A value of the best door's row of a collection with one row per device. */
export const singleValue = (collection: string, field: string): string =>
  `select r."${field}" from section s join inv_${collection.replaceAll('-', '_')} r on r.device = s.device and r.door = s.door
     where s.device = d.id and s.collection = '${collection}' and s.best = 1`;

/** What people say about the device `d`; an object. */
export const decisionValue = (field: string): string =>
  `select json_extract(o.body, '$.${field}') from object o
     where o.kind = 'device-decision' and o.id = d.public_id and o.deleted_at is null`;

/** What a device is and calls itself. */
export const deviceFields: readonly Field[] = [
  {
    name: 'name',
    type: 'text',
    layer: 0,
    source: {
      scalar: `coalesce(nullif((${decisionValue('displayName')}), ''), nullif((${singleValue('identity', 'name')}), ''),
        nullif(d.hostname, ''), d.public_id)`,
    },
  },
  { name: 'hostname', type: 'text', layer: 0, source: { scalar: `nullif(d.hostname, '')` } },
  { name: 'os', type: 'text', layer: 0, source: { scalar: `nullif(d.os, '')` } },
  { name: 'vendor', type: 'text', layer: 0, source: { scalar: singleValue('platform', 'vendor') } },
  { name: 'release', type: 'text', layer: 0, source: { scalar: singleValue('platform', 'release') } },
  {
    name: 'arch',
    type: 'text',
    layer: 0,
    source: { scalar: `coalesce((${singleValue('platform', 'arch')}), nullif(d.arch, ''))` },
  },
  {
    name: 'kind',
    type: 'choice',
    layer: 0,
    options: ['computer', 'network', 'printer', 'phone'],
    source: { scalar: 'd.kind' },
  },
  {
    name: 'state',
    type: 'choice',
    layer: 0,
    options: ['discovered', 'pending', 'managed', 'held', 'revoked'],
    source: { scalar: 'd.state' },
  },
  { name: 'agentVersion', type: 'text', layer: 0, source: { scalar: `nullif(d.agent_version, '')` } },
  { name: 'added', type: 'time', layer: 0, source: { scalar: 'd.created_at' } },
];
