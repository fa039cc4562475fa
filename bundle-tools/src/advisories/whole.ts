import { z } from 'zod';

// That the sources of a host speak of an ecosystem in whole, however few their records are: the word of the curator who signs the
// catalog. It crosses the gap in a feed of its own, which no source fills.

/** The feed of such words. No source may take its name. */
export const wholeFeed = 'whole-ecosystems';

/** What a site says in `reads` once it takes records with `whole`; versions before 0.3.0 refuse the field. */
export const readsWhole = 'sallyport-whole/1';

export const wholeSchema = z.strictObject({
  /** As feeds name it: `Debian:13`. */
  ecosystem: z.string().min(1).max(100),
});
