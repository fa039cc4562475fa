import type { Derivations } from './engine/changes/types.ts';
import type { EventService } from './engine/events/service.ts';
import { encryptionErrors } from './engine/inventory/encryption-errors.ts';
import type { InventoryService } from './engine/inventory/service.ts';
import type { BaselineService } from './features/baselines/service.ts';
import type { ControllerFindings } from './features/controller-findings/service.ts';
import type { ControllerFirmware } from './features/controller-firmware/service.ts';
import type { controllerService } from './features/controllers/service.ts';
import type { DeploymentService } from './features/deployments/service.ts';
import type { DeviceService } from './features/devices/service.ts';
import { neighbourRecords } from './features/discovery/neighbour-records.ts';
import type { DiscoveryService } from './features/discovery/service.ts';
import type { IntegrityService } from './features/integrity/types.ts';
import type { VulnerabilityService } from './features/vulnerabilities/service.ts';

type DerivationParts = {
  events: EventService;
  inventory: InventoryService;
  devices: DeviceService;
  discovery: DiscoveryService;
  baselines: BaselineService;
  vulnerabilities: VulnerabilityService;
  deployments: DeploymentService;
  controllers: Pick<ReturnType<typeof controllerService>, 'written'>;
  controllerFindings: ControllerFindings;
  firmware: ControllerFirmware;
  integrity: IntegrityService;
  clock: () => number;
};

/** Accepted risks and mitigations hold findings back: who approves or changes one sees at once what. */
const holding = new Set(['risk-acceptance', 'mitigation']);

/**
 * What follows from a change, in the order in which it is worked out: in the transaction of the change, so that nobody reads
 * one without the other.
 */
export function derivations(parts: DerivationParts): Derivations {
  const { inventory, devices, discovery, baselines, vulnerabilities, deployments } = parts;
  const { controllers, controllerFindings, firmware, integrity, events, clock } = parts;
  const noteEncryption = encryptionErrors({ inventory, events });
  const noteNeighbours = neighbourRecords({ inventory, discovery, clock });
  return {
    section: [
      (sections) => sections.forEach(noteEncryption),
      (sections) => sections.forEach(noteNeighbours),
      (sections) => {
        for (const section of sections) baselines.onSectionChanged(section);
      },
      (sections) => {
        for (const section of sections) vulnerabilities.onSectionChanged(section);
      },
      (sections) => {
        for (const { device, collection } of sections)
          if (collection === 'identity') devices.identityChanged(device, inventory.section(device, 'identity')[0]);
      },
      (sections) => {
        for (const { device, collection } of sections) if (collection === 'software') deployments.verifyDevice(device);
      },
    ],
    object: [
      (objects) => objects.forEach(controllers.written),
      (objects) => {
        if (objects.some(({ kind }) => holding.has(kind))) controllerFindings.holdAgain();
      },
    ],
    // Findings first of all: the state of a controller looks at them.
    controller: [controllerFindings.partsChanged, integrity.check, firmware.check],
    'controller-findings': [integrity.check],
  };
}
