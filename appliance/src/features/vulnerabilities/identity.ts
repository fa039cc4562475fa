import { followsEdition } from '@sallyport/bundle-tools/versions/edition';
import type { ItemOf, SectionRowOf } from '../../engine/inventory/service.ts';
import type { Platform, SoftwareIdentity } from './component.ts';

// What rows of the inventory say of a component and of the system it runs on.

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

/** A component as its device reported it. */
export const identityOf = (row: ItemOf<'software'>): SoftwareIdentity => ({
  type: text(row['type']),
  name: text(row['name']),
  version: text(row['version']),
  purl: text(row['purl']),
  source: text(row['source']),
  sourceVersion: text(row['sourceVersion']),
});

/** What a device runs, from its inventory; undefined until it has reported it. */
export const platformOf = (rows: ReadonlyArray<SectionRowOf<'platform'>>): Platform | undefined => {
  const row = rows[0];
  if (row === undefined) return undefined;
  const suites = Array.isArray(row['suites']) ? row['suites'].map(text) : [];
  return {
    vendor: text(row['vendor']),
    release: text(row['release']),
    ...(followsEdition(suites) ? { isPaid: true } : {}),
  };
};
