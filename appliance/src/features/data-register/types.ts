// The data provision register: for every kind of data what it is, from where, why, how many rows, how long it is kept,
// whether it is personal, how it is protected, and what of it leaves in which file. Made from the declarations and the
// live database; only what no engine declares (sessions, certificates, what crosses the gap) is named here by hand.

import { z } from 'zod';
import type { Shape } from '../../platform/shapes.ts';

type Pillar = 'inventory' | 'object' | 'event' | 'sync' | 'store' | 'local' | 'derived';
export type Protection = 'disk' | 'encrypted' | 'chain' | 'signed' | 'sealed' | 'hash';

/**
 * An entry. It is kept some days, after the last report where `since` says so; by type for events; as long as the device is
 * there; as long as what it is worked out from; or not deleted by itself.
 */
export const registerEntry = z.object({
  row: z.string().describe('Row of the data map'),
  pillar: z.string(),
  name: z.string(),
  title: z.string().describe('Key of the catalogue, like `source` and `purpose`'),
  source: z.string(),
  purpose: z.string(),
  rows: z.int(),
  bytes: z.int().optional(),
  tables: z.array(z.string()).describe('Tables of the database that hold it'),
  files: z.array(z.string()).describe('Files below the data directory: `*` within a folder, `**` below it'),
  retention: z.union([
    z.object({ days: z.int(), since: z.literal('report').optional().describe('After the last report of the device') }),
    z.enum(['kept', 'while-device', 'by-type', 'derived']),
  ]),
  personal: z.enum(['yes', 'no', 'possible']),
  protection: z.array(z.string()),
  leaves: z.object({ file: z.string(), fields: z.array(z.string()) }).nullable(),
  fields: z.array(
    z.object({
      name: z.string(),
      /** Catalogue key. */
      label: z.string(),
      personal: z.boolean(),
      encrypted: z.boolean(),
      leaves: z.boolean(),
    }),
  ),
});
export type RegisterEntry = Shape<typeof registerEntry> & {
  readonly pillar: Pillar;
  readonly protection: readonly Protection[];
};

export type Register = {
  at: number;
  entries: readonly RegisterEntry[];
  /**
   * What no entry names: fields that a request can carry (`<declaration>.<field>`), `table NAME` of the database, `file PATH`
   * of the data directory.
   */
  undeclared: readonly string[];
};

/** An entry without its words, which are `register.<name>.title`, `.source` and `.purpose`. */
export type HeldEntry = Pick<RegisterEntry, 'row' | 'pillar' | 'name'> &
  Partial<Pick<RegisterEntry, 'tables' | 'files' | 'retention' | 'personal' | 'protection' | 'leaves'>>;
