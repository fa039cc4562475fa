import { z } from 'zod';

// Until when a release has fixes: an attribute of an ecosystem, never of a document about a vulnerability. It crosses the gap in
// a feed of its own, whose date says how new the knowledge is.

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);

/** The feed of ends of support, and the name of its source: only there such records count. */
export const supportFeed = 'end-of-support';

/** What a site says in `reads` once it takes records with `support`; versions before 0.3.0 refuse the field. */
export const readsSupport = 'sallyport-support/1';

export const supportSchema = z.strictObject({
  /** As inventories are named: `Ubuntu:18.04:LTS`. */
  ecosystem: z.string().min(1).max(100),
  /** The last day on which everybody gets fixes. */
  until: day,
  /** An edition that is paid for, and its last day. */
  paid: z.strictObject({ edition: z.string().min(1).max(60), until: day }).optional(),
});

/** Until when one release is supported. */
export type Support = z.infer<typeof supportSchema>;
