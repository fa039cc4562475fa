import { z } from 'zod';
import type { SchemaNames } from '../../server/api/openapi.ts';
import { type ApiRoute, jsonRoute } from '../../server/api/route.ts';
import { time, timeOf } from '../../server/api/schemas.ts';
import type { ApiParts } from '../../server/api/types.ts';
import type { KnownBackup } from './service.ts';

const backupSchema = z.object({
  id: z.string(),
  file: z.string(),
  madeAt: time,
  bytes: z.int(),
  place: z.enum(['here', 'gone', 'elsewhere']).describe('here: in the backups folder; gone: it was there'),
  destroyed: z
    .object({ at: time, by: z.string(), reason: z.string() })
    .optional()
    .describe('A person said that every copy is destroyed; nobody saw it'),
});

const toBackup = ({ madeAt, destroyed, ...one }: KnownBackup) => ({
  ...one,
  madeAt: timeOf(madeAt),
  ...(destroyed === undefined ? {} : { destroyed: { ...destroyed, at: timeOf(destroyed.at) } }),
});

/** Backups of the data directory; making and restoring one are commands. */
export const backupRoutes = ({ backups }: ApiParts, names: SchemaNames): ApiRoute[] => {
  names.add(backupSchema, { id: 'Backup' });
  const tag = 'settings' as const;
  return [
    jsonRoute({
      method: 'get',
      path: '/backups',
      tag,
      right: 'settings:read',
      summary: 'Backups that were made, the newest first',
      response: z.object({ rows: z.array(backupSchema) }),
      handle: () => ({ rows: backups.list().map(toBackup) }),
    }),
    jsonRoute({
      method: 'post',
      path: '/backups/{backup}/forget',
      tag,
      right: 'settings:write',
      summary: 'Says that every copy of a backup that was taken elsewhere is destroyed; it goes into the journal',
      params: z.strictObject({ backup: z.string().regex(/^\d{1,16}$/) }),
      body: z.strictObject({ reason: z.string().trim().min(1).max(500) }),
      response: backupSchema,
      handle: ({ actor, params, body }) => toBackup(backups.forget(actor, params.backup, body.reason)),
    }),
  ];
};
