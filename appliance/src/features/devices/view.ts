import type { DeviceHead } from '@sallyport/ui/components/device-frame.tsx';
import type { DeviceRow } from '@sallyport/ui/devices/devices.tsx';
import type { KnownCount, Message, Reference } from '@sallyport/ui/model';
import { AppError } from '../../platform/errors.ts';
import { textFilter } from '../../platform/filter/types.ts';
import type { Scope } from '../../platform/scope.ts';
import type { FieldWords } from '../../server/console/asked-list.ts';
import type { ConsoleDeps } from '../../server/console/types.ts';
import { levels } from '../rules/types.ts';
import { DECISIONS, type Decision } from '../vulnerabilities/types.ts';
import { type DeviceStatus, deviceStatus } from './device-status.ts';
import type { DeviceListQuery, DeviceListRow, DeviceQueries } from './types.ts';

/** Devices whose name has a text in it: the one that is meant is among them, or it has to be named by its number. */
const sameNames = 1_000;

/** An id that no device has: the filter for a device that there is not finds nothing. */
export const NO_DEVICE = 0;

export type ListedDevice = Omit<DeviceListRow, 'worst'> &
  DeviceStatus & { name: string; worst: Decision | undefined; osText: string; certificateEnded: boolean };

export type DeviceModel = {
  /** One page of the devices that a filter finds, and how many it finds. */
  page(query: DeviceListQuery): { rows: ListedDevice[]; total: number; next?: string };
  /** Ids of all that a filter finds now, in the list's order. */
  ids(query: Omit<DeviceListQuery, 'after' | 'limit'>): number[];
  /** Devices by id, in that order; a device that is gone is left out. */
  some(ids: readonly number[]): ListedDevice[];
  /** Ids of the devices in reach with these public ids. */
  idsOf(publicIds: readonly string[], scope: Scope): number[];
  /** The one that a text means: its number or, whatever the case, its whole name. Nothing where none or several in reach have it. */
  named(text: string, scope: Scope): ListedDevice | undefined;
  /** By public id; NOT_FOUND, also for one out of reach. */
  get(publicId: string, scope: Scope): ListedDevice;
  /** What was seen and done a moment ago counts after it: for who counts by the lists themselves. */
  catchUp(): void;
  /** How many updates it needs. */
  neededUpdates(device: ListedDevice): KnownCount;
  toRows(devices: readonly ListedDevice[]): DeviceRow[];
  /** Of the device that it resembles nothing is said where that one is out of reach. */
  toHead(device: ListedDevice, scope: Scope): DeviceHead;
  /** Public id and name of devices by number. */
  references(ids: readonly number[]): Map<number, Reference>;
  /** Of one device; a device that is gone keeps its number as name. */
  reference(id: number): Reference;
};

/** More devices than this that wait for a look of rules are left to the server's own rhythm. */
const lookedAtOnce = 16;

/** What fields of devices and their values are called. */
export const deviceFieldWords = (groups: readonly Reference[]): Readonly<Record<string, FieldWords>> => ({
  state: { choices: 'devices.state' },
  status: { choices: 'level' },
  decision: { choices: 'decision' },
  contact: { choices: 'devices.contact' },
  source: { choices: 'source' },
  coverage: { choices: 'coverage' },
  beside: { choices: 'coverage.beside' },
  reason: { choices: 'devices.reason' },
  group: { options: groups.map(({ id, name }) => ({ value: id, label: name })) },
});

/** The number of a device in reach; NOT_FOUND. */
export function deviceIn(queries: Pick<DeviceQueries, 'idsOf'>, publicId: string, scope: Scope): number {
  const [id] = queries.idsOf([publicId], scope);
  if (id === undefined) throw new AppError('NOT_FOUND', 'there is no such device');
  return id;
}

