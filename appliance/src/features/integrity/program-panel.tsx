import { ProgramPanel } from '@sallyport/ui/integrity/program-panel.tsx';
import type { ControllerPanel } from '../../server/console/types.ts';
import { programRow } from './program-view.ts';
import type { IntegrityService } from './types.ts';

/** The program of a controller in use, for its page. */
export const programPanel =
  (integrity: IntegrityService): ControllerPanel =>
  (ctx, controller) => {
    const row = integrity.rowOf(controller.id);
    return row === undefined ? undefined : { place: 'side', body: <ProgramPanel ctx={ctx} row={programRow(row)} /> };
  };
