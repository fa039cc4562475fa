import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { InventoryService } from '../../engine/inventory/service.ts';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, hasRight, holdsAnywhere, type Right, scopeOf } from '../../engine/objects/types.ts';
import { AppError } from '../../platform/errors.ts';
import { textFilter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import { fold } from '../../platform/sql-functions.ts';
import type { UpdateService } from '../updates/service.ts';
import type { VulnerabilityService } from '../vulnerabilities/service.ts';
import type { ZoneService } from '../zones/service.ts';

/** One thing that was found; `id` is what its page is called by. */
type Found = { id: string; title: string; context?: string };

export type FoundGroup = {
  name: 'devices' | 'controllers' | 'zones' | 'software' | 'advisories' | 'updates' | 'objects' | 'accounts' | 'tokens';
  results: readonly Found[];
  total: number;
};

export type SearchService = {
  /** At most `perGroup` of each kind that the actor may read. */
  find(actor: Actor, text: string, perGroup: number): FoundGroup[];
};

type SearchParts = {
  /** Devices by a part of a name, address or id. */
  devices: (
    text: string,
    limit: number,
    scope: Scope,
  ) => { rows: readonly { publicId: string; name: string; address: string | null }[]; total: number };
  /** Controllers by a part of a name, address, serial or order number. */
  controllers: (
    text: string,
    limit: number,
    scope: Scope,
  ) => {
    rows: readonly { id: string; name: string; model?: string | undefined; orderNumber?: string | undefined }[];
    total: number;
  };
  zones: Pick<ZoneService, 'zones'>;
  inventory: Pick<InventoryService, 'list'>;
  vulnerabilities: Pick<VulnerabilityService, 'list'>;
  updates: Pick<UpdateService, 'list'>;
  objects: Pick<ObjectService, 'list' | 'kind'>;
};

const maxTextLength = 200;
const minTextLength = 2;

/** One box for everything: devices, controllers, zones, packages, advisories, updates, groups, accounts, tokens. */
export const searchService = (parts: SearchParts): SearchService => {
  const devices = (text: string, limit: number, actor: Actor): FoundGroup => {
    const { rows, total } = parts.devices(text, limit, scopeOf(actor, 'devices:read'));
    return {
      name: 'devices',
      results: rows.map((device) => ({
        id: device.publicId,
        title: device.name,
        ...defined({ context: device.address ?? undefined }),
      })),
      total,
    };
  };

  const controllers = (text: string, limit: number, actor: Actor): FoundGroup => {
    const { rows, total } = parts.controllers(text, limit, scopeOf(actor, 'controllers:read'));
    const results = rows.map(({ id, name, model, orderNumber }) => ({
      id,
      title: name,
      context: [model, orderNumber].filter((value) => value !== undefined).join(', '),
    }));
    return { name: 'controllers', results, total };
  };

  const zones = (text: string, limit: number, actor: Actor): FoundGroup => {
    const found = parts.zones
      .zones(scopeOf(actor, 'controllers:read'))
      .filter(({ name }) => fold(name).includes(fold(text)));
    return {
      name: 'zones',
      results: found.slice(0, limit).map(({ id, name }) => ({ id, title: name })),
      total: found.length,
    };
  };

  const software = (text: string, limit: number, actor: Actor): FoundGroup => {
    const scope = scopeOf(actor, 'software:read');
    const { rows, total } = parts.inventory.list({ scope, collection: 'software', search: text, limit });
    const results = rows.map((row) => ({
      id: String(row.id),
      title: String(row['name'] ?? row.id),
      context: [row['version'], row['arch']].filter((value) => typeof value === 'string').join(' '),
    }));
    return { name: 'software', results, total };
  };

  const advisories: Source = (text, limit, actor) => {
    const scope = scopeOf(actor, 'vulnerabilities:read');
    const { rows, total } = parts.vulnerabilities.list({ scope, filter: textFilter(text), limit });
    const results = rows.map((row) => ({
      id: row.id,
      title: row.advisory,
      context: `${row.package} ${row.version}`,
    }));
    return { name: 'advisories', results, total };
  };

  const updates: Source = (text, limit, actor) => {
    const scope = scopeOf(actor, 'updates:read');
    const { rows, total } = parts.updates.list({ scope, filter: textFilter(text), limit });
    const results = rows.map((row) => ({ id: row.id, title: row.title ?? row.name, context: row.version }));
    return { name: 'updates', results, total };
  };

  const named =
    (name: FoundGroup['name'], kind: 'group' | 'account' | 'token') =>
    (text: string, limit: number): FoundGroup => {
      const { rows, total } = parts.objects.list({ kind, search: text, limit });
      return { name, results: rows.map(({ id, body }) => ({ id, title: String(body['name'] ?? id) })), total };
    };

  type Source = (text: string, limit: number, actor: Actor) => FoundGroup;
  /** `scoped`: what it finds is cut to what the actor reaches. */
  const sources: readonly (readonly [right: Right, find: Source, scoped?: true])[] = [
    ['devices:read', devices, true],
    ['controllers:read', controllers, true],
    ['controllers:read', zones, true],
    ['software:read', software, true],
    ['vulnerabilities:read', advisories, true],
    ['updates:read', updates, true],
    ['devices:read', named('objects', 'group')],
    ['accounts:read', named('accounts', 'account')],
    ['accounts:read', named('tokens', 'token')],
  ];

  return {
    find: (actor, text, perGroup) => {
      const asked = text.trim();
      if (asked.length > maxTextLength) throw new AppError('MALFORMED', 'the search text is too long');
      if (asked.length < minTextLength) return [];
      return sources
        .filter(([right, , scoped]) => (scoped === true ? holdsAnywhere : hasRight)(actor, right))
        .map(([, find]) => find(asked, perGroup, actor))
        .filter((group) => group.total > 0);
    },
  };
};
