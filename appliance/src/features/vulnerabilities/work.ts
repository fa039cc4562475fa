import { paths } from '@sallyport/ui/paths';
import { scopeOf } from '../../engine/objects/types.ts';
import type { WorkKind } from '../worklist/types.ts';
import type { VulnerabilityService } from './service.ts';
import type { Decision, FixState } from './types.ts';

const fixes: readonly FixState[] = ['available', 'none', 'undetermined'];

/** Findings on computers that call for action, by what can be done about them. */
export const findingWork = (parts: { vulnerabilities: Pick<VulnerabilityService, 'tallies'> }): WorkKind[] => {
  const kind = (decision: Decision & ('act' | 'attend')): WorkKind => ({
    name: `finding-${decision}`,
    sees: 'vulnerabilities:read',
    scoped: true,
    does: 'updates:write',
    find: (reader, look) => {
      const row = look(parts.vulnerabilities.tallies, scopeOf(reader, 'vulnerabilities:read')).matrix[decision];
      return fixes.flatMap((fix) =>
        row[fix] === 0
          ? []
          : [
              {
                key: fix,
                params: { n: row[fix] },
                words: { fix: `work.fix.${fix}` },
                level: decision === 'act' ? 'critical' : 'warning',
                targets: row[fix],
                path: paths.vulnerabilities({ decision, fix }),
              },
            ],
      );
    },
  });
  return [kind('act'), kind('attend')];
};
