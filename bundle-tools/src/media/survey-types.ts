import * as z from 'zod';
import { hex, id, int, siteName, time } from '../documents/fields.ts';

// What lies on a medium, by its own word: heads of files only, nothing verified.

const file = z.strictObject({ path: z.string(), name: z.string(), sizeBytes: int });

const volume = file.extend({
  /** Which volume of its bundle; absent where size and name do not say it. */
  n: int.optional(),
  /** A file of no size that the manifest names was cut short or is not what it claims. */
  sizeFits: z.boolean(),
});

const bundle = z.strictObject({
  manifestSha256: hex,
  bundleId: id,
  site: z.union([siteName, z.literal('*')]),
  seq: int,
  requestId: id.optional(),
  issuedAt: time,
  expires: time,
  /** How many volumes the bundle has, and all their bytes. */
  volumes: int,
  bytes: int,
  objects: int,
  /** Those that lie here, in order. */
  here: z.array(volume),
});

export const surveySchema = z.strictObject({
  bundles: z.array(bundle),
  /** Broadcasts without objects: the introduction of a host. */
  trustFiles: z.array(bundle),
  requests: z.array(file),
  siteCards: z.array(file),
  receipts: z.array(file),
  /** Heads of bundles that cannot be read, and why. */
  damaged: z.array(file.extend({ code: z.string().max(64) })),
  unknown: z.array(file),
  /** False where there was more than is looked at. */
  isComplete: z.boolean(),
  sizeBytes: int,
  freeBytes: int,
});

/** What a medium holds. */
export type Survey = z.infer<typeof surveySchema>;
export type SurveyedBundle = z.infer<typeof bundle>;
export type SurveyedFile = z.infer<typeof file>;
