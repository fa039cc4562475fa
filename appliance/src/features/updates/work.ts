import { paths } from '@sallyport/ui/paths';
import { scopeOf } from '../../engine/objects/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { UpdateService } from './service.ts';

/** Updates that are here and wait for a decision. */
export const updateWork = (parts: { updates: Pick<UpdateService, 'undecided'> }): WorkKind[] => [
  {
    name: 'update-undecided',
    sees: 'updates:read',
    scoped: true,
    does: 'updates:write',
    find: (reader) => {
      const undecided = parts.updates.undecided(scopeOf(reader, 'updates:read'));
      return undecided === 0
        ? []
        : [
            {
              key: 'all',
              params: { n: undecided },
              level: 'info',
              targets: undecided,
              path: paths.updates({ supply: 'arrived', approval: 'undefined' }),
            },
          ];
    },
  },
];
