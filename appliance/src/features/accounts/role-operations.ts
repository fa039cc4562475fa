import { z } from 'zod';
import type { ObjectService } from '../../engine/objects/service.ts';
import { AppError } from '../../platform/errors.ts';
import { operationsOver } from '../../server/operations/operation.ts';
import { type ReachParts, roleReach } from './view.ts';

// How far a role reaches.

const { operation } = operationsOver<{ objects: ObjectService } & ReachParts>({ area: 'accounts', bound: 'site' });

const text = z.string().min(1).max(512);

export const roleOperations = [
  operation({
    name: 'role.show',
    http: { method: 'get', path: '/roles/{role}' },
    right: 'accounts:read',
    summary: 'What a role grants, and how far it reaches',
    input: z.strictObject({ role: text.describe('A role, by its id or its name') }),
    output: z.object({
      id: z.string(),
      name: z.string(),
      rights: z.array(z.string()),
      groups: z
        .array(z.object({ id: z.string(), name: z.string() }))
        .describe('Neither these nor zones: the whole site'),
      within: z
        .array(z.object({ id: z.string(), name: z.string() }))
        .describe('Zones of controllers that it is limited to'),
      site: z.boolean(),
      devices: z.int().describe('Devices in reach now'),
      zones: z.int().describe('Zones in reach now'),
      controllers: z.int().describe('Controllers in reach now'),
    }),
    run: ({ objects, ...parts }, { role: wanted }) => {
      const role = objects.find('role', wanted) ?? objects.findBy('role', 'name', wanted);
      if (role === undefined) throw new AppError('NOT_FOUND', 'there is no such role');
      const { name, rights, groups = [], zones = [] } = role.body;
      return {
        id: role.id,
        name,
        rights,
        groups: groups.map((id) => ({ id, name: objects.find('group', id)?.body.name ?? id })),
        within: zones.map((id) => ({ id, name: objects.find('controller-zone', id)?.body.name ?? id })),
        ...roleReach(parts, role.body),
      };
    },
    command: {
      positionals: ['role'],
      example: 'sallyport role show Operator --data /var/lib/sallyport',
      print: (out, { name, rights, groups, within, site, devices, zones, controllers }) => {
        out.line(`${name}: ${rights.join(' ')}`);
        out.line(
          `reaches ${site ? 'the whole site' : [...groups, ...within].map((one) => one.name).join(', ')}: ${devices} devices, ${controllers} controllers in ${zones} zones`,
        );
      },
    },
  }),
];
