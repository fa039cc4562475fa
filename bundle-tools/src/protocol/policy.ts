import * as z from 'zod';

// What administrators decided for a device's agent. A check-in names the policy that the agent holds; the reply brings
// another one where it changed. A policy can only ask for what the agent knows how to do, within these bounds.

/** Most work of one check-in; an agent's own bounds are the same. */
export const executableBounds = {
  entriesPerTurn: { min: 100, max: 20_000 },
  megabytesPerTurn: { min: 1, max: 64 },
  restHours: { min: 1, max: 720 },
  paths: 32,
  pathLength: 500,
} as const;

/** A folder by its whole path, nothing to be resolved in it; the root is no folder but everything. */
export const isFolderPath = (path: string): boolean =>
  path.length <= executableBounds.pathLength &&
  /^(?:\/[^/\u0000-\u001f\u007f]+)+$/.test(path) &&
  !path.split('/').some((name) => name === '.' || name === '..');

const bounded = ({ min, max }: { min: number; max: number }) => z.int().min(min).max(max);

/** Most addresses of controllers in a policy. */
export const controllersInPolicy = 1_000;

const executablesPolicy = z.object({
  /** Folders that are looked through with what is below them; none: all of the device. */
  paths: z.array(z.string().refine(isFolderPath, 'not a folder')).max(executableBounds.paths),
  /** Files and folders looked at in one check-in. */
  entriesPerTurn: bounded(executableBounds.entriesPerTurn),
  /** Read for hashes in one check-in. */
  megabytesPerTurn: bounded(executableBounds.megabytesPerTurn),
  /** Between two rounds. */
  restHours: bounded(executableBounds.restHours),
});
export type ExecutablesPolicy = z.infer<typeof executablesPolicy>;

export const agentPolicy = z.object({
  etag: z.string().min(1).max(128),
  /** Executable files are looked for and hashed; absent: only where the device's own settings ask for it. */
  executables: executablesPolicy.optional(),
  /** The device says whom it sees on its own network. */
  neighbours: z.literal(true).optional(),
  /**
   * Addresses of controllers in the device's own network, and no others: nothing of the agent but an ordered
   * identification connects there, whatever its server's name leads to.
   */
  controllers: z.array(z.string().max(64)).max(controllersInPolicy).optional(),
});
export type AgentPolicy = z.infer<typeof agentPolicy>;

/** Of a device for which nothing was decided. */
export const noPolicyEtag = 'none';
