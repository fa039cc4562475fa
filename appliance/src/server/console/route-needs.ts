import { paths } from '@sallyport/ui/paths';
import {
  type Actor,
  approvalOf,
  hasRight,
  holdsAnywhere,
  type Right,
  type WriteRight,
} from '../../engine/objects/types.ts';

// What each address of the console asks of the caller, as it is declared in ui/src/paths: the guard goes by it, so an
// address that is not there does not exist, whatever a page mounts. Pages and services still check what they do; this is
// the outer wall.

/**
 * `open`: everybody. `person`: any signed-in account. `kind:read`, `kind:write`, `collection:read`: the right of the kind
 * or collection that the address names, which its page checks.
 */
export type Need = Right | 'open' | 'person' | 'kind:read' | 'kind:write' | 'collection:read';

type Method = 'GET' | 'POST';

/** One address with one method, as the router has it. */
export type RouteNeed = {
  readonly need: Need;
  readonly upload: boolean;
  readonly scoped: boolean;
  readonly decides: boolean;
};

const keyOf = (method: string, pattern: string): string => `${method} ${pattern}`;

type Needs = {
  readonly GET?: Need;
  readonly POST?: Need;
  readonly upload?: true;
  readonly scoped?: true;
  readonly decides?: true;
};

/** A need that is no right and none of the words above does not compile. */
const declared: Readonly<Record<string, { readonly pattern: string; readonly needs: Needs }>> = paths;

/** Looks up needs by method and the pattern that the router matched. */
export const needsByRoute = (): ReadonlyMap<string, RouteNeed> =>
  new Map(
    Object.values(declared).flatMap(({ pattern, needs }) =>
      (['GET', 'POST'] as const satisfies readonly Method[]).flatMap((method): [string, RouteNeed][] => {
        const need = needs[method];
        return need === undefined
          ? []
          : [
              [
                keyOf(method, pattern),
                {
                  need,
                  upload: needs.upload === true,
                  scoped: needs.scoped === true,
                  decides: needs.decides === true && need.endsWith(':write'),
                },
              ],
            ];
      }),
    ),
  );

/** The key of a route of the router. */
export const routeKey = (route: { method: string; path: string }): string => keyOf(route.method, route.path);

/** Whether an actor holds the right that an address asks for: over the site, or anywhere where the page is cut to what is reached. */
export function holdsNeed(
  actor: Actor,
  right: Right,
  { scoped, decides }: Omit<RouteNeed, 'need' | 'upload'>,
): boolean {
  const enough = decides ? [right, approvalOf(right as WriteRight)] : [right];
  return enough.some((one) => (scoped ? holdsAnywhere(actor, one) : hasRight(actor, one)));
}
