import type { Scope } from '../../platform/scope.ts';
import type { Look } from './types.ts';

/** A look at the list: what several kinds and the page read of one reach is read once. */
export function oneLook(): Look {
  const known = new Map<unknown, Map<string, unknown>>();
  const look: Look = <T>(read: (scope: Scope, look: Look) => T, scope: Scope): T => {
    const byScope = known.get(read) ?? new Map<string, unknown>();
    known.set(read, byScope);
    const key = JSON.stringify(scope);
    if (!byScope.has(key)) byScope.set(key, read(scope, look));
    return byScope.get(key) as T;
  };
  return look;
}
