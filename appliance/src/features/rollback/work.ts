import { toRow } from '@sallyport/ui/anchors';
import { paths } from '@sallyport/ui/paths';
import { hasRight } from '../../engine/objects/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { RollbackDetector } from './service.ts';

/** The state of the appliance is older than it was, and no person has looked at it; tokens of which none has decided. */
export const rollbackWork = (parts: {
  rollbackDetector: Pick<RollbackDetector, 'unacknowledged' | 'tokens'>;
}): WorkKind[] => [
  {
    name: 'state-older',
    sees: 'settings:read',
    does: 'safety:write',
    find: () =>
      parts.rollbackDetector.unacknowledged().map(({ id, cause, at }) => ({
        key: id,
        params: {},
        words: { cause: `rollback.cause.${cause}` },
        level: 'critical',
        targets: 1,
        since: at,
        isUrgent: true,
        path: toRow(paths.rollback(), id),
      })),
  },
  {
    name: 'tokens-wait',
    // Its page is the site's; on it they are shown to who may see accounts.
    sees: 'settings:read',
    does: 'accounts:write',
    find: (reader) => {
      if (!hasRight(reader, 'accounts:read')) return [];
      const { count, since } = parts.rollbackDetector.tokens.count();
      if (count === 0) return [];
      return [
        {
          key: 'all',
          params: { n: count },
          level: 'warning',
          targets: count,
          since,
          path: paths.rollback(),
        },
      ];
    },
  },
];
