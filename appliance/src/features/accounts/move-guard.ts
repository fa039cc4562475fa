import type { ObjectService } from '../../engine/objects/service.ts';
import { requireRight, type WriteGuard } from '../../engine/objects/types.ts';
import { assertMayHold } from './grants.ts';
import { heldByRole, withAbove } from './rights.ts';

// A group or zone that moves takes all below it along. Where a role names something above its new place and reached it not before,
// the role would grant more than was given with it: that is a decision about roles (CONTROL.md 1, L4).

const maxRoles = 10_000;

/** FORBIDDEN for a move that lets a role reach more, without the right to write accounts and all that the role grants. */
export function moveGuard(
  objects: Pick<ObjectService, 'find' | 'list'>,
  kind: 'group' | 'controller-zone',
): WriteGuard {
  const field = kind === 'group' ? 'groups' : 'zones';
  return (actor, id, before, after) => {
    // What is made, removed or brought back has nothing below it and nothing in it.
    if (before === undefined || after === undefined || (before['parent'] ?? null) === (after['parent'] ?? null)) return;
    const from = [id, ...withAbove(objects, kind, before['parent'])];
    const to = withAbove(objects, kind, after['parent']);
    for (const { body } of objects.list({ kind: 'role', limit: maxRoles }).rows) {
      const named = body[field] ?? [];
      if (!named.some((one) => to.has(one)) || named.some((one) => from.includes(one))) continue;
      requireRight(actor, 'accounts:write');
      assertMayHold(objects, actor, heldByRole(body));
    }
  };
}
