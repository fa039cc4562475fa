import { z } from 'zod';

// The witness: a sealed file outside the database, keys/witness, that says how far the database was. Who puts an older
// database back is found out by it, and what was taken away since is taken away again before anybody is served.
//
// It is written after commits: by the server at most a second after an entry of the audit chain, by a command at its end, and
// at the opening of the data directory. Not covered: what was written within that second before a crash, when the database goes
// back to before it in the same moment; and a data directory that goes back as a whole, which only the connected host sees.

/** Its name in keys/; the key that seals it comes from the master key. */
export const witnessName = 'witness';
/** The file beside it that holds what a release before 0.3.0, which may come back to the data directory, does not read. */
export const digestsName = 'witness-digests';
/** What was added to the digests since that file was written: so little is written after an entry of the journal. */
export const addedName = 'witness-added';
/** Those that lie beside the witness. */
export const besideWitness = [digestsName, addedName] as const;
/** None is in a backup: what they have seen goes on counting. */
export const isOfWitness = (name: string): boolean => [witnessName, ...besideWitness].includes(name);

/** How far a database is. */
const position = z.strictObject({
  /** Last entry of the audit chain; 0 and zeros without one. */
  entries: z.int().min(0),
  head: z.string().regex(/^[0-9a-f]{64}$/),
  request: z.int().min(0),
  receipt: z.int().min(0),
  seq: z.int().min(0),
  seqBroadcast: z.int().min(0),
});
export type Position = z.infer<typeof position>;

/** What was taken away: `device:<public id>`, `account:…`, `token:…`, `role:…` for one that is gone, `rights:account:…` or
 * `rights:role:…` for one that lost some, `disabled:account:…`. */
const taken = z.strictObject({ what: z.string(), entry: z.int().min(0), values: z.array(z.string()).optional() });
export type Taken = z.infer<typeof taken>;

/** Digests of one kind (digests.ts). */
const kindDigests = z.strictObject({
  /** They are of the objects as they were after this entry of the audit chain. */
  entry: z.int().min(0),
  fields: z.array(z.string()),
  rows: z.base64(),
});
export type KindDigests = z.infer<typeof kindDigests>;

/** What a return did about one object: fields that differ from what the witness had seen, all of them where it was deleted. */
const line = z.strictObject({
  kind: z.string(),
  id: z.string(),
  fields: z.array(z.string()),
  /** `deleted`: it had been deleted since; `lost`: what it said since is not there, and the stricter value is. */
  was: z.enum(['changed', 'deleted', 'lost']),
  isRemoved: z.boolean(),
});
export type ReturnLine = z.infer<typeof line>;

const signed = z.strictObject({ at: z.int(), by: z.string(), reason: z.string() });

/** A return to an older state, as it was found. */
const returnShape = z.strictObject({
  id: z.string(),
  at: z.int(),
  /** `restored`: by `backup restore`; `unknown`: no record of a restore; `no-witness`: the witness is not there. */
  cause: z.enum(['restored', 'unknown', 'no-witness']),
  /** The backup's file. */
  file: z.string().optional(),
  /** What the witness had seen; absent without one. */
  was: position.optional(),
  found: position,
  /** When the last entry of the journal was written that the database still has, ms: what came between it and `at` is lost. */
  since: z.int().min(0),
  applied: z.strictObject({ devices: z.int(), accounts: z.int(), rights: z.int(), persons: z.int() }),
  /** Everything that was taken away since is known and was taken away again. */
  isCovered: z.boolean(),
  /** What could not be taken away again, by its kind and number. */
  failed: z.array(z.string()),
  /** One person has seen it; a second one has to agree. */
  asked: signed.optional(),
  acknowledged: signed.optional(),
});

/** What a return did about objects, one by one. */
const returnDetails = z.strictObject({
  /** Objects that were compared field by field; absent where the witness held no digests. */
  compared: z.int().min(0).optional(),
  /** Kinds of which not each field of each object was compared. */
  uncompared: z.array(z.string()).optional(),
  lines: z.array(line).optional(),
  /** Lines beyond those that are kept; the journal has them all. */
  moreLines: z.int().min(0).optional(),
  /** Objects that were made since and are not there, by kind. */
  lost: z.record(z.string(), z.int().min(1)).optional(),
  /** Unused links and sessions that were ended. */
  ended: z.strictObject({ links: z.int().min(0), sessions: z.int().min(0) }).optional(),
  /** Tokens that wait since (held-tokens.ts). */
  held: z.int().min(0).optional(),
  /** A release went back by itself and everything compared equal: only tokens of which so many uses are left wait. */
  tokensGoOn: z.boolean().optional(),
});
export type Return = z.infer<typeof returnShape> & z.infer<typeof returnDetails>;
export type Applied = Return['applied'];

/** As release 0.2.0 reads it, to which an upgrade may go back. */
export const witnessFile = z.strictObject({
  format: z.literal('sallyport-witness/1'),
  position,
  /** Numbers of persons' keys up to `keysLast` that are in use: a bitmap, deflated, base64. */
  keys: z.string(),
  keysLast: z.int().min(0),
  taken: z.array(taken),
  /** What was taken away up to this entry is no longer listed. */
  takenFrom: z.int().min(0),
  /** A backup was restored and the data directory was not opened since. */
  restored: z.strictObject({ at: z.int(), file: z.string() }).optional(),
  returns: z.array(returnShape),
});

export const digestsFile = z.strictObject({
  format: z.literal('sallyport-witness-digests/1'),
  /** Positions of the witness that it is written beside, and of the one before; beside another it says nothing. */
  of: z.array(position).min(1).max(2),
  /** By kind. */
  digests: z.record(z.string(), kindDigests),
  /** By the ids of returns. */
  returns: z.record(z.string(), returnDetails),
  /** What the witness says was restored was put back by an upgrade that failed, and no person asked for it. */
  isOwnWayBack: z.boolean().optional(),
});

/** What differs of digests after some more entries. */
const digestsDelta = z.strictObject({
  /** Kinds that it says nothing about: who wrote it does not know them. */
  others: z.array(z.string()),
  /** By kind: rows that were written since, and digests of the ids of objects that are gone. */
  changed: z.record(
    z.string(),
    z.strictObject({ rows: z.base64(), gone: z.array(z.string().regex(/^[0-9a-f]{16}$/)) }),
  ),
});
export type DigestsDelta = z.infer<typeof digestsDelta>;

export const addedFile = z.strictObject({
  format: z.literal('sallyport-witness-added/1'),
  /** SHA-256 of the digests that it is added to. */
  to: z.string().regex(/^[0-9a-f]{64}$/),
  /** As the digests have them. */
  of: z.array(position).min(1).max(2),
  delta: digestsDelta,
});

/** All files. */
export type Witness = Omit<z.infer<typeof witnessFile>, 'returns'> & {
  returns: Return[];
  digests: Record<string, KindDigests>;
  isOwnWayBack?: boolean | undefined;
};

export const noPosition: Position = {
  entries: 0,
  head: '0'.repeat(64),
  request: 0,
  receipt: 0,
  seq: 0,
  seqBroadcast: 0,
};

/** Whether the database is behind what was seen of it, or another one. */
export function wentBack(was: Position, found: Position, hashAt: (entry: number) => string | undefined): boolean {
  return (
    found.entries < was.entries ||
    (was.entries > 0 && hashAt(was.entries) !== was.head) ||
    found.request < was.request ||
    found.receipt < was.receipt ||
    found.seq < was.seq ||
    found.seqBroadcast < was.seqBroadcast
  );
}
