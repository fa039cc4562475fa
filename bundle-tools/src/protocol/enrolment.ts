import * as z from 'zod';

// What the service of the agent is to enrol with: an installer leaves it as `enrolment.json` in the state folder, since it cannot wait
// for a person's approval. The appliance lays the same file into the package with the values of a site.

export const enrolmentSchema = z.object({
  server: z.string().max(512),
  token: z.string().max(4096),
  fingerprint: z.string().max(256),
  root: z.string().max(4096),
  observeOnly: z.boolean(),
  executables: z.boolean(),
});

export type Enrolment = z.infer<typeof enrolmentSchema>;

/** Its name in the state folder. */
export const enrolmentFileName = 'enrolment.json';
