import { createReadStream, rmSync } from 'node:fs';
import { actorOfRef } from '../engine/objects/types.ts';
import { type DiscoveryPayload, importJobKind } from '../features/discovery/types.ts';
import { runJobs } from './worker.ts';

const chunkBytes = 1 << 18;

/** Takes a directory from an LDIF file that the console was given. */
await runJobs(importJobKind, async (payload, { appliance, progress, signal }) => {
  const { id, actor, label, path = '' } = payload as DiscoveryPayload;
  progress({ step: 'store', entries: 0 });
  try {
    const bytes = createReadStream(path, { highWaterMark: chunkBytes, signal });
    return await appliance.discovery.importLdif(actorOfRef(actor, label), id, bytes);
  } finally {
    // A run that the end of the server cut off begins again and needs it.
    if (!signal.aborted) rmSync(path, { force: true });
  }
});
