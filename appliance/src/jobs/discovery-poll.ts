import { actorOfRef } from '../engine/objects/types.ts';
import { type DiscoveryPayload, pollJobKind } from '../features/discovery/types.ts';
import { runJobs } from './worker.ts';

/** Reads a directory, by request or by schedule. */
await runJobs(pollJobKind, async (payload, { appliance, progress, signal }) => {
  const { id, actor, label } = payload as DiscoveryPayload;
  return appliance.discovery.poll(id, actorOfRef(actor, label), { signal, onProgress: progress });
});
