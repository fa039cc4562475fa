import type { Decoder } from '../../engine/inventory/types.ts';
import { decodeGlpi } from '../../features/agents/glpi/decode.ts';
import { decodeFiles } from '../../features/agents/glpi/decode-files.ts';
import { decodeOsquery } from '../../features/agents/osquery/decode.ts';

/** The formats of reports that are not our agent's own. */
export const decoders: Readonly<Record<string, Decoder>> = {
  glpi: decodeGlpi,
  'glpi-files': decodeFiles,
  osquery: decodeOsquery,
};
