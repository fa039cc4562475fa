import * as z from 'zod';

// GET /trust/:name: the trust files as imported. Only the names below exist; anything else is 404.

/** `<N>.root.json` by number, the newest of the other roles, and the inventory that the targets list. */
export const trustName = z
  .string()
  .regex(/^(?:[1-9]\d{0,8}\.root|timestamp|snapshot|targets)\.json$|^inventory\.jsonl$/, 'not a trust file');

/** The name in a TUF repository (`7.snapshot.json`) as this call spells it (`snapshot.json`). */
export const toTrustName = (repositoryName: string): string =>
  repositoryName.replace(/^\d+\.(snapshot|targets)\.json$/, '$1.json');
