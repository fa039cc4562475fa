import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import type { Database } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import { devicesIn } from '../../platform/scope.ts';

/** Stops who may not write these devices: FORBIDDEN without the right, NOT_FOUND where one is out of reach, as where one never was. */
export function assertReached(db: Database, actor: Actor, devices: readonly number[]): void {
  const scope = scopeOf(actor, 'devices:write');
  if (scope.site) return;
  const { sql, params } = devicesIn(scope, 'id');
  const reached = db
    .prepare<unknown[], number>(`select count(*) from device where id in (select value from json_each(?)) and ${sql}`)
    .pluck()
    .get(JSON.stringify(devices), ...params);
  if (reached !== new Set(devices).size) throw new AppError('NOT_FOUND', 'no such device');
}
