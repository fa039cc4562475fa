import { paths } from '@sallyport/ui/paths';
import type { WorkKind } from '../worklist/types.ts';
import type { RedundancyService } from './service.ts';

/** Groups that let nothing begin for a day. */
export const redundancyWork = (parts: { redundancy: Pick<RedundancyService, 'stuck'> }): WorkKind[] => [
  {
    name: 'pair-stuck',
    sees: 'deployments:read',
    does: 'deployments:write',
    find: () =>
      parts.redundancy.stuck().map(({ group, hold, waiting }) => ({
        key: group.id,
        params: { name: group.name, other: hold.other, waiting },
        words: { reason: `redundancy.${hold.code}` },
        level: 'warning',
        targets: 1,
        path: paths.object('redundancy-group', group.id),
      })),
  },
];
