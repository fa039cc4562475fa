import type { Derivations, ObjectChanged, SectionChanged } from './engine/changes/types.ts';
import type { EventService } from './engine/events/service.ts';
import { encryptionErrors } from './engine/inventory/encryption-errors.ts';
import type { InventoryService } from './engine/inventory/service.ts';
import type { BaselineService } from './features/baselines/service.ts';
import type { ControllerFindings } from './features/controller-findings/service.ts';
import type { ControllerFirmware } from './features/controller-firmware/service.ts';
import type { controllerService } from './features/controllers/service.ts';
import type { DeploymentService } from './features/deployments/service.ts';
import type { groupStore } from './features/devices/group-store.ts';
import type { deviceRows } from './features/devices/row-store.ts';
import type { DeviceService } from './features/devices/service.ts';
import { neighbourRecords } from './features/discovery/neighbour-records.ts';
import type { DiscoveryService } from './features/discovery/service.ts';
import type { IntegrityService } from './features/integrity/types.ts';
import type { RuleService } from './features/rules/service.ts';
import type { UpdateService } from './features/updates/service.ts';
import type { VulnerabilityService } from './features/vulnerabilities/service.ts';
import type { Queue } from './platform/pending.ts';

/** No more first inventories wait than a question can look into. */
export const WAITING_MOST = 1_024;
const updatesAtOnce = 512;

type DerivationParts = {
  events: EventService;
  inventory: InventoryService;
  devices: DeviceService;
  discovery: DiscoveryService;
  rows: ReturnType<typeof deviceRows>;
  groups: Pick<ReturnType<typeof groupStore>, 'derive'>;
  rules: RuleService;
  baselines: BaselineService;
  vulnerabilities: VulnerabilityService;
  updates: UpdateService;
  deployments: DeploymentService;
  controllers: Pick<ReturnType<typeof controllerService>, 'written'>;
  controllerFindings: ControllerFindings;
  firmware: ControllerFirmware;
  integrity: IntegrityService;
  clock: () => number;
};

/**
 * What follows from a change, in the order in which it is worked out: in the transaction of the change, so that no reader sees
 * one without the other. Status, baselines and needed updates are noted in `pending` there, many changes of a device as one,
 * and worked off by `queues`; so are rows of more devices than a caller should wait for.
 */
export function derivations(parts: DerivationParts): Derivations {
  const { inventory, devices, discovery, rows, groups, rules, baselines, vulnerabilities, updates, deployments } =
    parts;
  const { controllers, controllerFindings, firmware, integrity, events, clock } = parts;
  const noteEncryption = encryptionErrors({ inventory, events });
  const noteNeighbours = neighbourRecords({ inventory, discovery, clock });
  const idsOf = (objects: readonly ObjectChanged[], kind: string): string[] =>
    objects.flatMap((object) => (object.kind === kind ? [object.id] : []));
  const of = (sections: readonly SectionChanged[], collections: readonly string[]): number[] => [
    ...new Set(sections.flatMap(({ device, collection }) => (collections.includes(collection) ? [device] : []))),
  ];
  return {
    device: [rules.setHandTags, rows.derive, rules.note, baselines.note],
    client: [rules.note],
    heard: [rules.noteHeard],
    address: [rows.derive],
    task: [rules.note],
    deviation: [rules.note],
    'security-updates': [rules.note],
    status: [rows.derive],
    inventory: [rows.derive, rules.note, baselines.note, updates.note],
    section: [
      (sections) => rows.derive(of(sections, ['identity', 'platform'])),
      (sections) => rules.note(sections.map(({ device }) => device)),
      (sections) => baselines.note(sections.flatMap(({ device, isOther }) => (isOther ? [device] : []))),
      (sections) => updates.note(of(sections, ['software', 'platform'])),
      (sections) => sections.forEach(noteEncryption),
      (sections) => sections.forEach(noteNeighbours),
      (sections) => {
        for (const section of sections) baselines.onSectionChanged(section);
      },
      (sections) => {
        for (const section of sections) vulnerabilities.onSectionChanged(section);
      },
      (sections) => {
        for (const device of of(sections, ['identity']))
          devices.identityChanged(device, inventory.section(device, 'identity')[0]);
      },
      (sections) => of(sections, ['software']).forEach(deployments.verifyDevice),
    ],
    object: [
      (objects) => groups.derive(idsOf(objects, 'group')),
      (objects) => rows.derive(rows.ofDecisions(idsOf(objects, 'device-decision'))),
      (objects) => rows.derive(rows.inGroups(idsOf(objects, 'group'))),
      rules.written,
      (objects) => updates.rulesChanged(idsOf(objects, 'followed-suites')),
      baselines.written,
      (objects) => objects.forEach(controllers.written),
      controllerFindings.written,
    ],
    // Findings first of all: the state of a controller looks at them.
    controller: [controllerFindings.partsChanged, integrity.check, firmware.check],
    'controller-findings': [integrity.check],
    matched: [rules.recomputeAll],
  };
}

/**
 * The loop over what waits in `pending`, in the order in which it is worked off. `quick` is asked for each second, a batch of a few
 * ms at a time; `bulk` is done where no report waits; both in the thread of the intake, and by the job `rules` once much waits.
 */
export function queues(parts: Pick<DerivationParts, 'rows' | 'rules' | 'baselines' | 'inventory' | 'updates'>): {
  quick: readonly Queue[];
  bulk: readonly Pick<Queue, 'run'>[];
} {
  const { rows, rules, baselines, inventory, updates } = parts;
  return {
    // Baselines before rules, which look at what deviates.
    quick: [rows, baselines, rules],
    bulk: [
      // First inventories, entered into the rows of who has what.
      { run: () => ({ more: inventory.enterPart(WAITING_MOST).more }) },
      // Who needs which update, of devices that changed, and of all after another catalogue.
      { run: () => ({ more: updates.settle(updatesAtOnce) > 0 }) },
    ],
  };
}
