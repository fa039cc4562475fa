import { descriptionFacts } from '../description.ts';
import type { DeviceFact } from '../device-fact.ts';
import { cleanText, rawHex } from '../text.ts';

// PROFINET's endpoint mapper over connectionless DCE/RPC: the annotation names type, order number, hardware and firmware.

const answer = 2;
const headerBytes = 80;
const annotationBytes = 64;

/** Facts of one datagram. */
export const pnioFacts = (data: Buffer): DeviceFact[] => {
  if (data.length < headerBytes || data.readUInt8(0) !== 4 || data.readUInt8(1) !== answer) return [];
  // The annotation is the one long run of text in the answer: its place depends on the byte order and on the tower before it.
  const body = data.subarray(headerBytes);
  const found = /[ -~]{12,64}/.exec(body.toString('latin1'));
  if (found === null) return [];
  const bytes = body.subarray(found.index, found.index + annotationBytes);
  const said = cleanText(bytes).replace(/ {2,}/g, '  ').trim();
  const model = said.split(/ {2,}/)[0] ?? '';
  return [
    { field: 'description', value: said, raw: rawHex(bytes) },
    ...(model === '' || model === said ? [] : [{ field: 'model', value: model, raw: rawHex(bytes) }]),
    ...descriptionFacts(said),
  ];
};
