import type { TaskResult } from '@sallyport/bundle-tools/protocol/task-result';
import type { Update } from '@sallyport/bundle-tools/updates/update';
import { updateSample } from '../../../bundle-tools/test/samples.ts';
import { agreedKind } from '../../src/features/accounts/agreed-kind.ts';
import type { ApprovalGate } from '../../src/features/accounts/types.ts';
import type { GateParts } from '../../src/features/deployments/gate.ts';
import { deploymentService } from '../../src/features/deployments/service.ts';
import type { Device, DeviceQueries } from '../../src/features/devices/types.ts';
import { type UpdateService, updateService } from '../../src/features/updates/service.ts';
import { needsAlone, openEngines } from './engines.ts';
import { openGate } from './open-gate.ts';
import { deb, debian13, reporter } from './site.ts';

// Deployments over engines alone: devices that need one update, whose files are here, and who reports as an agent does.

const at = '2026-11-01T00:00:00Z';
export const sha = (digit: string): string => digit.repeat(64);
const update = (id: string, name: string, version: string, file: string, depends: string[] = []): Update =>
  updateSample(name, version, { id: id.repeat(32), depends, files: [sha(file)] });

export const completed: TaskResult = {
  attempt: 1,
  steps: [{ name: 'install', exit: 0, output: 'ok', ms: 5 }],
  state: 'completed',
};
export const lineUpdate = 'a'.repeat(32);

export type DeploymentSite = Awaited<ReturnType<typeof openDeployments>>;

/** `changes`: when a computer may be changed; at any time, where it is not given. */
/** Who asks may. */
const gate: Pick<ApprovalGate, 'assertMayApprove' | 'hindrance' | 'personsBehind'> = {
  assertMayApprove: () => new Set(),
  hindrance: () => undefined,
  personsBehind: () => new Set(),
};

export const openDeployments = async (count: number, clock?: () => number, changes: GateParts = openGate) => {
  const held = new Set<string>([sha('1'), sha('2')]);
  const states = new Map<number, Device['state']>();
  const devices: Pick<DeviceQueries, 'idsOf' | 'publicIds' | 'unmanaged'> = {
    idsOf: (publicIds) => publicIds.map((id) => Number(id.slice('device-'.length))).filter((id) => states.has(id)),
    publicIds: (ids) => ids.map((id) => `device-${id}`),
    unmanaged: (ids) => ids.filter((id) => states.get(id) !== 'managed'),
  };
  const site = await openEngines({
    derive: () => needsAlone(updates),
    ...(clock === undefined ? {} : { clock }),
  });
  const put = reporter(site.inventory);
  const report: typeof put = (device, ...rest) => {
    const outcome = put(device, ...rest);
    deployments.verifyDevice(device);
    return outcome;
  };
  site.db.prepare("INSERT INTO exchange_state (id, site, name, floor) VALUES (1, 'plant-7', 'Plant', ?)").run(at);
  const store = { has: (sha256: string) => held.has(sha256), read: () => new Uint8Array() };
  const updates: UpdateService = updateService({
    db: site.db,
    inventory: site.inventory,
    objects: site.objects,
    events: site.events,
    changed: () => undefined,
    store,
    vulnerabilities: {
      sourceFixes: () => [],
      fixesOf: () => [],
      devicesBySource: () => new Map(),
      devicesNeeding: () => new Uint8Array(),
    },
  });
  const deployments = deploymentService({
    db: site.db,
    objects: site.objects,
    events: site.events,
    changed: () => undefined,
    inventory: site.inventory,
    devices,
    updates,
    store,
    changes,
    gate,
    agreements: (kind) => agreedKind({ ...site, gate }, kind),
    ...(clock === undefined ? {} : { clock }),
  });
  for (let device = 1; device <= count; device += 1) {
    states.set(device, 'managed');
    report(device, 'platform', [debian13]);
    report(device, 'software', [deb('line', '1.0-1'), deb('other', '1.0-1')]);
  }
  updates.applyCatalog(
    [update('a', 'line', '1.1-1', '1', ['b'.repeat(32)]), update('b', 'helper', '2.0-1', '2')],
    new Map([
      [sha('1'), 100],
      [sha('2'), 50],
    ]),
    at,
  );
  return { site, report, updates, deployments, held, states };
};
