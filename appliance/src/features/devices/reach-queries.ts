import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { devicesIn } from '../../platform/scope.ts';

/** Whether all of these devices are where an actor may write. FORBIDDEN without the right. */
export function isReached(db: Database, actor: Actor, devices: readonly number[]): boolean {
  const scope = scopeOf(actor, 'devices:write');
  if (scope.site) return true;
  const { sql, params } = devicesIn(scope, 'id');
  const reached = db
    .prepare<unknown[], number>(`select count(*) from device where id in (select value from json_each(?)) and ${sql}`)
    .pluck()
    .get(JSON.stringify(devices), ...params);
  return reached === new Set(devices).size;
}

/** Stops who may not write these devices: FORBIDDEN without the right, NOT_FOUND where one is out of reach, as where one never was. */
export function assertReached(db: Database, actor: Actor, devices: readonly number[]): void {
  if (!isReached(db, actor, devices)) throw new AppError('NOT_FOUND', 'no such device');
}
