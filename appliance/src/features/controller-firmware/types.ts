import { z } from 'zod';
import { type Shape, time } from '../../platform/shapes.ts';
import type { Decision } from '../vulnerabilities/types.ts';

/** What a person confirms before an installation (OT 7). */
export const CHECKS = ['backup', 'tool', 'spare', 'rollback', 'key', 'card'] as const;

export type Check = (typeof CHECKS)[number];

/** A part for which a file is meant, and what it has now. */
export type FirmwareTarget = {
  readonly controller: number;
  readonly part: number;
  readonly partKey: string;
  readonly firmware: string;
};

export const digest = z.string().regex(/^[0-9a-f]{64}$/);
export const controllerId = z.string().min(1).max(64).describe('Public id of a controller');
export const partKey = z
  .string()
  .max(300)
  .describe('Place of the module that it is for; empty for the controller itself');

const targetSchema = z.object({ controller: controllerId, name: z.string(), part: partKey, firmware: z.string() });

export const arrivedFirmware = z.object({
  sha256: digest,
  vendor: z.string(),
  orderNumbers: z.array(z.string()),
  version: z.string(),
  title: z.string(),
  fileName: z.string(),
  sizeBytes: z.int(),
  isHere: z.boolean().describe('Whether its bytes are in the store'),
  targets: z.array(targetSchema).describe('Parts that have it not yet, as far as anybody knows'),
});
export type ArrivedFirmware = Omit<Shape<typeof arrivedFirmware>, 'targets'> & {
  readonly licence: string | null;
  readonly notes: string | null;
  readonly targets: readonly FirmwareTarget[];
};

export const handoverSchema = z.object({
  id: z.int(),
  controller: controllerId,
  name: z.string(),
  sha256: digest,
  version: z.string(),
  before: z.string().describe('Version that was known when the file was handed over'),
  confirmed: z.array(z.enum(CHECKS)),
  handedAt: time,
  handedBy: z.string(),
  doneAt: time.nullable(),
  state: z.enum(['handed', 'done', 'verified', 'other-version', 'dropped']),
  found: z.string().describe('Version that a newer reading showed'),
});
export type Handover = Omit<Shape<typeof handoverSchema>, 'controller' | 'name'> & {
  readonly controller: number;
  readonly part: number;
};

export type FirmwareWant = {
  readonly kind: 'firmware';
  readonly id: string;
  readonly min: string;
  readonly priority: Decision;
};

/** What the record knows about the lines of the checklist before an installation; '' and null: nothing. */
export type KnownForChecklist = {
  readonly backup: { readonly place: string; readonly restoreTestedAt: string } | null;
  readonly tool: string;
  /** Whether the file that would go back to the present version is here; null: the present version is not known. */
  readonly rollback: boolean | null;
  readonly key: string;
  readonly card: string;
};
