import type { FieldErrors } from '../../../platform/errors.ts';
import { type Body, defineKind } from '../types.ts';

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

/** C2: executable files that belong together: what meets one condition and none of the exclusions. */
export const kind = defineKind({
  name: 'app-category',
  row: 'C2',
  area: 'software',
  title: 'name',
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
});
