// The data provision register: for every kind of data what it is, from where, why, how many rows, how long it is kept,
// whether it is personal, how it is protected, and what of it leaves in which file. Made from the declarations and the
// live database; only what no engine declares (sessions, certificates, what crosses the gap) is named here by hand.

type Pillar = 'inventory' | 'object' | 'event' | 'sync' | 'store' | 'local' | 'derived';
export type Protection = 'disk' | 'encrypted' | 'chain' | 'signed' | 'sealed' | 'hash';

type Retention = { readonly days: number; readonly since?: 'report' } | 'kept' | 'while-device' | 'by-type' | 'derived';

type RegisterField = {
  name: string;
  /** Catalogue key. */
  label: string;
  personal: boolean;
  encrypted: boolean;
  leaves: boolean;
};

export type RegisterEntry = {
  /** Row of the data map. */
  row: string;
  pillar: Pillar;
  name: string;
  /** Catalogue keys. */
  title: string;
  source: string;
  purpose: string;
  rows: number;
  bytes?: number;
  /** Tables of the database and files of the data directory (`*` within a folder, `**` below it) that hold it. */
  tables: readonly string[];
  files: readonly string[];
  /**
   * Days, after the last report where `since` says so; by type for events; as long as the device is there; as long as what it
   * is worked out from; or not deleted by itself.
   */
  retention: Retention;
  personal: 'yes' | 'no' | 'possible';
  protection: readonly Protection[];
  leaves: { file: string; fields: readonly string[] } | null;
  fields: readonly RegisterField[];
};

export type Register = {
  at: number;
  entries: readonly RegisterEntry[];
  /** Fields that a request can carry and no declaration names; empty, or a release must not go out. */
  undeclared: readonly string[];
};
