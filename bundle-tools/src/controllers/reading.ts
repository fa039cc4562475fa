import { z } from 'zod';

// What a source says about one controller (OT 2.1): an import, a capture, an identification query, at the appliance or at an
// agent in the segment. A reading holds only what was reported. What it means for the record (which value is effective, which
// controller it is) is decided where the record is.

/**
 * How a value came to be known, which decides its side and its rank: `manual` wins on either side; observed are `query`,
 * then `passive`, then `inferred`; configured are `project`, then `nameplate`, then `csv`.
 */
const METHODS = ['manual', 'query', 'passive', 'inferred', 'project', 'nameplate', 'csv'] as const;
export type Method = (typeof METHODS)[number];

/** Longest text of a value; names and banners are hostile text (OT F10). */
export const MAX_FACT_CHARS = 1_024;
export const MAX_FACTS_PER_PART = 256;
export const MAX_PARTS = 4_096;

const field = z.string().regex(/^[a-z][A-Za-z0-9]{0,63}$/);
const text = z.string().max(MAX_FACT_CHARS);

/** One value as received and as read; or why there is none: a refused or absent field is a fact, too (OT F8). */
const readingFactSchema = z.union([
  z.strictObject({ field, value: text, raw: text }),
  z.strictObject({ field, error: z.string().max(64), reason: text }),
]);
export type ReadingFact = z.infer<typeof readingFactSchema>;

/** A module, an interface or a service of the controller; `key` tells it from the others of its type. */
const partReadingSchema = z.strictObject({
  type: z.enum(['module', 'interface', 'service']),
  /** Module: `rack/slot[/subslot]`; interface: its MAC address, else its name or address; service: `tcp/102`. */
  key: z.string().min(1).max(128),
  facts: z.array(readingFactSchema).max(MAX_FACTS_PER_PART),
});
export type PartReading = z.infer<typeof partReadingSchema>;

export const readingSchema = z.strictObject({
  /** Milliseconds: packet time, time of the query, the time that a file gives for itself, else that of the import. */
  observedAtMs: z.int().min(0),
  method: z.enum(METHODS),
  /** Protocol or kind of file: `s7`, `enip`, `modbus`, `aml`, `l5x`, `aas`, `csv`. */
  source: z.string().min(1).max(32),
  /** 0 to 1; 1 by default. */
  confidence: z.number().min(0).max(1).optional(),
  /** Where in the source: `packet 112`, `line 4`, an element's path. */
  where: z.string().max(512).optional(),
  /** Of the controller itself, by the names of the collection `controller`. */
  facts: z.array(readingFactSchema).max(MAX_FACTS_PER_PART),
  parts: z.array(partReadingSchema).max(MAX_PARTS),
});
export type Reading = z.infer<typeof readingSchema>;
