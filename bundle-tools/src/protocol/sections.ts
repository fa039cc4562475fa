import * as z from 'zod';
import { collectionName, errorReply, wireLimits } from './common.ts';
import { sectionReply, sectionRequest } from './section.ts';

// POST /sections: several whole sections in one call, each accepted or refused by itself.

export const sectionsRequest = z.object({
  sections: z
    .array(sectionRequest.extend({ collection: collectionName }))
    .min(1)
    .max(wireLimits.sections)
    .refine(
      (all) => new Set(all.map(({ collection }) => collection)).size === all.length,
      'a collection is there twice',
    ),
});

const taken = sectionReply.extend({ collection: collectionName });
const refused = errorReply.extend({ collection: collectionName });

/** In the order in which they were sent; what is not refused is stored for good. */
export const sectionsReply = z.object({ sections: z.array(z.union([refused, taken])).max(wireLimits.sections) });
export type SectionsReply = z.infer<typeof sectionsReply>;
