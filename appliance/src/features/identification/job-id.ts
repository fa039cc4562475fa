import type { ObjectService } from '../../engine/objects/service.ts';
import { AppError } from '../../platform/errors.ts';

/** The id of the identification job of an id or a name, for operations and commands; NOT_FOUND. */
export function jobIdOf(objects: ObjectService, wanted: string): string {
  const kind = 'controller-identification';
  const found = objects.find(kind, wanted) ?? objects.findBy(kind, 'name', wanted);
  if (found === undefined) throw new AppError('NOT_FOUND', 'there is no such identification job');
  return found.id;
}
