import type { ObjectService } from '../engine/objects/service.ts';
import { AppError } from '../platform/errors.ts';

/** The id of the job of a name; NOT_FOUND. */
export const jobNamed = (objects: ObjectService, name: string | undefined): string => {
  const found = objects.findBy('controller-identification', 'name', name ?? '');
  if (found === undefined) throw new AppError('NOT_FOUND', `there is no identification job ${name ?? ''}`);
  return found.id;
};

/** The option that every command about one job takes. */
export const jobOption = {
  type: 'string',
  value: 'NAME',
  help: 'the identification job, as it was entered',
  required: true,
} as const;
