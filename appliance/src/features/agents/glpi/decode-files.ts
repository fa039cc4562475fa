import { basename, win32 } from 'node:path';
import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { DecodedReport, DecoderHints, Item } from '../../../engine/inventory/types.ts';
import { parseBody } from '../../../platform/http/body.ts';
import { amount, item, line, rowsIn } from './fields.ts';
import type { Row } from './message.ts';

/** What a client found, as the entry point gathered it. */
export const decodeFiles = async (wire: Uint8Array, { now }: DecoderHints): Promise<DecodedReport> => {
  const body = (await parseBody(Buffer.from(wire.buffer, wire.byteOffset, wire.byteLength))) as Row;
  const items = rowsIn(body, 'finds').flatMap((find): Item[] => {
    const path = line(find, 'path', 1_024);
    if (path === undefined) return [];
    const name = (path.includes('\\') ? win32.basename(path) : basename(path)).slice(0, 255);
    return [item({ sha256: line(find, 'sha256'), name, path, sizeBytes: amount(find, 'sizeBytes') })];
  });
  items.sort((a, b) => (String(a['path']) < String(b['path']) ? -1 : 1));
  return {
    sections: [{ collection: 'executable', collectedAt: toTime(now), items }],
    full: false,
    dropped: {},
  };
};
