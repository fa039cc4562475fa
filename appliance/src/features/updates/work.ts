import { paths } from '@sallyport/ui/paths';
import { scopeOf } from '../../engine/objects/types.ts';
import { askAgain, type WorkKind } from '../worklist/types.ts';
import type { UpdateService } from './service.ts';

/** Updates that are here and wait for a decision, and those that the last answer could not bring. */
export const updateWork = (parts: { updates: Pick<UpdateService, 'undecided' | 'missing'> }): WorkKind[] => [
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
    act: (_reader, { targets }) => ({
      name: 'approve',
      n: targets,
      right: 'updates:write',
      ofSite: true,
      post: paths.updatesDecide(),
      fields: [
        ['list', paths.updates({ supply: 'arrived', approval: 'undefined', all: '1' })],
        ['action', 'approve'],
      ],
    }),
  },
  {
    name: 'updates-missing',
    sees: 'updates:read',
    scoped: true,
    does: 'exchange:write',
    find: (reader) => {
      const targets = parts.updates.missing(scopeOf(reader, 'updates:read'));
      return targets === 0
        ? []
        : [
            {
              key: 'all',
              params: { n: targets },
              level: 'warning',
              targets,
              path: paths.updates({ supply: 'unfulfilled' }),
            },
          ];
    },
    act: askAgain,
  },
];
