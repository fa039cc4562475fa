import { paths } from '@sallyport/ui/paths';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { scopeOf } from '../../engine/objects/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import { readableCollections } from './readable.ts';
import type { BaselineService } from './service.ts';

/** Devices that hold other things than were approved. */
export const baselineWork = (parts: {
  baselines: Pick<BaselineService, 'list' | 'isReached'>;
  inventory: Pick<InventoryService, 'collections'>;
}): WorkKind[] => [
  {
    name: 'deviation',
    sees: 'devices:read',
    scoped: true,
    does: 'devices:write',
    find: (reader) => {
      const scope = scopeOf(reader, 'devices:read');
      return parts.baselines
        .list(scope, readableCollections(parts.inventory, reader, scope))
        .flatMap(({ id, name, deviations, deviating, ...of }) =>
          deviations === 0 || !parts.baselines.isReached(of, scope)
            ? []
            : [
                {
                  key: id,
                  params: { name, n: deviations, devices: deviating },
                  level: 'info',
                  targets: deviations,
                  path: paths.deviations({ baseline: id }),
                },
              ],
        );
    },
    act: (_reader, { key, targets }) => ({
      name: 'accept',
      n: targets,
      right: 'devices:write',
      post: paths.deviationsDecide(),
      fields: [
        ['list', paths.deviations({ baseline: key, all: '1' })],
        ['action', 'accept'],
      ],
    }),
  },
];
