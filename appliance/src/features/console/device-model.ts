import type { DeviceHead } from '@sallyport/ui/components/device-frame';
import type { Reference } from '@sallyport/ui/model';
import type { DeviceRow } from '@sallyport/ui/views/devices';
import { AppError } from '../../platform/errors.ts';
import type { DeviceListRow } from '../devices/queries.ts';
import type { Decision } from '../vulnerabilities/types.ts';
import { type DeviceLoad, type DeviceStatus, deviceStatus } from './device-status.ts';
import type { ConsoleDeps } from './types.ts';

export type ListedDevice = DeviceListRow &
  DeviceStatus & { name: string; findings: number; worst: Decision | undefined; osText: string };

export type SiteCounts = {
  total: number;
  critical: number;
  warning: number;
  notVisible: number;
  ok: number;
  /** Waiting for approval or held. */
  pending: number;
  revoked: number;
};

export type DeviceModel = {
  /** Every device with its status; nothing is kept between calls but what only inventories and decisions change. */
  all(): ListedDevice[];
  /** By public id; NOT_FOUND. */
  get(publicId: string): ListedDevice;
  counts(): SiteCounts;
  /** Findings of a device by decision. */
  load(device: number): DeviceLoad;
  neededUpdates(device: number): number;
  toRow(device: ListedDevice): DeviceRow;
  toHead(device: ListedDevice): DeviceHead;
  /** Public id and name of devices by number. */
  references(ids: readonly number[]): Map<number, Reference>;
  /** Of one device; a device that is gone keeps its number as name. */
  reference(id: number): Reference;
};

const nothing: DeviceLoad = { findings: 0, worst: undefined, act: 0, attend: 0 };

/** Ids of os-release whose name is more than their first letter. */
const osNames: ReadonlyMap<string, string> = new Map([
  ['almalinux', 'AlmaLinux'],
  ['centos', 'CentOS'],
  ['opensuse', 'openSUSE'],
  ['rhel', 'Red Hat Enterprise Linux'],
  ['sles', 'SUSE Linux Enterprise'],
]);

/** `Debian 13`: what people call it. */
const osName = (row: DeviceListRow): string => {
  const vendor = row.vendor ?? '';
  if (vendor === '') return row.os;
  const name = osNames.get(vendor) ?? `${vendor.charAt(0).toUpperCase()}${vendor.slice(1)}`;
  return row.release === null || row.release === '' ? name : `${name} ${row.release}`;
};

/** Devices with what is derived about them, for lists, tiles and heads. */
export const deviceModel = (
  deps: Pick<ConsoleDeps, 'devices' | 'deviceQueries' | 'vulnerabilities' | 'updates' | 'objects' | 'clock'>,
): DeviceModel => {
  const { devices, deviceQueries, vulnerabilities, updates, objects, clock } = deps;

  // Valid for one stamp: inventories, decisions and advisories are all that these depend on.
  const held = {
    stamp: '',
    worst: new Map<number, { findings: number; worst: Decision }>(),
    loads: new Map<number, DeviceLoad>(),
    needed: new Map<number, number>(),
  };
  const current = (): typeof held => {
    const stamp = deviceQueries.stamp();
    if (stamp !== held.stamp) {
      held.worst = vulnerabilities.devices();
      held.loads = new Map();
      held.needed = new Map();
      held.stamp = stamp;
    }
    return held;
  };

  const load = (device: number): DeviceLoad => {
    const { loads, worst } = current();
    const known = loads.get(device);
    if (known !== undefined) return known;
    const coarse = worst.get(device);
    if (coarse === undefined) return nothing;
    const findings = vulnerabilities.forDevice(device);
    const count = (decision: Decision): number => findings.filter((finding) => finding.decision === decision).length;
    const made = { findings: findings.length, worst: coarse.worst, act: count('act'), attend: count('attend') };
    loads.set(device, made);
    return made;
  };

  const neededUpdates = (device: number): number => {
    const { needed } = current();
    const known = needed.get(device);
    if (known !== undefined) return known;
    const count = updates.forDevice(device).filter(({ isNeeded }) => isNeeded).length;
    needed.set(device, count);
    return count;
  };

  const list = (row: DeviceListRow, exact: boolean): ListedDevice => {
    const coarse = current().worst.get(row.id);
    const known = exact ? load(row.id) : coarse === undefined ? nothing : { ...nothing, ...coarse };
    const options = { nowMs: clock(), notVisibleHours: objects.settingInteger('devices.not-visible-hours') };
    return {
      ...row,
      ...deviceStatus(row, known, options),
      name: row.displayName || row.hostname || row.publicId,
      findings: known.findings,
      worst: known.worst,
      osText: osName(row),
    };
  };

  const all = (): ListedDevice[] => {
    devices.flush();
    return deviceQueries.all().map((row) => list(row, false));
  };

  const groupOf = (device: ListedDevice): Reference | undefined =>
    device.group === null || device.groupName === null ? undefined : { id: device.group, name: device.groupName };

  const references = (ids: readonly number[]): Map<number, Reference> => deviceQueries.names([...new Set(ids)]);

  return {
    all,
    get: (publicId) => {
      devices.flush();
      const row = deviceQueries.byPublicId(publicId);
      if (row === undefined) throw new AppError('NOT_FOUND', 'there is no such device');
      return list(row, true);
    },
    counts: () => {
      const counts: SiteCounts = { total: 0, critical: 0, warning: 0, notVisible: 0, ok: 0, pending: 0, revoked: 0 };
      for (const device of all()) {
        if (device.state === 'revoked') counts.revoked += 1;
        else counts.total += 1;
        if (device.state === 'pending' || device.state === 'held') counts.pending += 1;
        if (device.level === 'critical') counts.critical += 1;
        else if (device.level === 'warning') counts.warning += 1;
        else if (device.level === 'not-visible') counts.notVisible += 1;
        else if (device.level === 'ok') counts.ok += 1;
      }
      return counts;
    },
    load,
    neededUpdates,
    toRow: (device) => {
      const exact = load(device.id);
      const status = deviceStatus(device, exact, {
        nowMs: clock(),
        notVisibleHours: objects.settingInteger('devices.not-visible-hours'),
      });
      const needed = device.state === 'managed' ? neededUpdates(device.id) : 0;
      const reasons =
        needed > 0 ? [...status.reasons, { key: 'devices.reason.updates', params: { n: needed } }] : status.reasons;
      return {
        id: device.publicId,
        name: device.name,
        state: device.state,
        level: status.level,
        reasons,
        group: groupOf(device),
        os: device.osText || undefined,
        address: device.address ?? undefined,
        lastSeenAt: device.lastSeenAt,
        act: exact.act,
        findings: exact.findings,
        updates: needed,
      };
    },
    toHead: (device) => {
      const { resembles, agentVersion } = devices.byId(device.id);
      return {
        id: device.publicId,
        name: device.name,
        state: device.state,
        level: device.level,
        reasons: device.reasons,
        os: device.osText || undefined,
        group: groupOf(device),
        address: device.address ?? undefined,
        lastSeenAt: device.lastSeenAt,
        visible: device.visible,
        heldReason: device.heldReason ?? undefined,
        resembles: resembles === null ? undefined : references([resembles]).get(resembles),
        reenrolling: device.reenrolling,
        agentVersion: agentVersion || undefined,
      };
    },
    references,
    reference: (id) => references([id]).get(id) ?? { id: String(id), name: `#${id}` },
  };
};
