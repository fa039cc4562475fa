import { paths } from '@sallyport/ui/paths';
import type { WorkKind } from '../worklist/types.ts';
import type { BaselineService } from './service.ts';

/** Devices that hold other things than were approved. */
export const baselineWork = (parts: { baselines: Pick<BaselineService, 'list'> }): WorkKind[] => [
  {
    name: 'deviation',
    harm: 20,
    sees: 'devices:read',
    does: 'devices:write',
    find: () =>
      parts.baselines.list().flatMap(({ id, name, deviations, deviating }) =>
        deviations === 0
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
      ),
  },
];
