import * as z from 'zod';
import { encodeDocument, hex, parseDocument } from '../documents/fields.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import type { KeyFile } from './key-files.ts';
import { keyLabel } from './key-label.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// Who holds which key, as the makers of the keys wrote. Stays on the host: no document that crosses the gap has it.

const labelsSchema = z.strictObject({ format: z.literal('sallyport-labels/1'), labels: z.record(hex, keyLabel) });
const maxLabelsBytes = 64 * 1024;

/** The labels of keys by their ids. */
export const readLabels = (state: HostState): ReadonlyMap<string, string> =>
  new Map(
    isThere(state.labels)
      ? Object.entries(
          parseDocument(labelsSchema, readBounded(state.labels, maxLabelsBytes), 'labels.json', maxLabelsBytes).labels,
        )
      : [],
  );

/** Remembers the labels of key files. */
export const rememberLabels = (state: HostState, files: ReadonlyArray<KeyFile>): void => {
  const labels = new Map(readLabels(state));
  const known = labels.size;
  for (const { keyid, label } of files) if (label !== undefined) labels.set(keyid, label);
  if (labels.size === known && files.every(({ label }) => label === undefined)) return;
  writeFileDurable(
    state.labels,
    encodeDocument(labelsSchema, { format: 'sallyport-labels/1', labels: Object.fromEntries(labels) }, 'labels.json'),
    0o600,
  );
};
