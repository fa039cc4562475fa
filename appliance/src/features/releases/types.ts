import { z } from 'zod';

// Releases of Sallyport on this server: the one that runs, the one before it, and those that a bundle brought and that are
// not installed yet. What a bundle brings is an object that a curator signed; inside it is a list that the release key signed, and root
// compares both before a package of it is installed. The server itself has no right to install anything and gets none.

const RELEASE_STATES = ['running', 'kept', 'installed', 'staged'] as const;
/** `kept`: the way back; `staged`: a bundle brought it. */
export type ReleaseState = (typeof RELEASE_STATES)[number];

export const releaseSchema = z.object({
  version: z.string(),
  state: z
    .enum(RELEASE_STATES)
    .describe('`kept`: the way back; `staged`: a bundle brought it, and it is not installed'),
  sha256: z.string().nullable().describe('Of the file that a bundle brought'),
  sizeBytes: z.number().nullable(),
});
export type KnownRelease = z.infer<typeof releaseSchema>;
