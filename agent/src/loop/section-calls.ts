import { wireLimits } from '@sallyport/bundle-tools/protocol/common';
import { inHashOrder } from '@sallyport/bundle-tools/protocol/section';
import type { Section } from '../collectors/all.ts';

// Sections as they are sent: together in few calls.

/** A larger section goes alone; two calls of this size are far below what a server takes at once. */
const callBytes = 4 * 1024 * 1024;

export type WrittenSection = { section: Section; json: string };

/** A section as one of several in a call. */
const written = (section: Section): WrittenSection => {
  const { collection, hash, collectedAt, items } = section;
  return { section, json: JSON.stringify({ collection, hash, collectedAt, items: inHashOrder(items) }) };
};

/** Shares sections out over calls, in their order, one call at a time. */
export const sectionCalls = function* (
  sections: Iterable<Section>,
  perCall: number = wireLimits.sections,
  maxBytes: number = callBytes,
): Generator<WrittenSection[]> {
  let call: WrittenSection[] = [];
  let bytes = 0;
  for (const section of sections) {
    const next = written(section);
    const nextBytes = Buffer.byteLength(next.json);
    if (call.length > 0 && (call.length >= perCall || bytes + nextBytes > maxBytes)) {
      yield call;
      call = [];
      bytes = 0;
    }
    call.push(next);
    bytes += nextBytes;
  }
  if (call.length > 0) yield call;
};

/** The body of a call. */
export const callJson = (call: readonly WrittenSection[]): string =>
  `{"sections":[${call.map(({ json }) => json).join(',')}]}`;
