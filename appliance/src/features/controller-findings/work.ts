import { paths } from '@sallyport/ui/paths';
import { scopeOf } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { ControllerFindings } from './service.ts';

/** Findings on controllers that call for action, and matches that only a person can decide. */
export const controllerFindingWork = (parts: {
  controllers: Pick<ControllerService, 'unjudgedZones'>;
  controllerFindings: { tallies: ControllerFindings['tallies']; review: Pick<ControllerFindings['review'], 'open'> };
}): WorkKind[] => {
  const kind = (decision: 'act' | 'attend'): WorkKind => ({
    name: `controller-${decision}`,
    sees: 'vulnerabilities:read',
    does: 'controllers:write',
    find: (_reader, look) => {
      const row = look(parts.controllerFindings.tallies, wholeSite('figures')).matrix[decision];
      const targets = Object.values(row).reduce((sum, n) => sum + n, 0);
      return targets === 0
        ? []
        : [
            {
              key: 'all',
              params: { n: targets },
              level: decision === 'act' ? 'critical' : 'warning',
              targets,
              path: paths.controllerFindings({ decision }),
            },
          ];
    },
  });
  return [
    kind('act'),
    kind('attend'),
    {
      name: 'controller-unjudged',
      sees: 'controllers:read',
      does: 'exchange:write',
      scoped: true,
      find: (reader, look) => {
        const zones = look(parts.controllers.unjudgedZones, scopeOf(reader, 'controllers:read'));
        const targets = zones.reduce((sum, { unspoken }) => sum + unspoken, 0);
        return targets === 0
          ? []
          : [
              {
                key: 'all',
                params: { n: targets },
                level: 'warning',
                targets,
                path: paths.controllers({ coverage: 'not-judged' }),
              },
            ];
      },
    },
    {
      name: 'controller-match',
      sees: 'vulnerabilities:read',
      does: 'vulnerabilities:write',
      find: () => {
        const targets = parts.controllerFindings.review.open();
        return targets === 0
          ? []
          : [{ key: 'all', params: { n: targets }, level: 'info', targets, path: paths.controllerReview() }];
      },
    },
  ];
};
