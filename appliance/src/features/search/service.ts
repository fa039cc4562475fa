import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, hasRight, holdsAnywhere, type Right, scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { textFilter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { fold } from '../../platform/sql-functions.ts';
import { type ListedController, shownOf } from '../controllers/types.ts';
import type { UpdateService } from '../updates/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { ZoneService } from '../zones/service.ts';

/** One thing that was found; `id` is what its page is called by. */
type Found = { id: string; title: string; context?: string };

export type FoundGroup = {
  name: 'devices' | 'controllers' | 'zones' | 'software' | 'advisories' | 'updates' | 'objects' | 'accounts' | 'tokens';
  results: readonly Found[];
  /** There are others. */
  isCut: boolean;
};

export type SearchService = {
  /**
   * At most `perGroup` of each kind that the actor may read. It is asked at each letter that is typed, so nothing is counted: the list
   * of a kind says how many there are.
   */
  find(actor: Actor, text: string, perGroup: number): FoundGroup[];
};

type SearchParts = {
  /** Devices by a part of a name, address or id. */
  devices: (
    text: string,
    limit: number,
    scope: Scope,
  ) => readonly { publicId: string; name: string; address: string | null }[];
  /** Controllers by a part of a name, address, serial or order number. */
  controllers: (text: string, limit: number, scope: Scope) => readonly ListedController[];
  zones: Pick<ZoneService, 'zones'>;
  inventory: Pick<InventoryService, 'named'>;
  vulnerabilities: Pick<VulnerabilityService, 'named'>;
  updates: Pick<UpdateService, 'list'>;
  objects: Pick<ObjectService, 'list' | 'kind'>;
};

/** At most so many of one kind. */
type Source = (text: string, limit: number, actor: Actor) => readonly Found[];

const maxTextLength = 200;
const minTextLength = 2;

const joined = (values: readonly unknown[], separator: string): string =>
  values.filter((value) => typeof value === 'string').join(separator);

/** One box for everything: devices, controllers, zones, packages, advisories, updates, groups, accounts, tokens. */
export const searchService = (parts: SearchParts): SearchService => {
  const devices: Source = (text, limit, actor) =>
    parts.devices(text, limit, scopeOf(actor, 'devices:read')).map(({ publicId, name, address }) => ({
      id: publicId,
      title: name,
      ...defined({ context: address ?? undefined }),
    }));

  const controllers: Source = (text, limit, actor) =>
    parts.controllers(text, limit, scopeOf(actor, 'controllers:read')).map((controller) => ({
      id: controller.publicId,
      title: controller.name,
      context: joined([shownOf(controller, 'model'), shownOf(controller, 'orderNumber')], ', '),
    }));

  const zones: Source = (text, limit, actor) =>
    parts.zones
      .zones(scopeOf(actor, 'controllers:read'))
      .filter(({ name }) => fold(name).includes(fold(text)))
      .slice(0, limit)
      .map(({ id, name }) => ({ id, title: name }));

  const software: Source = (text, limit, actor) =>
    parts.inventory
      .named('software', text, limit, scopeOf(actor, 'software:read'))
      .map(({ id, name, version, arch }) => ({ id: String(id), title: name, context: joined([version, arch], ' ') }));

  const advisories: Source = (text, limit, actor) =>
    parts.vulnerabilities
      .named(text, limit, scopeOf(actor, 'vulnerabilities:read'))
      .map((row) => ({ id: row.id, title: row.advisory, context: `${row.package} ${row.version}` }));

  const updates: Source = (text, limit, actor) =>
    parts.updates
      .list({ scope: scopeOf(actor, 'updates:read'), filter: textFilter(text), limit })
      .rows.map((row) => ({ id: row.id, title: row.title ?? row.name, context: row.version }));

  const named =
    (kind: 'group' | 'account' | 'token'): Source =>
    (text, limit) =>
      parts.objects
        .list({ kind, search: text, limit })
        .rows.map(({ id, body }) => ({ id, title: String(body['name'] ?? id) }));

  /** `scoped`: what it finds is cut to what the actor reaches. */
  const sources: readonly (readonly [name: FoundGroup['name'], right: Right, find: Source, scoped?: true])[] = [
    ['devices', 'devices:read', devices, true],
    ['controllers', 'controllers:read', controllers, true],
    ['zones', 'controllers:read', zones, true],
    ['software', 'software:read', software, true],
    ['advisories', 'vulnerabilities:read', advisories, true],
    ['updates', 'updates:read', updates, true],
    ['objects', 'devices:read', named('group')],
    ['accounts', 'accounts:read', named('account')],
    ['tokens', 'accounts:read', named('token')],
  ];

  return {
    find: (actor, text, perGroup) => {
      const asked = text.trim();
      if (asked.length > maxTextLength) throw new AppError('MALFORMED', 'the search text is too long');
      if (asked.length < minTextLength) return [];
      return sources
        .filter(([, right, , scoped]) => (scoped === true ? holdsAnywhere : hasRight)(actor, right))
        .map(([name, , find]) => ({ name, found: find(asked, perGroup + 1, actor) }))
        .filter(({ found }) => found.length > 0)
        .map(({ name, found }) => ({ name, results: found.slice(0, perGroup), isCut: found.length > perGroup }));
    },
  };
};
