// Persons: whose values the inventory holds, and erasing them on request.
//
// Each person's values are encrypted under a key of that person, so forgetting the key makes them unreadable wherever they
// lie: in the change log, in baselines, in what was compared. The rows themselves go as well, with the blind indexes that
// would tell that the person was there; sections that held them are asked for anew, and a later report of the same person
// makes a new key. The journal names a person by a keyed reference that says nothing without the site's key; its chains
// commit to encrypted values and stay whole. Sealed backups made before hold the old key until they are deleted.

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
};
