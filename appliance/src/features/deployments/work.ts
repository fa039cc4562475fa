import { paths } from '@sallyport/ui/paths';
import { scopeOf } from '../../engine/objects/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { DeploymentService } from './service.ts';

const looked = 200;

/** Deployments under way of which orders failed. */
export const deploymentWork = (parts: { deployments: Pick<DeploymentService, 'list'> }): WorkKind[] => [
  {
    name: 'deployment-failed',
    sees: 'deployments:read',
    scoped: true,
    does: 'deployments:write',
    find: (reader) =>
      parts.deployments
        .list({ scope: scopeOf(reader, 'deployments:read'), limit: looked })
        .rows.flatMap(({ id, name, state, createdAt, counts }) =>
          state !== 'running' || counts.failed === 0
            ? []
            : [
                {
                  key: id,
                  params: { name, failed: counts.failed, waiting: counts.queued + counts.running },
                  level: 'critical',
                  targets: counts.failed,
                  since: Date.parse(createdAt),
                  blocks: counts.queued > 0 ? 1 : 0,
                  path: paths.deployment(id, { state: 'failed' }),
                },
              ],
        ),
  },
];
