import { orderingEcosystem } from '@sallyport/bundle-tools/versions/languages';
import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { Database } from '../database.ts';
import { rangeTest } from './values.ts';

/** A key that orders versions of a type of package; of an unknown type as Debian does, which takes most. */
export function versionKey(type: string | null, version: string): Uint8Array | null {
  return keyFor(orderingEcosystem(type ?? '') ?? 'dpkg', version);
}

/** Functions that filters call in SQL; on the connection that evaluates them. */
export function defineFunctions(db: Database): void {
  const ranges = new Map<string, (address: string) => boolean>();
  const inRange = (address: unknown, range: unknown): number => {
    if (typeof address !== 'string' || typeof range !== 'string') return 0;
    let test = ranges.get(range);
    if (test === undefined) {
      test = rangeTest(range) ?? (() => false);
      // A few hundred rules at most ask for ranges; what previews and lists leave behind goes with it.
      if (ranges.size > 1_000) ranges.clear();
      ranges.set(range, test);
    }
    return Number(test(address));
  };
  const options = { deterministic: true } as const;
  db.function('filter_version', options, (type: unknown, version: unknown) => {
    if (typeof version !== 'string') return null;
    const key = versionKey(typeof type === 'string' ? type : null, version);
    return key === null ? null : Buffer.from(key);
  });
  db.function('filter_in_range', options, inRange);
}
