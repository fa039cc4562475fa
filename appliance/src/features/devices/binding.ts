import type { EventService } from '../../engine/events/service.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';
import type { CallNotes } from './call-notes.ts';
import type { AuthRow, CertificateStore } from './certificate-store.ts';
import type { Refusals } from './refusals.ts';
import type { SourceStore } from './source-store.ts';
import type { DeviceStore } from './store.ts';
import type { Caller, IssuedCertificate, NewCertificate } from './types.ts';

// The native source's clients are bound to their device by certificates.

const keptBootIds = 8;

/** Certificates: kept when they are made, looked up on every request. */
export const certificateBinding = (parts: {
  db: Database;
  store: DeviceStore;
  sources: SourceStore;
  certificates: CertificateStore;
  events: EventService;
  refused: Refusals;
  notes: CallNotes;
  clock: () => number;
  reporting: (device: number, source: 'native') => number;
  /** Takes a certificate of a time that the database lost into it again. */
  returning: (issued: IssuedCertificate, from: string) => boolean;
}) => {
  const { db, store, sources, certificates, events, refused, notes, clock } = parts;

  /** What is known of a certificate, with what is not written yet. */
  const known = (fingerprint: string): AuthRow | undefined => {
    const row = certificates.auth(fingerprint);
    const isReplaced =
      row !== undefined &&
      notes
        .pendingUses(row.id)
        .some(
          (newer) => newer.fingerprint !== fingerprint && certificates.isReplacedBy(newer.fingerprint, fingerprint),
        );
    return isReplaced ? { ...row, certificateState: 'superseded' } : row;
  };

  const refusalReason = (row: AuthRow | undefined): string | undefined => {
    if (row === undefined) return 'unknown-certificate';
    if (row.deviceState !== 'managed') return `device-${row.deviceState}`;
    if (row.certificateState === 'revoked' || row.certificateState === 'superseded') return row.certificateState;
    return row.notAfter < clock() ? 'expired' : undefined;
  };

  return {
    knownCertificate: known,
    /** `renewed`: the certificate that it stands in place of. */
    recordCertificate: (enrolled: number, certificate: NewCertificate, renewed?: Caller): void =>
      immediate(db, () => {
        // It may have become part of another record while the certificate was made.
        const id = store.byId(enrolled) === undefined ? parts.reporting(enrolled, 'native') : enrolled;
        const device = store.byId(id);
        if (device === undefined) throw new AppError('NOT_FOUND', 'no such device');
        // Approval may have been taken back while the certificate was made.
        if (device.state !== 'managed') throw refused.refuse('CERTIFICATE', `device-${device.state}`, 'unknown', id);
        const sourceId = renewed?.sourceId ?? sources.byKey('native', certificate.keyDigest)?.id ?? null;
        certificates.addCertificate(id, certificate, sourceId, clock());
        if (!store.setEnrolled(id, clock())) return;
        events.record('device-enrolled', { device: id, params: { device: device.publicId } });
      }),
    authenticate: (
      fingerprint: string | undefined,
      from: string,
      more: { untimely?: string | undefined; issued?: () => IssuedCertificate | undefined } = {},
    ): Caller => {
      // A certificate that the database has is ours, and the appliance's own clock says whether it ended.
      const shown = fingerprint ?? more.untimely;
      let row = shown === undefined ? undefined : known(shown);
      if (fingerprint !== undefined && row === undefined && refused.allows(from)) {
        const certificate = more.issued?.();
        if (certificate !== undefined && parts.returning(certificate, from)) row = known(fingerprint);
      }
      const reason = shown === undefined ? 'no-certificate' : refusalReason(row);
      if (row !== undefined && reason === 'expired') throw refused.tell('CERTIFICATE_ENDED', from, row.id);
      if (shown === undefined || row === undefined || reason !== undefined) {
        throw refused.refuse('CERTIFICATE', reason ?? 'unknown-certificate', from, row?.id);
      }
      if (row.certificateState === 'issued') notes.noteUse({ fingerprint: shown, device: row.id, at: clock() });
      return { id: row.id, publicId: row.publicId, fingerprint: shown, sourceId: row.sourceId, bootIds: row.bootIds };
    },
    heard: (caller: Caller, call: { bootId: string; seq: number; version: string }): void => {
      const bootIds = notes.pendingBoots(caller.id) ?? caller.bootIds;
      if (!bootIds.startsWith(`["${call.bootId}"`)) {
        const earlier = JSON.parse(bootIds) as string[];
        if (earlier.includes(call.bootId)) {
          // A boot that was over speaks again: two machines take turns with one key, and which is the copy cannot be told.
          immediate(db, () => {
            store.hold(caller.id, 'two-boots');
            // Whichever is approved again, its boot was seen before: its first call would hold it once more.
            store.setBootIds(caller.id, '[]');
            notes.forgetBoots(caller.id);
            events.record('device-possible-clone', {
              device: caller.id,
              params: { device: caller.publicId, resembles: caller.publicId, reason: 'two-boots' },
            });
          });
          throw new AppError('POSSIBLE_CLONE', 'another machine uses the same key');
        }
        notes.noteBoots(caller.id, JSON.stringify([call.bootId, ...earlier].slice(0, keptBootIds)));
      }
      notes.note({ id: caller.id, sourceId: caller.sourceId, at: clock(), seq: call.seq, agentVersion: call.version });
    },
  };
};
