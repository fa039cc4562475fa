import { paths } from '@sallyport/ui/paths';
import type { WorkKind } from '../worklist/types.ts';
import type { HealthService } from './service.ts';
import type { HealthCheckName, HealthCode } from './types.ts';

/** Warnings of what stops the appliance unless a person acts. */
const aboutToStop: ReadonlySet<HealthCode> = new Set(['DISK_LOW', 'AUTHORITY_ENDS']);

/** Pages with the form that mends what a check found. */
const mendedAt: Readonly<Record<string, string>> = {
  backups: paths.backups(),
  recovery: paths.recoveryKey(),
  certificate: paths.certificate(),
  upgrade: paths.releases(),
} satisfies Partial<Record<HealthCheckName, string>>;

/** What is wrong with the appliance itself: what stops it, and what will, comes first. */
export const healthWork = (parts: { health: Pick<HealthService, 'current'> }): WorkKind[] => [
  {
    name: 'appliance',
    sees: 'settings:read',
    does: 'settings:write',
    find: () =>
      parts.health.current().checks.flatMap(({ name, state, code }) =>
        state === 'ok'
          ? []
          : [
              {
                key: name,
                params: {},
                words: { what: `health.code.${code}` },
                level: state === 'failed' ? 'critical' : 'warning',
                targets: 1,
                isUrgent: state === 'failed' || aboutToStop.has(code),
                path: paths.health(),
              },
            ],
      ),
    act: (_reader, { key }) => {
      const href = mendedAt[key];
      return href === undefined ? undefined : { name: 'mend', right: 'settings:write', href };
    },
  },
];
