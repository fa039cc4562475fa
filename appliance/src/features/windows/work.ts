import { paths } from '@sallyport/ui/paths';
import { scopeOf } from '../../engine/objects/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { WindowService } from './service.ts';

/** Devices that are looked at for one item. */
const most = 1_000;
const dayMs = 86_400_000;
/** An undecided window is told when so much is left of it. */
const toldDays = 30;

/** Computers for which it is not decided when they may be changed. */
export const windowWork = (parts: {
  windows: Pick<WindowService, 'without' | 'undecided'>;
  clock: () => number;
}): WorkKind[] => [
  {
    name: 'no-window',
    sees: 'deployments:read',
    scoped: true,
    does: 'controllers:write',
    find: (reader) => {
      const n = parts.windows.without(scopeOf(reader, 'deployments:read'), most);
      return n === 0
        ? []
        : [{ key: 'site', params: { n }, level: 'warning' as const, targets: n, blocks: 1, path: paths.deployments() }];
    },
  },
  {
    name: 'window-undecided',
    sees: 'controllers:read',
    does: 'controllers:write',
    find: () =>
      parts.windows.undecided().flatMap(({ id, name, untilMs }) =>
        untilMs - parts.clock() > toldDays * dayMs
          ? []
          : [
              {
                key: id,
                params: { name },
                level: 'warning' as const,
                targets: 1,
                dueAt: untilMs,
                path: paths.object('maintenance-window', id),
              },
            ],
      ),
  },
];
