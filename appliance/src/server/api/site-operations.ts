import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { isRight } from '../../features/accounts/types.ts';
import { time } from '../../platform/shapes.ts';
import { operationsOver } from '../operations/operation.ts';

const { operation } = operationsOver<{
  config: { readonly site: string };
  version: string;
  objects: ObjectService;
  clock: () => number;
}>({ area: 'settings', bound: 'catalog' });

/** What is asked, and as whom. */
export const siteOperations = [
  operation({
    name: 'site.show',
    http: { method: 'get', path: '/site' },
    right: 'any',
    summary: 'The site, its clock, and what this token may do',
    input: z.strictObject({}),
    output: z.object({
      site: z.string(),
      title: z.string(),
      version: z.string(),
      now: time,
      token: z.object({ id: z.string(), name: z.string(), rights: z.array(z.string()) }),
    }),
    run: ({ config, version, objects, clock, actor }) => ({
      site: config.site,
      title: objects.setting('appliance.site-title'),
      version,
      now: clock(),
      token: { id: actor.id, name: actor.label, rights: [...actor.rights].filter(isRight).sort() },
    }),
  }),
];
