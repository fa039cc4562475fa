import { join } from 'node:path';
import * as z from 'zod';
import { encodeDocument, hex, int, parseDocument, text } from '../documents/fields.ts';
import { unfulfilledReasons } from '../documents/manifest.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import type { Unfulfilled } from '../updates/update.ts';
import { readBounded } from './read-bounded.ts';
import type { Site } from './sites.ts';
import type { SourceFailure } from './source-failure.ts';

// sites/<site>/plan.json: what the last `catalog build` found for the site's request, for `fulfil` to use with the same
// request. It chooses among what a curator has signed, and explains what is missing; it can add nothing.

const planSchema = z.strictObject({
  format: z.literal('sallyport-plan/1'),
  request_digest: hex,
  catalog: int,
  updates: z.array(z.strictObject({ id: text(32), wants: z.array(int).max(100_000) })).max(100_000),
  gaps: z
    .array(
      z.strictObject({
        reason: z.enum(unfulfilledReasons),
        wants: z.array(int).max(100_000),
        what: z.string().max(2_000),
        detail: z.string().max(4_000),
      }),
    )
    .max(100_000),
  /** Sources that were not read then. */
  unread: z
    .array(z.strictObject({ source: text(64), code: text(32), message: z.string().max(4_000) }))
    .max(600)
    .optional(),
});

/** The plan for one request. */
type SitePlan = z.infer<typeof planSchema>;

const maxPlanBytes = 64 * 1024 * 1024;
const shorten = (gap: Unfulfilled) => ({ ...gap, what: gap.what.slice(0, 2_000), detail: gap.detail.slice(0, 4_000) });

/** Stores the plan for a site's request. */
export const writeSitePlan = (
  site: Site,
  plan: Omit<SitePlan, 'format' | 'gaps' | 'unread'> & {
    gaps: ReadonlyArray<Unfulfilled>;
    unread: ReadonlyArray<SourceFailure>;
  },
): void =>
  writeFileDurable(
    join(site.folder, 'plan.json'),
    encodeDocument(
      planSchema,
      {
        format: 'sallyport-plan/1',
        ...plan,
        gaps: plan.gaps.map(shorten),
        unread: plan.unread.map((failure) => ({ ...failure, message: failure.message.slice(0, 4_000) })),
      },
      'site plan',
    ),
  );

/** The plan for exactly this request; undefined when the last build saw another one. */
export const findSitePlan = (site: Site, requestDigest: string): SitePlan | undefined => {
  const path = join(site.folder, 'plan.json');
  if (!isThere(path)) return undefined;
  const plan = parseDocument(planSchema, readBounded(path, maxPlanBytes), 'site plan', maxPlanBytes);
  return plan.request_digest === requestDigest ? plan : undefined;
};
