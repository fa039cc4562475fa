import { toRow } from '@sallyport/ui/anchors';
import { paths } from '@sallyport/ui/paths';
import type { WorkKind } from '../worklist/types.ts';
import type { RollbackDetector } from './service.ts';

/** The state of the appliance is older than it was, and no person has looked at it. */
export const rollbackWork = (parts: { rollbackDetector: Pick<RollbackDetector, 'unacknowledged'> }): WorkKind[] => [
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
];
