import * as z from 'zod';
import { count, digest, opaqueId, text } from './common.ts';
import { keptFileTask, moveServerTask, showLogTask } from './device-tasks.ts';
import { identifyControllersTask } from './identify-controllers.ts';

// What an appliance may order. An order names objects by digest; whether they may be installed is decided by the trust
// chain that the device has pinned, never by the order.

/** Exit codes of an installer. */
const exitCode = z.int().min(-255).max(65_535);

/** Installs a package whose files, dependencies first, are `objects`. */
const installPackageTask = z.object({
  id: opaqueId,
  attempt: count.min(1).max(1000),
  action: z.literal('install-package'),
  /** The update's id. */
  update: z.string().min(1).max(512),
  package: z.object({ name: text(256), version: text(256), arch: text(32) }),
  objects: z
    .array(z.object({ sha256: digest, size: count }))
    .min(1)
    .max(500),
  successExit: z.array(exitCode).min(1).max(32),
  restartExit: z.array(exitCode).max(32),
  timeoutMs: count.min(1000).max(24 * 3600 * 1000),
});
export type InstallPackageTask = z.infer<typeof installPackageTask>;

/** One task; each typed action is one member. */
export const task = z.discriminatedUnion('action', [
  installPackageTask,
  identifyControllersTask,
  showLogTask,
  keptFileTask,
  moveServerTask,
]);
export type Task = z.infer<typeof task>;

/** A task as it arrives: one of a kind that this agent does not know is reported as failed, and nothing else stops. */
export const deliveredTask = z.looseObject({
  id: opaqueId,
  attempt: count.min(1).max(1000),
  action: z.string().max(64),
});
export type DeliveredTask = z.infer<typeof deliveredTask>;
