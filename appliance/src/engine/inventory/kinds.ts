import type { FieldErrors } from '../../platform/errors.ts';
import { type Body, defineKinds } from '../objects/types.ts';

const lists = ['hashes', 'paths', 'folders', 'devices'] as const;

const entries = (body: Body, name: string): string[] => {
  const value = body[name];
  return Array.isArray(value) ? value.map(String) : [];
};

const faultsOf = (body: Body): FieldErrors => {
  const faults: FieldErrors = {};
  for (const name of ['hashes', 'exceptHashes'])
    if (entries(body, name).some((hash) => !/^[0-9a-fA-F]{64}$/.test(hash)))
      faults[name] = { key: 'validation.format' };
  const isEmpty = lists.every((name) => entries(body, name).length === 0) && body['removable'] !== true;
  if (isEmpty) faults['hashes'] = { key: 'validation.required' };
  return faults;
};

export const inventoryKinds = defineKinds({
  /** C2: executable files that belong together: what meets one condition and none of the exclusions. */
  'app-category': {
    bound: 'catalog',
    row: 'C2',
    area: 'software',
    title: 'name',
    returns: 'freely',
    fields: {
      name: { type: 'text', required: true, max: 100, unique: true, indexed: true },
      description: { type: 'multiline', max: 2_000 },
      /** SHA-256. */
      hashes: { type: 'list', max: 1_000 },
      /** Masks of whole paths with `*` and `?`. */
      paths: { type: 'list', max: 200 },
      /** Whatever lies in them, however deep. */
      folders: { type: 'list', max: 200 },
      removable: { type: 'boolean' },
      /** Reference devices by their ids: what they have is in the category. */
      devices: { type: 'list', idOf: 'device', max: 100 },
      exceptHashes: { type: 'list', max: 1_000 },
      exceptPaths: { type: 'list', max: 200 },
    },
    check: faultsOf,
    leaves: null,
  },
  /** A column of the site's own in the lists of hardware. */
  'hardware-column': {
    bound: 'catalog',
    row: 'S2',
    area: 'devices',
    title: 'name',
    returns: 'freely',
    fields: {
      name: { type: 'text', required: true, max: 60, unique: true, indexed: true },
      type: { type: 'choice', options: ['text', 'number', 'date', 'yes-no'], required: true },
      description: { type: 'text', max: 300 },
    },
    // The name stands before a colon in the records.
    check: (body) => (String(body['name'] ?? '').includes(':') ? { name: { key: 'validation.format' } } : {}),
    leaves: null,
  },
  /** What people know of a part and the part does not: S2's entered fields. Its revisions are its history. */
  'hardware-record': {
    bound: 'device',
    row: 'S2',
    area: 'devices',
    title: 'name',
    returns: 'freely',
    fields: {
      name: { type: 'text', required: true, max: 256, indexed: true },
      /** Which part: `serial/<type>/<serial>`, or `device/<device>/…` for a part without a number of its own. */
      part: { type: 'text', max: 700, indexed: true, unique: true },
      inventoryNumber: { type: 'text', max: 100, indexed: true },
      place: { type: 'text', max: 200, indexed: true },
      price: { type: 'text', max: 50 },
      purchasedAt: { type: 'time' },
      writtenOff: { type: 'boolean', indexed: true },
      /** `<column>: <value>`, of the columns that are declared as hardware-column. */
      custom: { type: 'list', max: 50 },
      note: { type: 'multiline', max: 2_000 },
    },
    leaves: null,
  },
});
