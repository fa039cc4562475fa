import type { Ctx } from '@sallyport/ui/context';
import type { NamedLink } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import type { ControllerService } from '../../features/controllers/service.ts';
import type { DeviceService } from '../../features/devices/service.ts';
import type { DeviceFilters, DeviceQueries } from '../../features/devices/types.ts';
import type { UpdateService } from '../../features/updates/service.ts';
import { toFailure } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import type { ObjectService } from './service.ts';
import type { Body, Kind } from './types.ts';

/** What things are called that records name by their ids. */
export type NameParts = {
  readonly objects: ObjectService;
  readonly devices: Pick<DeviceService, 'byPublicId'>;
  readonly deviceQueries: Pick<DeviceQueries, 'idsOf'>;
  readonly deviceFilters: Pick<DeviceFilters, 'groupsIn'>;
  readonly controllers: Pick<ControllerService, 'find' | 'label'>;
  readonly updates: Pick<UpdateService, 'stored'>;
};

/** The name of an object as people know it; what was erased or purged keeps its id, and so does what is out of reach. */
export const objectNames = (ctx: Ctx, parts: NameParts, scope: Scope) => {
  const { objects, devices, deviceQueries, deviceFilters, controllers, updates } = parts;
  const known = new Map<string, string>();
  const deviceName = (publicId: string): string => {
    if (!scope.site && deviceQueries.idsOf([publicId], scope).length === 0) return publicId;
    const displayName = objects.find('device-decision', publicId, { deleted: true })?.body['displayName'];
    if (typeof displayName === 'string' && displayName !== '') return displayName;
    try {
      return devices.byPublicId(publicId).hostname ?? publicId;
    } catch (error) {
      if (toFailure(error).code !== 'NOT_FOUND') throw error;
      return publicId;
    }
  };
  const lookUp = (kind: string, id: string): string => {
    if (kind === 'setting') return ctx.tDynamic(`setting.${id}.title`, {}, id);
    if (kind === 'device-decision') return deviceName(id);
    if (kind === 'group' && deviceFilters.groupsIn(scope)?.has(id) === false) return id;
    const title = objects.kinds().find(({ name }) => name === kind)?.title;
    return String((title && objects.ofAnyKind.find(kind, id, { deleted: true })?.body[title]) || id);
  };
  const cached = (key: string, make: () => string): string => {
    const held = known.get(key) ?? make();
    known.set(key, held);
    return held;
  };
  return {
    object: (kind: string, id: string) => cached(`${kind} ${id}`, () => lookUp(kind, id)),
    device: (id: string) => cached(`device ${id}`, () => deviceName(id)),
    controller: (id: string) =>
      cached(`controller ${id}`, () => {
        const found = controllers.find(id, scope);
        return found === undefined ? id : controllers.label(found.id);
      }),
    group: (id: string) => cached(`group ${id}`, () => lookUp('group', id)),
    zone: (id: string) => cached(`controller-zone ${id}`, () => lookUp('controller-zone', id)),
    update: (id: string) =>
      cached(`update ${id}`, () => {
        const stored = updates.stored(id);
        return stored === undefined ? id : `${stored.update.name} ${stored.update.version}`;
      }),
  };
};

type ObjectNames = ReturnType<typeof objectNames>;

/** So many are named of a list; the rest is a number. */
const maxNamed = 10;

const pageOf = {
  device: paths.device,
  update: paths.update,
  controller: paths.controller,
  group: (id: string) => paths.object('group', id),
  zone: paths.controllerZone,
} as const;

/** What the fields of an object are ids of, by name and with its page; at most ten of a field. */
export const fieldLinks = (names: ObjectNames, kind: Kind, body: Body): Record<string, NamedLink[]> =>
  Object.fromEntries(
    Object.entries(kind.fields).flatMap(([name, { idOf }]) => {
      const value = body[name];
      if (idOf === undefined || !(typeof value === 'string' || Array.isArray(value))) return [];
      const ids = [value].flat().slice(0, maxNamed).map(String);
      return [[name, ids.map((id): NamedLink => ({ name: names[idOf](id), href: pageOf[idOf](id) }))]];
    }),
  );
