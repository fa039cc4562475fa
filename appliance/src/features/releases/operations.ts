import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import type { ReleaseService } from './service.ts';
import { releaseSchema } from './types.ts';

// Which releases of Sallyport are here. Installing one is root's command alone: sallyport release install.

const { operation } = operationsOver<{ releases: ReleaseService }>({ area: 'settings', bound: 'site' });

export const releaseSchemas = { Release: releaseSchema };

export const releaseOperations = [
  operation({
    name: 'release.list',
    http: { method: 'get', path: '/releases' },
    right: 'settings:read',
    summary: 'Releases of Sallyport: the one that runs, the one before it, what bundles brought',
    input: z.strictObject({}),
    output: z.object({ rows: z.array(releaseSchema) }),
    run: ({ releases }) => ({ rows: releases.list() }),
    command: {
      example: 'sallyport release list --data /var/lib/sallyport',
      print: (out, { rows }) => {
        out.table(
          ['VERSION', 'STATE', 'BYTES', 'SHA-256'],
          rows.map(({ version, state, sizeBytes, sha256 }) => [version, state, sizeBytes ?? '', sha256 ?? '']),
        );
        if (rows.some(({ state }) => state === 'staged'))
          out.note('to install one, as root: sallyport release install VERSION');
      },
    },
  }),
];
