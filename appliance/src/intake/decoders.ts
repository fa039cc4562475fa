import { decodeGlpi } from '../features/agent-api/glpi/decode.ts';
import { decodeFiles } from '../features/agent-api/glpi/decode-files.ts';
import { decodeOsquery } from '../features/agent-api/osquery/decode.ts';
import type { Decoder } from '../features/inventory/types.ts';

/** The formats of reports that are not our agent's own. */
export const decoders: Readonly<Record<string, Decoder>> = {
  glpi: decodeGlpi,
  'glpi-files': decodeFiles,
  osquery: decodeOsquery,
};
