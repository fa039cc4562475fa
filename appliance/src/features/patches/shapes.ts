import { defined } from '@sallyport/bundle-tools/platform/defined';
import { z } from 'zod';
import { givenTime, time, timeOf } from '../../platform/shapes.ts';
import { urgencySchema } from '../controller-findings/types.ts';
import {
  DEADLINES,
  type MoveEvidence,
  moveEvidenceSchema,
  PATCH_STATES,
  type PatchSummary,
  type Slot,
  TESTED_ON,
} from './types.ts';

// Shapes of patches of controllers, as calls take and give them.

export const patchNumber = z.int().min(1).describe('Number of a patch');
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const state = z.enum(PATCH_STATES);

const clockSchema = z.object({
  clock: z.enum(DEADLINES),
  from: time.nullable(),
  limit: time.nullable(),
  doneAt: time.nullable(),
  overdue: z.boolean(),
  extended: z.boolean(),
});

export const patchSchema = z.object({
  id: z.int(),
  patchId: z.string(),
  vendor: z.string(),
  product: z.string(),
  productVersion: z.string(),
  targetVersion: z.string().nullable(),
  sha256: z.string().nullable(),
  supersedes: z.string().nullable(),
  vulnerabilities: z.array(z.string()),
  remarks: z.string().nullable(),
  site: z.string(),
  state,
  until: time.nullable(),
  fallback: state.nullable().describe('What it is again after `until`'),
  vendorSays: state,
  vendorSaysOn: time.nullable(),
  testedOn: z.enum(TESTED_ON).nullable(),
  vetoed: z.boolean(),
  window: z.object({ id: z.string(), from: time, until: time }).nullable(),
  clocks: z.array(clockSchema),
  urgency: urgencySchema.describe(
    'What its vulnerabilities come to in its controllers, or in all where none are named',
  ),
  targets: z.int(),
  waiting: z.int().describe('Requests that wait for a signature'),
});

/** Times in evidence are times here. */
export const evidenceSchema = z.strictObject({
  ...moveEvidenceSchema.shape,
  until: givenTime.optional(),
  windowFrom: givenTime.optional(),
  installedAt: givenTime.optional(),
});

export const evidenceShape = z.record(z.string(), z.union([z.string(), z.array(z.string())]));

const timeNames = ['until', 'windowFrom', 'installedAt'] as const;

export const evidenceOf = (given: z.infer<typeof evidenceSchema>): MoveEvidence => ({
  ...(defined(given) as Omit<MoveEvidence, 'until' | 'windowFrom' | 'installedAt'>),
  ...(Object.fromEntries(
    timeNames.flatMap((name) => (given[name] === undefined ? [] : [[name, Date.parse(given[name])]])),
  ) as MoveEvidence),
});

export const evidenceText = (evidence: MoveEvidence): Record<string, string | string[]> =>
  Object.fromEntries(
    Object.entries(evidence).map(([name, value]) => [name, typeof value === 'number' ? timeOf(value) : (value ?? '')]),
  );

/** A patch in the shape of `patchSchema`. */
export const toPatch = ({ verdict, verdictOn, deadlines, ...patch }: PatchSummary) => ({
  ...patch,
  vendorSays: verdict,
  vendorSaysOn: verdictOn,
  clocks: deadlines.map(({ deadline, ...one }) => ({ clock: deadline, ...one })),
});

export const slotSchema = z.object({ duty: z.string(), other: z.boolean().describe('Not the person who asks') });

/** A slot in the shape of `slotSchema`. */
export const toSlot = ({ role, other }: Slot): z.output<typeof slotSchema> => ({ duty: role, other });
