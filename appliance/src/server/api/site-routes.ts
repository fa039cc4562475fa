import { z } from 'zod';
import { isRight } from '../../features/accounts/types.ts';
import { type ApiRoute, jsonRoute } from './route.ts';
import { time, timeOf } from './schemas.ts';
import type { ApiParts } from './types.ts';

/** What is asked, and as whom. */
export const siteRoutes = ({ config, version, objects, clock }: ApiParts): ApiRoute[] => [
  jsonRoute({
    method: 'get',
    path: '/site',
    tag: 'settings',
    right: 'any',
    summary: 'The site, its clock, and what this token may do',
    response: z.object({
      site: z.string(),
      title: z.string(),
      version: z.string(),
      now: time,
      token: z.object({ id: z.string(), name: z.string(), rights: z.array(z.string()) }),
    }),
    handle: ({ actor }) => ({
      site: config.site,
      title: objects.setting('appliance.site-title'),
      version,
      now: timeOf(clock()),
      token: { id: actor.id, name: actor.label, rights: [...actor.rights].filter(isRight).sort() },
    }),
  }),
];
