import { controllerDraftStore } from '../features/controller-imports/draft-store.ts';
import {
  type ControllerImportPayload,
  controllerImportKind,
  runControllerImport,
} from '../features/controller-imports/import-job.ts';
import { runJobs } from './worker.ts';

/** Tries or imports a file about controllers that the console or the API was given. */
await runJobs(controllerImportKind, async (payload, { appliance, progress, signal }) =>
  runControllerImport(payload as ControllerImportPayload, {
    imports: appliance.controllerImports,
    drafts: controllerDraftStore(appliance.db),
    progress,
    signal,
  }),
);
