import { paths } from '@sallyport/ui/paths';
import { scopeOf } from '../../engine/objects/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { DeploymentService } from './service.ts';

const looked = 200;

/** Rollouts that wait for a person, and deployments under way of which orders failed. */
export const deploymentWork = (parts: {
  deployments: Pick<DeploymentService, 'list' | 'tasks' | 'heldIn' | 'rollouts'>;
}): WorkKind[] => [
  {
    name: 'rollout-held',
    sees: 'deployments:read',
    scoped: true,
    does: 'deployments:approve',
    find: (reader) => {
      const held = new Map(parts.deployments.rollouts.held().map((ring) => [ring.deployment, ring]));
      return parts.deployments.heldIn(scopeOf(reader, 'deployments:read')).flatMap(({ id, name, counts }) => {
        const ring = held.get(id);
        if (ring === undefined) return [];
        const { queued, running, installed, verified, failed, cancelled } = counts;
        const all = queued + running + installed + verified + failed + cancelled;
        return [
          {
            key: id,
            params: { name, ring: ring.ring, waiting: queued + running },
            words: { reason: `rings.reason.${ring.reason}` },
            level: 'critical' as const,
            targets: queued > 0 ? queued : all,
            since: ring.sinceMs,
            blocks: queued > 0 ? 1 : 0,
            path: paths.deployment(id, queued > 0 ? { state: 'queued' } : {}),
          },
        ];
      });
    },
  },
  {
    name: 'deployment-late',
    sees: 'deployments:read',
    scoped: true,
    does: 'deployments:write',
    find: (reader) =>
      parts.deployments
        .list({ scope: scopeOf(reader, 'deployments:read'), limit: looked })
        .rows.flatMap(({ id, name, lateAt, late, counts }) => {
          if (late === 0 || lateAt === null) return [];
          const state = counts.queued > 0 ? 'queued' : 'running';
          return [
            {
              key: id,
              params: { name, late },
              level: 'warning' as const,
              targets: counts[state],
              dueAt: Date.parse(lateAt),
              path: paths.deployment(id, { state }),
            },
          ];
        }),
  },
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
    act: (reader, { key }) => {
      const scope = scopeOf(reader, 'deployments:read');
      const failed = parts.deployments.tasks(key, scope).filter(({ state }) => state === 'failed');
      const updates = [...new Set(failed.map(({ updateId }) => updateId))];
      return {
        name: 'again',
        n: new Set(failed.map(({ device }) => device)).size,
        right: 'deployments:write',
        post: paths.deploymentNew(),
        fields: [
          ...updates.map((id): [string, string] => ['update', id]),
          ['list', paths.deployment(key, { state: 'failed', all: '1' })],
        ],
      };
    },
  },
];
