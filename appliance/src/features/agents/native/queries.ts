import type { Database } from '../../../platform/database.ts';

/** What the policy of a device's agent asks at each check-in. Reads object and device. */
export function policyQueries(db: Database, oneKind: string, otherKind: string) {
  // One look for each kind: `in` would make a list first, which costs more than both.
  const asked = db
    .prepare<[string, string, string], [number, string | null]>(
      `select exists (select 1 from object where kind = ? and deleted_at is null)
         or exists (select 1 from object where kind = ? and deleted_at is null),
         (select from_address from device where public_id = ?)`,
    )
    .raw();
  /** Whether there is an object of either kind, and where the device came from last. */
  return (publicId: string): { isAny: boolean; from: string | null } => {
    const [any, from] = asked.get(oneKind, otherKind, publicId) ?? [0, null];
    return { isAny: any !== 0, from };
  };
}
