import { type Database, immediate } from '../../platform/database.ts';
import type { SourceStore } from './source-store.ts';
import type { DeviceStore } from './store.ts';
import type { Device, Discovery } from './types.ts';

export type Introduction = Discovery & {
  /** What its agent calls itself; may be empty. */
  clientId: string;
};

type Parts = {
  db: Database;
  store: DeviceStore;
  sources: SourceStore;
  discover(seen: Discovery): { device: Device; created: boolean } | undefined;
};

/**
 * A machine that cannot speak is brought before the administrators: its record waits for approval like that of a client,
 * through the source `offline`. What is known already stays as it is.
 */
export const introduction =
  ({ db, store, sources, discover }: Parts) =>
  (seen: Introduction): { device: Device; created: boolean } | undefined =>
    immediate(db, () => {
      const found = discover(seen);
      if (found === undefined) return undefined;
      const { device, created } = found;
      if (device.state === 'discovered') {
        sources.insert(
          {
            device: device.id,
            source: 'offline',
            clientId: seen.clientId || device.publicId,
            keyDigest: null,
            token: null,
            state: 'pending',
            agent: seen.facts.agentVersion ?? '',
            from: '',
            // The record says the same.
            claim: null,
          },
          seen.at,
        );
        store.setWaiting(device.id);
      }
      // Nothing else says when it was last known to be as it is.
      if (sources.ofDevice(device.id).every(({ source }) => source === 'offline')) store.seenAt(device.id, seen.at);
      return { device: store.byId(device.id) ?? device, created };
    });
