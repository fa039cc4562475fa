import type { EventService } from '../../engine/events/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import type { CertificateStore } from './certificate-store.ts';
import type { SourceStore } from './source-store.ts';
import type { DeviceStore } from './store.ts';
import type { IssuedCertificate, LostCertificates } from './types.ts';

// After the database went back, devices that enrolled or renewed since hold certificates of our CA that it does not know. Who proves
// the private key of one that was issued in the time that is lost is let in again, or waits for a person where it is not known
// what was taken away since.

type Parts = {
  db: Database;
  store: DeviceStore;
  sources: SourceStore;
  certificates: CertificateStore;
  events: EventService;
  clock: () => number;
  /** The appliance lets a device in by this client, and no other that waits. */
  letIn: (id: number, client: string) => void;
  lost: LostCertificates;
};

/** Takes a certificate of the time that is lost into the database again; whether it did. */
export const returning =
  ({ db, store, sources, certificates, events, clock, letIn, lost }: Parts) =>
  (issued: IssuedCertificate, from: string): boolean =>
    immediate(db, () => {
      const standing = lost(issued.publicId, issued.issuedAt);
      if (standing === undefined) return false;
      const known = store.byPublicId(issued.publicId);
      if (known?.state === 'revoked') return false;
      const id =
        known?.id ??
        store.insert(
          {
            publicId: issued.publicId,
            state: 'pending',
            kind: 'computer',
            uuid: null,
            serial: null,
            macs: [],
            // Its inventory says the rest; it is asked for at once.
            hostname: '',
            os: '',
            arch: '',
            agentVersion: '',
            from,
            token: null,
            group: null,
            heldReason: null,
            resembles: null,
          },
          clock(),
        );
      store.setWaiting(id);
      const own = sources.ofDevice(id).find(({ source, state }) => source === 'native' && state === 'approved');
      const sourceId =
        sources.byKey('native', issued.keyDigest)?.id ??
        own?.id ??
        sources.insert(
          {
            device: id,
            source: 'native',
            clientId: issued.keyDigest,
            keyDigest: issued.keyDigest,
            token: null,
            state: 'pending',
            agent: '',
            from,
            claim: null,
          },
          clock(),
        );
      certificates.addCertificate(id, issued, sourceId, clock());
      const row = sources.byId(sourceId);
      const isWaiting = row?.state === 'pending' || row?.state === 'held';
      // What is managed already has only renewed; its certificate of before proves no less. Nothing else that waits is let on by it.
      const isManaged = known?.state === 'managed';
      if ((standing === 'known' || isManaged) && (isWaiting || row?.state === 'approved')) letIn(id, row.clientId);
      else if (!isManaged)
        events.record('device-pending', { device: id, params: { device: issued.publicId, address: from } });
      events.record('device-returned', { device: id, params: { device: issued.publicId, serial: issued.serial } });
      return true;
    });
