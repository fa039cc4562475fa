import type { ControllerFindingRow } from '@sallyport/ui/controller-findings/controller-finding-table.tsx';
import type { ControllerFindingsView } from '@sallyport/ui/controller-findings/controller-findings-panel.tsx';
import type { Scope } from '../../platform/scope.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import type { ControllerFinding, ControllerPartFinding } from './types.ts';

// Findings on controllers as views take them: the lists, and the panel on a controller's page.

export const findingView = ({ answer, ...finding }: ControllerFinding): ControllerFindingRow => ({
  ...finding,
  isAnswered: answer !== '',
});

const partView = (finding: ControllerPartFinding): ControllerFindingRow => ({
  ...findingView(finding),
  since: finding.firstSeen,
  part: finding.partKey,
});

/** How far the advisories about controllers reach, per feed. */
export const knowledgeEnds = (
  deps: Pick<ConsoleDeps, 'controllerFindings' | 'exchange'>,
): ControllerFindingsView['ends'] => {
  const feeds = new Set(deps.controllerFindings.feeds());
  return deps.exchange
    .knowledge()
    .flatMap(({ feed, newest }) => (feeds.has(feed) && newest !== undefined ? [{ feed, newest }] : []));
};

/** What the page of a controller shows of its findings. */
export const controllerFindingsView = (
  deps: Pick<ConsoleDeps, 'controllerFindings' | 'exchange'>,
  controller: number,
  scope: Scope,
): ControllerFindingsView => {
  const found = deps.controllerFindings.forController(controller, scope);
  return {
    rows: found.filter(({ verdict, held }) => verdict !== 'not-affected' && held === 0).map(partView),
    held: found.filter(({ verdict, held }) => verdict !== 'not-affected' && held > 0).map(partView),
    notAffected: found.filter(({ verdict }) => verdict === 'not-affected').length,
    coverage: deps.controllerFindings.coverage(controller),
    ends: knowledgeEnds(deps),
  };
};
