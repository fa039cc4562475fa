// Persons: whose values the inventory holds, and erasing them on request.
//
// Each person's values are encrypted under a key of that person, so forgetting the key makes them unreadable wherever they
// lie: in the change log, in baselines, in what was compared. The rows themselves go as well, with the blind indexes that
// would tell that the person was there; sections that held them are asked for anew, and a later report of the same person
// makes a new key. The journal names a person by a keyed reference that says nothing without the site's key; its chains
// commit to encrypted values and stay whole. Sealed backups made before hold the old key until they are deleted: an erasure is
// not complete while such a one is known, unless a person stated that every copy of it is destroyed.

/** Where values of a person are, without the values. */
export type PersonTrace = {
  /** Keyed, hex: what the journal says instead of the name. */
  reference: string;
  collections: readonly { collection: string; rows: number; devices: number }[];
  /** Public ids. */
  devices: readonly string[];
  /** Changes of those collections on those devices in which the person occurs. */
  changes: number;
  /** Accounts of the console with this name; they are erased on their own page. */
  accounts: readonly { id: string; name: string }[];
  /** Names that differ only in case, width or space. */
  spellings: number;
};

/** What still holds something of an erased person. */
export type Remainder =
  /** The key was not destroyed in this data directory; it is tried again at each start and every night. */
  | { what: 'key'; why: string }
  /**
   * A sealed backup has the key until it is deleted. `here`: in the backups folder of the data directory. `destroyed`: a person
   * stated that every copy is; not verified.
   */
  | {
      what: 'backup';
      file: string;
      madeAt: number;
      here: boolean;
      destroyed?: { at: number; by: string; reason: string };
    }
  /** Unreadable values and keyed indexes stay in the log of the database until the last reader of an older state ends. */
  | { what: 'log' };

export type Erasure = {
  id: string;
  reference: string;
  state: 'waiting' | 'done' | 'refused';
  reason: string;
  askedBy: string;
  askedAt: number;
  decidedBy: string | null;
  decidedAt: number | null;
  rows: number;
  devices: number;
  /** For one that is done. Empty: nothing of it is known to be left. */
  remains: readonly Remainder[];
};

/** The erasure is not complete: the person's values can be read with what is left. */
export const isIncomplete = ({ remains }: Pick<Erasure, 'remains'>): boolean =>
  remains.some((left) => left.what === 'key' || (left.what === 'backup' && left.destroyed === undefined));
