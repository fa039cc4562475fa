import type { DecodedReport } from '../../inventory/report-types.ts';
import { parseBody } from '../native/body.ts';

/** Reads an inventory message of a GLPI agent. */
export const decodeGlpi = async (wire: Uint8Array): Promise<DecodedReport> => {
  await parseBody(Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength));
  return { sections: [], full: false, dropped: {} };
};
