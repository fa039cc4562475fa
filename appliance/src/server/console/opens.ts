import type { Result } from 'hono/router';
import { TrieRouter } from 'hono/router/trie-router';
import type { InventoryService } from '../../engine/inventory/service.ts';
import { readRight } from '../../engine/inventory/types.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor, Right } from '../../engine/objects/types.ts';
import { holdsNeed, needsByRoute, type RouteNeed } from './route-needs.ts';

// Whether a link leads to a page and not to a refusal: the same needs that the guard goes by (route-needs.ts), asked of an address
// before it is shown. Of a thing that is out of reach there is no link, since there is no row of it.

/** Matches as the router of the console does, with what each address needs; those with fewer parts that vary stand first. */
const needsAt = ((): ((method: string, path: string) => Result<RouteNeed>) => {
  const router = new TrieRouter<RouteNeed>();
  for (const [key, need] of [...needsByRoute()].toSorted(([a], [b]) => a.split(':').length - b.split(':').length)) {
    const [method = '', pattern = ''] = key.split(' ');
    router.add(method, pattern, need);
  }
  return router.match.bind(router);
})();

/** What a tab of a device asks for beside the device. */
const tabRights: Readonly<Record<string, Right>> = {
  findings: 'vulnerabilities:read',
  updates: 'updates:read',
  events: 'events:read',
};

type Parts = { objects: Pick<ObjectService, 'kinds'>; inventory: Pick<InventoryService, 'collections'> };

const read = 'GET';

/** Whether an actor may open an address of the console; what is none of ours is open. */
export function mayOpen(parts: Parts, actor: Actor, href: string): boolean {
  const [path = ''] = href.split(/[?#]/);
  const [first] = needsAt(read, path)[0];
  if (first === undefined) return true;
  const [need] = first;
  // This router gives the values themselves.
  const named = first[1] as Readonly<Record<string, string>>;
  const holds = (right: Right): boolean => holdsNeed(actor, right, need);
  const ofCollection = (name: string | undefined): Right | undefined => {
    const collection = parts.inventory.collections().find((one) => one.name === name);
    return collection && readRight(collection);
  };
  switch (need.need) {
    case 'open':
    case 'person':
      return true;
    case 'collection:read':
      return holds(ofCollection(named['collection']) ?? 'devices:read');
    case 'kind:read':
    case 'kind:write': {
      const kind = parts.objects.kinds().find(({ name }) => name === named['kind']);
      return kind !== undefined && holds(`${kind.area}:${need.need === 'kind:read' ? 'read' : 'write'}`);
    }
    default: {
      const tab = named['tab'];
      const ofTab = tab === undefined ? undefined : (tabRights[tab] ?? ofCollection(tab));
      return holds(need.need) && (ofTab === undefined || holds(ofTab));
    }
  }
}
