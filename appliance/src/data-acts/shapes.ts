import { z } from 'zod';
import { preparedKey } from '../features/backups/recovery-key-file.ts';
import { upgradeSchema } from '../features/upgrade/types.ts';
import { configSchema } from '../platform/config.ts';

// What root's commands have done in the data folder, as that folder's user (docs/decisions/086). Root believes no answer more than a
// file of that user: it is checked against its shape, and what root does with it is safe whatever stands in it.

const none = z.strictObject({});
const release = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.+~-]{0,63}$/);
const count = z.int().min(0);
const short = z.string().max(4_096);

export const actShapes = {
  /** What config.json says; null where the folder was never made. `isMade`: what is written last is there, too. */
  'site.read': { input: none, answer: z.strictObject({ config: configSchema.nullable(), isMade: z.boolean() }) },
  'site.initialise': {
    input: z.strictObject({
      site: short,
      addresses: z.array(short).max(100),
      listen: configSchema.shape.listen,
      administrator: short,
      recovery: preparedKey.optional(),
      isClockConfirmed: z.boolean(),
      window: short,
    }),
    answer: z.strictObject({ linkPath: short, linkExpires: short, recoveryKey: short, caFingerprint: short }),
  },
  'site.write-config': { input: z.strictObject({ config: configSchema }), answer: none },
  /** Removes all that lies in the folder, keys first; IN_USE while a server works on it. */
  'site.remove': { input: none, answer: none },
  /** The master key's file, and the sealed one that a purge left beside the data, base64. */
  'master-key.read': {
    input: none,
    answer: z.strictObject({ key: z.base64().max(1_024).nullable(), sealed: z.base64().max(65_536).nullable() }),
  },
  'master-key.remove': { input: z.strictObject({ what: z.enum(['key', 'sealed']) }), answer: none },
  'upgrade.read': { input: none, answer: z.strictObject({ upgrade: upgradeSchema.nullable() }) },
  'upgrade.write': { input: z.strictObject({ upgrade: upgradeSchema }), answer: none },
  'upgrade.finish': { input: z.strictObject({ upgrade: upgradeSchema }), answer: none },
  /** Whether the page of log-in is served, over TLS with the site's own certificate. */
  'upgrade.serves': { input: none, answer: z.strictObject({ serves: z.boolean() }) },
  'upgrade.has-before': { input: z.strictObject({ to: release }), answer: z.strictObject({ has: z.boolean() }) },
  'upgrade.forget-before': { input: z.strictObject({ to: release }), answer: none },
  'upgrade.lost': {
    input: z.strictObject({ to: release }),
    answer: z.strictObject({
      devices: count,
      reportingDevices: count,
      events: count,
      bundles: count,
      tags: count,
      settings: count,
      approvals: count,
      accounts: count,
      deployments: count,
      exceptions: count,
      others: count,
    }),
  },
  /** The trial on a copy; its progress goes to stderr. */
  'upgrade.try': {
    input: none,
    answer: z.strictObject({ schema: z.strictObject({ from: count, to: count }) }),
  },
  'release.staged': {
    input: z.strictObject({ version: release }),
    answer: z.strictObject({
      staged: z
        .strictObject({ version: release, sha256: z.string().regex(/^[0-9a-f]{64}$/), sizeBytes: count })
        .nullable(),
    }),
  },
} as const;

export type ActName = keyof typeof actShapes;
export type ActInput<N extends ActName> = z.infer<(typeof actShapes)[N]['input']>;
export type ActAnswer<N extends ActName> = z.infer<(typeof actShapes)[N]['answer']>;

/** A question and its reply, a line of JSON each. */
export const questionShape = z.strictObject({ act: z.string().max(64), input: z.unknown() });
export const replyShape = z.union([
  z.strictObject({ answer: z.unknown() }),
  z.strictObject({ error: z.strictObject({ code: z.string().max(64), message: short }) }),
]);

/** More than any line of it takes. */
export const maxLineBytes = 1 << 20;
