import type { InventoryService } from '../../../engine/inventory/service.ts';
import type { DecodedReport, ReportFacts, ReportOutcome } from '../../../engine/inventory/types.ts';
import type { DeviceService } from '../../devices/service.ts';
import type { DiscoveryService } from '../../discovery/service.ts';
import type { Seen } from '../../discovery/types.ts';

// Switches and printers do not speak for themselves: an agent beside them does. Their records stay those of what was found.

/** What identifies a machine that another one's agent read; undefined where nothing does. */
export const seenOf = (facts: ReportFacts | undefined, at: number): Seen | undefined => {
  const { uuid, serial, macs, os, found } = facts ?? {};
  if (found === undefined || macs === undefined) return undefined;
  if (found.addresses.length === 0 && found.names.length === 0 && macs.length === 0) return undefined;
  return {
    method: 'agent',
    at,
    by: '',
    visible: true,
    uuid: uuid ?? null,
    serial: serial ?? null,
    macs,
    os: os ?? '',
    ...found,
  };
};

type Stores = {
  devices: Pick<DeviceService, 'find'>;
  discovery: Pick<DiscoveryService, 'keepFound'>;
};

/** Its record, and whether sections of it are kept: not of a machine that waits for approval. */
export const keepSeen = (
  { devices, discovery }: Stores,
  seen: Seen,
  by: number | string,
): { device: number; isOpen: boolean } | undefined => {
  const [device] = discovery.keepFound([seen], by);
  if (device === undefined) return undefined;
  const state = devices.find(device)?.state;
  return { device, isOpen: state === 'managed' || state === 'discovered' };
};

/** Keeps such a machine with all that was read of it and of its neighbours, in the caller's transaction. */
export const keepFoundDevice = (
  stores: Stores & { inventory: Pick<InventoryService, 'putReport'> },
  report: DecodedReport,
  { at, by }: { at: number; by: number | string },
): { device: number; outcome?: ReportOutcome } | undefined => {
  const seen = seenOf(report.facts, at);
  const kept = seen === undefined ? undefined : keepSeen(stores, seen, by);
  if (kept === undefined) return undefined;
  const { device, isOpen } = kept;
  if (!isOpen) return { device };
  stores.discovery.keepFound(report.found ?? [], by);
  return { device, outcome: stores.inventory.putReport(device, 'network', report, at) };
};
