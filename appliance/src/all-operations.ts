import type { z } from 'zod';
import { backupOperations, backupSchemas } from './features/backups/operations.ts';
import { controllerFindingOperations, controllerFindingSchemas } from './features/controller-findings/operations.ts';
import { controllerFirmwareOperations, controllerFirmwareSchemas } from './features/controller-firmware/operations.ts';
import { controllerImportOperations, controllerImportSchemas } from './features/controller-imports/operations.ts';
import { controllerOperations, controllerSchemas } from './features/controllers/operations.ts';
import { identificationOperations, identificationSchemas } from './features/identification/operations.ts';
import { integrityOperations, integritySchemas } from './features/integrity/operations.ts';
import { patchOperations, patchSchemas } from './features/patches/operations.ts';
import type { ApiParts } from './server/api/types.ts';
import type { Operation } from './server/operations/operation.ts';

/** Every operation, in the order of the API's document. */
export const allOperations: ReadonlyArray<Operation<ApiParts>> = [
  ...backupOperations,
  ...controllerOperations,
  ...controllerImportOperations,
  ...controllerFindingOperations,
  ...controllerFirmwareOperations,
  ...identificationOperations,
  ...integrityOperations,
  ...patchOperations,
];

/** Shapes that stand in the document once, under a name. */
export const allSchemas: Readonly<Record<string, z.ZodType>> = {
  ...backupSchemas,
  ...controllerSchemas,
  ...controllerImportSchemas,
  ...controllerFindingSchemas,
  ...controllerFirmwareSchemas,
  ...identificationSchemas,
  ...integritySchemas,
  ...patchSchemas,
};
