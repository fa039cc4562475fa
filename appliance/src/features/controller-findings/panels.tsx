import { ControllerFindingsPanel } from '@sallyport/ui/controller-findings/controller-findings-panel.tsx';
import { ControllerFirmwarePanel } from '@sallyport/ui/controller-findings/controller-firmware-panel.tsx';
import type { ConsoleDeps, ControllerPanel } from '../../server/console/types.ts';
import { controllerFindingsView } from './view.ts';

const shownFiles = 20;

/** What the page of a controller shows of advisories, and of firmware that is here for it. */
export const controllerFindingPanels = (
  deps: Pick<ConsoleDeps, 'controllerFindings' | 'controllerFirmware' | 'exchange' | 'controllers'>,
): readonly ControllerPanel[] => [
  (ctx, controller, scope) => ({
    place: 'main',
    body: <ControllerFindingsPanel ctx={ctx} view={controllerFindingsView(deps, controller.id, scope)} />,
  }),
  (ctx, controller) => {
    const files = deps.controllerFirmware.forController(controller.id).filter(({ file }) => file.isHere);
    if (files.length === 0) return undefined;
    return {
      place: 'side',
      body: (
        <ControllerFirmwarePanel
          ctx={ctx}
          controller={controller.publicId}
          rows={files.slice(0, shownFiles).map(({ file, target }) => ({
            sha256: file.sha256,
            version: file.version,
            part: target.part,
            partKey: target.partKey,
            firmware: target.firmware,
          }))}
        />
      ),
    };
  },
];
