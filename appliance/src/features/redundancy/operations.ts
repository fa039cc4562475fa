import { z } from 'zod';
import { operationsOver } from '../../server/operations/operation.ts';
import type { RedundancyService } from './service.ts';
import { excuseSchema } from './types.ts';

// Computers that stand in for each other, and what holds work on them.

type Needs = { redundancy: RedundancyService };
const { operation } = operationsOver<Needs>({ area: 'deployments', bound: 'site' });

const groupSchema = z.object({
  id: z.string(),
  name: z.string(),
  minAvailable: z.int(),
  members: z.array(
    z.object({
      device: z.string(),
      name: z.string(),
      heard: z.boolean().describe('Managed, and heard within its visibility time'),
      busy: z.boolean().describe('From its permit until it was verified and its soak is over'),
      excused: z.boolean().describe('Two persons took it out until a time'),
    }),
  ),
});

export const redundancySchemas = { RedundancyGroup: groupSchema, RedundancyExcuse: excuseSchema };

export const redundancyOperations = [
  operation({
    name: 'redundancy.list',
    http: { method: 'get', path: '/redundancy-groups' },
    right: 'deployments:read',
    summary: 'Redundancy groups with what their members do now, and excuses of members',
    input: z.strictObject({}),
    output: z.object({ groups: z.array(groupSchema), excuses: z.array(excuseSchema) }),
    run: ({ redundancy }) => ({
      groups: redundancy.groups().map(({ members, ...group }) => ({
        ...group,
        members: members.map(({ publicId, name, isHeard, isBusy, isExcused }) => ({
          device: publicId,
          name,
          heard: isHeard,
          busy: isBusy,
          excused: isExcused,
        })),
      })),
      excuses: redundancy.excuses.list(),
    }),
    command: {
      example: 'sallyport redundancy list --data /var/lib/sallyport',
      print: (out, { groups, excuses }) => {
        out.table(
          ['GROUP', 'DEVICE', 'HEARD', 'BUSY', 'EXCUSED'],
          groups.flatMap(({ name, members }) =>
            members.map((member) => [name, member.name, member.heard, member.busy, member.excused].map(String)),
          ),
        );
        for (const { id, device, until, agreedBy } of excuses)
          out.line(
            `excuse ${id}: ${device} until ${until}, ${agreedBy === null ? 'waits for a second person' : 'agreed'}`,
          );
      },
    },
  }),
  operation({
    name: 'redundancy.excuse',
    http: { method: 'post', path: '/redundancy-excuses/{excuse}/decision' },
    person: 'to-agree',
    decides: true,
    right: 'deployments:write',
    summary:
      'A second person agrees that a member is neither waited for nor counted until a time, or the excuse is given up',
    input: z.strictObject({
      excuse: z.string().min(1).max(64),
      agree: z.boolean().default(false).describe('Without it the excuse is given up'),
    }),
    output: z.object({ excuse: z.string(), inForce: z.boolean() }),
    run: ({ redundancy, actor }, { excuse, agree }) => {
      if (agree) redundancy.excuses.agree(actor, excuse);
      else redundancy.excuses.refuse(actor, excuse);
      return { excuse, inForce: agree };
    },
    command: {
      example: 'sallyport redundancy excuse --excuse 1f0c… --agree',
      print: (out, { excuse, inForce }) => out.line(`excuse ${excuse} ${inForce ? 'is in force' : 'was given up'}`),
    },
  }),
];
