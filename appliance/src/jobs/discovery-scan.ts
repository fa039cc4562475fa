import { actorOfRef } from '../engine/objects/types.ts';
import { type DiscoveryPayload, scanJobKind } from '../features/discovery/types.ts';
import { runJobs } from './worker.ts';

/** Asks the addresses of a range. */
await runJobs(scanJobKind, async (payload, { appliance, progress, signal }) => {
  const { id, actor, label } = payload as DiscoveryPayload;
  return appliance.discovery.scan(id, actorOfRef(actor, label), { signal, onProgress: progress });
});