/** Devices with what is derived about them, for lists, tiles and heads. */
export const deviceModel = (
  deps: Pick<ConsoleDeps, 'devices' | 'deviceQueries' | 'deviceList' | 'updates' | 'objects' | 'rules' | 'clock'>,
): DeviceModel => {
  const { devices, deviceQueries, deviceList, updates, objects, rules, clock } = deps;

  /** How many updates a device needs; "none" is a number only of what is judged whole. */
  const updatesOf = ({ coverage }: Pick<DeviceListRow, 'coverage'>, n: number | undefined): KnownCount => {
    if (n === undefined || (n === 0 && !updates.hasCatalogue())) return 'not-judged';
    return n > 0 || coverage.state === 'judged' ? n : coverage.state;
  };

  const neededOf = (needed: ReadonlyMap<number, number | undefined>, device: number): number | undefined =>
    needed.has(device) ? needed.get(device) : 0;

  /** What was seen and done a moment ago counts already. */
  const catchUp = (): void => {
    devices.flushIfFree();
    rules.keepUp(lookedAtOnce);
  };

  const statusOf = (row: DeviceListRow, worst: Decision | undefined): DeviceStatus => {
    if (row.status !== undefined) {
      const { level, reasons, visible } = row.status;
      return { level: levels[level] ?? 'info', reasons: JSON.parse(reasons) as Message[], visible };
    }
    const options = { nowMs: clock(), notVisibleHours: objects.setting('devices.not-visible-hours') };
    return deviceStatus(row, { findings: row.findings, act: row.act, attend: row.attend, worst }, options);
  };

  const list = (row: DeviceListRow): ListedDevice => {
    const worst = row.worst === null ? undefined : DECISIONS[row.worst];
    return {
      ...row,
      ...statusOf(row, worst),
      worst,
      certificateEnded: row.certificateEndsAt !== null && row.certificateEndsAt < clock(),
      name: row.displayName || row.hostname || row.publicId,
    };
  };

  const some = (ids: readonly number[]): ListedDevice[] => deviceQueries.rows(ids).map(list);

  const groupOf = (device: ListedDevice): Reference | undefined =>
    device.group === null || device.groupName === null ? undefined : { id: device.group, name: device.groupName };

  const references = (ids: readonly number[]): Map<number, Reference> => deviceQueries.names([...new Set(ids)]);

  return {
    page: (query) => {
      catchUp();
      const { ids, ...page } = deviceList.page(query);
      return { ...page, rows: some(ids) };
    },
    ids: (query) => {
      catchUp();
      return deviceList.all(query);
    },
    some,
    idsOf: deviceQueries.idsOf,
    named: (text, scope) => {
      catchUp();
      const row = deviceQueries.byPublicId(text, scope);
      if (row !== undefined) return list(row);
      const wanted = text.toLowerCase();
      const { ids } = deviceList.page({
        scope,
        filter: textFilter(text),
        sort: 'name',
        descending: false,
        limit: sameNames,
      });
      const found = some(ids).filter(({ name }) => name.toLowerCase() === wanted);
      return found.length === 1 ? found[0] : undefined;
    },
    get: (publicId, scope) => {
      catchUp();
      const row = deviceQueries.byPublicId(publicId, scope);
      if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such device');
      return list(row);
    },
    catchUp,
    neededUpdates: (device) => updatesOf(device, neededOf(updates.neededCounts([device.id]), device.id)),
    toRows: (listed) => {
      const managed = listed.filter(({ state }) => state === 'managed').map(({ id }) => id);
      const needed = updates.neededCounts(managed);
      return listed.map((device) => {
        const n = neededOf(needed, device.id);
        return {
          ...device,
          id: device.publicId,
          reasons:
            n !== undefined && n > 0
              ? [...device.reasons, { key: 'devices.reason.updates', params: { n } }]
              : device.reasons,
          group: groupOf(device),
          os: device.osText || undefined,
          address: device.address ?? undefined,
          coverage: device.coverage.state,
          updates: updatesOf(device, n),
        };
      });
    },
    toHead: (device, scope) => {
      const { resembles, agentVersion, macs, serial, approvedAt } = devices.byId(device.id);
      const other = resembles === null ? undefined : references([resembles]).get(resembles);
      const known = { macs, serial: serial ?? '' };
      const nothing = { macs: [], serial: '' };
      return {
        ...device,
        id: device.publicId,
        os: device.osText || undefined,
        group: groupOf(device),
        address: device.address ?? undefined,
        heldReason: device.heldReason ?? undefined,
        resembles: other !== undefined && deviceQueries.idsOf([other.id], scope).length === 1 ? other : undefined,
        agentVersion: agentVersion || undefined,
        certificateEnded: device.certificateEnded,
        wasIn: approvedAt !== null,
        asks:
          device.state === 'revoked' || device.state === 'discovered'
            ? []
            : devices.asking(device.id).map(({ clientId, byCertificate, from, words, since, claim }) => ({
                client: clientId,
                byCertificate,
                since,
                facts: { from, ...(claim ?? (approvedAt === null ? known : nothing)), words },
                known: approvedAt === null ? undefined : known,
              })),
      };
    },
    references,
    reference: (id) => references([id]).get(id) ?? { id: String(id), name: `#${id}` },
  };
};
