import { paths } from '@sallyport/ui/paths';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import type { UpdateService } from '../updates/service.ts';
import type { WorkAct, WorkKind } from '../worklist/types.ts';
import { findingAct } from './finding-act.ts';
import type { VulnerabilityService } from './service.ts';
import type { Decision, FixState } from './types.ts';

const fixes: readonly FixState[] = ['available', 'none', 'undetermined'];

type Parts = {
  vulnerabilities: Pick<VulnerabilityService, 'tallies' | 'list' | 'language'>;
  updates: Pick<UpdateService, 'list' | 'language'>;
};

/** Findings of which the updates are looked for, the worst first. */
const mostPlanned = 20;

/** A deployment of the updates that close the first of them; while none is approved, the decision about the first. */
function actOn({ vulnerabilities, updates }: Parts, reader: Actor, decision: Decision): WorkAct | undefined {
  const scope = scopeOf(reader, 'vulnerabilities:read');
  const filter = vulnerabilities.language.read([
    ['decision', decision],
    ['fix', 'available'],
  ]);
  const acts = vulnerabilities
    .list({ scope, filter, limit: mostPlanned })
    .rows.map((finding) => findingAct(updates, finding, scope).act);
  const planned = [...new Set(acts.flatMap((act) => (act.does === 'plan' ? act.updates : [])))];
  if (planned.length > 0) {
    return {
      name: 'plan',
      n: planned.length,
      right: 'deployments:write',
      post: paths.deploymentNew(),
      fields: [...planned.map((id): [string, string] => ['update', id]), ['recount', '1']],
    };
  }
  const [undecided] = acts.flatMap((act) => (act.does === 'decide' ? [act.update] : []));
  return undecided === undefined
    ? undefined
    : { name: 'decide', right: 'updates:write', href: paths.update(undecided) };
}

/** Findings on computers that call for action, by what can be done about them. */
export const findingWork = (parts: Parts): WorkKind[] => {
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
    act: (reader, { key: fix }) => (fix === 'available' ? actOn(parts, reader, decision) : undefined),
  });
  return [kind('act'), kind('attend')];
};
