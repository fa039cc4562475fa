import { createHash } from 'node:crypto';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Scope, wholeSite } from '../../platform/scope.ts';
import type { ControllerService } from '../controllers/service.ts';
import type { Controller, ControllerPart } from '../controllers/types.ts';
import type { ControllerPort, ControllerView } from './types.ts';

// What the patch process sees of the record of controllers: names, zone, and what was read from the device. A value that a
// person typed or that a project says is no reading.

const readBy: ReadonlySet<string> = new Set(['query', 'passive']);
const checksums = ['hardwareChecksum1', 'hardwareChecksum2', 'programChecksum1', 'programChecksum2'];
const idPage = 500;
const mostSeen = 20_000;

const own = (parts: readonly ControllerPart[]): ControllerPart | undefined =>
  parts.find(({ type }) => type === 'controller');

/** The record of controllers as the patch process needs it. */
export const recordPort = (
  controllers: Pick<ControllerService, 'find' | 'byId' | 'ids' | 'parts' | 'label' | 'facts'>,
  objects: Pick<ObjectService, 'find'>,
  zonesReached: (scope: Scope) => ReadonlySet<string> | undefined,
): ControllerPort => {
  const view = (controller: Controller, isRead: boolean): ControllerView => {
    const part = own(controllers.parts(controller.id));
    const value = (field: string): string | null => part?.observed[field] ?? part?.configured[field] ?? null;
    const zone = value('zone');
    const zoneName = zone === null ? undefined : objects.find('controller-zone', zone)?.body['name'];
    const read = isRead
      ? controllers
          .facts(controller.id)
          .filter(
            (fact) =>
              fact.type === 'controller' &&
              fact.field === 'firmware' &&
              fact.side === 'observed' &&
              fact.value !== null &&
              readBy.has(fact.method) &&
              !fact.ended,
          )
          .reduce<{ value: string; at: number } | null>(
            (newest, { value: read, observedAt }) =>
              newest === null || observedAt > newest.at ? { value: read ?? '', at: observedAt } : newest,
            null,
          )
      : null;
    const sums = checksums.flatMap((field) => part?.observed[field] ?? []);
    return {
      id: controller.publicId,
      name: controllers.label(controller.id),
      vendor: value('vendor'),
      product: value('model') ?? value('productFamily') ?? value('orderNumber'),
      zones: [...(zone === null ? [] : [zone]), ...(typeof zoneName === 'string' ? [zoneName] : [])],
      firmware: read?.value ?? null,
      readAt: read?.at ?? null,
      integrity: sums.length === 0 ? null : createHash('sha256').update(sums.join('\n')).digest('hex'),
    };
  };

  return {
    find: (id) => {
      const controller = controllers.find(id, wholeSite('job'));
      return controller === undefined || controller.state !== 'live' ? undefined : view(controller, true);
    },
    reached: (ids, scope) => (scope.site ? ids : ids.filter((id) => controllers.find(id, scope) !== undefined)),
    zones: (scope) => {
      const ids = zonesReached(scope);
      return (
        ids && new Set([...ids].flatMap((id) => [id, String(objects.find('controller-zone', id)?.body['name'] ?? id)]))
      );
    },
    list: ({ search, limit }) => {
      const wanted = search?.trim().toLowerCase() ?? '';
      const found: ControllerView[] = [];
      let seen = 0;
      for (let after = 0, ids = controllers.ids(after, idPage); ids.length > 0; ids = controllers.ids(after, idPage)) {
        for (const id of ids) {
          after = id;
          const controller = controllers.byId(id, wholeSite('job'));
          if (controller === undefined || controller.state !== 'live') continue;
          // Newest readings are of one controller; a list does without.
          const one = view(controller, false);
          const text = [one.name, one.vendor, one.product, one.id].join(' ').toLowerCase();
          if (wanted === '' || text.includes(wanted)) found.push(one);
          if (found.length >= limit) return found;
        }
        seen += ids.length;
        if (seen >= mostSeen) break;
      }
      return found;
    },
  };
};
