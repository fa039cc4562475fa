import type { Database } from '../../../platform/database.ts';

/** What the policy of a device's agent asks at each check-in. Reads object and device. */
export function policyQueries(db: Database, oneKind: string, otherKind: string) {
  // One look for each kind: `in` would make a list first, which costs more than both.
  const any = db
    .prepare<[string, string], number>(
      `select exists (select 1 from object where kind = ? and deleted_at is null)
         or exists (select 1 from object where kind = ? and deleted_at is null)`,
    )
    .pluck();
  const address = db.prepare<[string], string | null>('select from_address from device where public_id = ?').pluck();
  return {
    /** Whether there is an object of either kind. */
    isAny: (): boolean => any.get(oneKind, otherKind) !== 0,
    /** Where a device came from last. */
    addressOf: (publicId: string): string | null | undefined => address.get(publicId),
  };
}
