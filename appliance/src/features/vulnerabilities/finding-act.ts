import { keyFor } from '@sallyport/bundle-tools/versions/scheme';
import type { FindingAct } from '@sallyport/ui/vulnerabilities/finding.tsx';
import type { Scope } from '../../platform/scope.ts';
import type { UpdateService } from '../updates/service.ts';
import type { UpdateItem } from '../updates/types.ts';
import type { Finding } from './types.ts';

/** Updates of one package that are looked at. */
const looked = 200;

/** The updates of the package that reach the fixed version, in the order of the list. */
function updatesThatFix(updates: Pick<UpdateService, 'list' | 'language'>, finding: Finding, scope: Scope) {
  const { ecosystem, package: name, fixed } = finding;
  const least = fixed === undefined ? null : keyFor(ecosystem, fixed);
  if (fixed === undefined || least === null) return [];
  const isReached = (version: string): boolean => {
    const key = keyFor(ecosystem, version);
    return version === fixed || (key !== null && Buffer.compare(key, least) >= 0);
  };
  const filter = updates.language.read([['q', name]]);
  return updates
    .list({ scope, filter, limit: looked })
    .rows.filter(
      (item) =>
        item.ecosystem === ecosystem &&
        (item.source === name || item.name === name) &&
        item.supply !== 'superseded' &&
        isReached(item.sourceVersion),
    );
}

/** What can be done about a finding now, and the updates that do it. */
export function findingAct(
  updates: Pick<UpdateService, 'list' | 'language'>,
  finding: Finding,
  scope: Scope,
): { act: FindingAct; items: readonly UpdateItem[] } {
  const nothing = (code: Extract<FindingAct, { does: 'nothing' }>['code']) => ({
    act: { does: 'nothing' as const, code },
    items: [],
  });
  if (finding.state === 'fixed') return nothing('fixed');
  if (finding.verdict === 'review') return nothing('review');
  if (finding.fixState !== 'available' && finding.edition === undefined) return nothing(finding.fixState);
  const items = updatesThatFix(updates, finding, scope);
  const here = items.filter(({ supply, approval }) => supply === 'arrived' && approval !== 'declined');
  const ready = here.filter(({ approval, asOf }) => approval === 'approved' && asOf === undefined);
  if (ready.length > 0) return { act: { does: 'plan', updates: ready.map(({ id }) => id) }, items: ready };
  const [undecided] = here;
  if (undecided !== undefined) return { act: { does: 'decide', update: undecided.id }, items: [undecided] };
  if (finding.edition !== undefined) return nothing('edition');
  const [other] = items;
  if (other === undefined) return nothing('unlisted');
  const { supply } = other;
  return supply === 'arrived' || supply === 'superseded'
    ? { act: { does: 'decide', update: other.id }, items: [other] }
    : { act: { does: 'wait', update: other.id, supply }, items: [other] };
}
