import { PatchPanel } from '@sallyport/ui/patches/patch-panel.tsx';
import type { ControllerPanel } from '../../server/console/types.ts';
import type { ControllerFindings } from '../controller-findings/service.ts';
import type { PatchService } from './service.ts';

/** What the patch process has to say on the page of a controller. */
export const controllerPatchPanels = ({
  patches,
  controllerFindings,
}: {
  patches: Pick<PatchService, 'ofController' | 'nextWindow'>;
  controllerFindings: Pick<ControllerFindings, 'loads'>;
}): readonly ControllerPanel[] => [
  (ctx, controller) => {
    if (controller.state !== 'live') return undefined;
    // Held back, and still counted (ADVISORIES 8).
    const accepted = controllerFindings.loads([controller.id]).get(controller.id)?.held ?? 0;
    const next = patches.nextWindow(controller.publicId);
    const { patches: own, mitigations } = patches.ofController(controller.publicId);
    return {
      place: 'side',
      body: (
        <PatchPanel
          ctx={ctx}
          next={
            next === undefined
              ? null
              : { name: next.name, from: next.from, tellBy: next.tellBy, late: next.tellBy <= ctx.nowMs }
          }
          accepted={accepted}
          patches={own.map(({ id, patchId, state }) => ({ id, patchId, state }))}
          mitigations={mitigations
            .filter(({ state }) => state !== 'over')
            .map(({ id, name, expiresAt }) => ({ id, name, expiresAt }))}
        />
      ),
    };
  },
];
