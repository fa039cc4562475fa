import type { InventoryService } from '../../../engine/inventory/service.ts';
import type { WireSection } from '../../../engine/inventory/types.ts';
import { headOfBody } from '../../../platform/http/body.ts';

/** The hash that our own agent begins a section with. */
const hashHead = /^\{"hash":"([0-9a-f]{64})",/;

/** Whether a section begins with the hash that is stored: then the rest need not be read. */
export const isKnownSection = (inventory: Pick<InventoryService, 'isKnown'>, section: WireSection): boolean => {
  const { device, collection, source, wire } = section;
  const bytes = Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength);
  const hash = hashHead.exec(headOfBody(bytes).toString('latin1', 0, 128))?.[1];
  return hash !== undefined && inventory.isKnown(device, collection, source, hash);
};
