import type { Database } from '../../platform/database.ts';
import type { DeviceCertificate, DeviceState, NewCertificate } from './types.ts';

/** What one look-up by certificate brings: everything that the hot path of a check-in needs. */
export type AuthRow = {
  id: number;
  publicId: string;
  deviceState: DeviceState;
  certificateState: DeviceCertificate['state'];
  serial: string;
  /** The client that it was made for. */
  sourceId: number | null;
  notAfter: number;
  bootIds: string;
};

/** SQL over the certificates of devices. */
export const certificateStore = (db: Database) => {
  const auth = db.prepare<[string], AuthRow>(
    `select device.id as id, device.public_id as publicId, device.state as deviceState, c.state as certificateState,
       c.serial as serial, c.source as sourceId, c.not_after as notAfter, device.boot_ids as bootIds
     from device_certificate c join device on device.id = c.device where c.fingerprint = +?`,
  );
  const addCertificate = db.prepare(
    `insert into device_certificate (fingerprint, device, serial, key_digest, state, not_before, not_after, issued_at, source)
     values (@fingerprint, @device, @serial, @keyDigest, 'issued', @notBefore, @notAfter, @now, @sourceId)`,
  );
  // Of the same client and of those that it replaced; a device may have another one that goes on.
  const supersede = db.prepare(
    `update device_certificate set state = 'superseded' where device = @device and fingerprint <> @fingerprint
       and state in ('issued', 'active')
       and issued_at <= (select issued_at from device_certificate where fingerprint = @fingerprint)
       and (source is null or @sourceId is null or source = @sourceId or not exists
         (select 1 from device_source x where x.id = device_certificate.source and x.state = 'approved'))`,
  );
  const activate = db.prepare<[number, string]>(
    `update device_certificate set state = 'active', first_used_at = ? where fingerprint = ? and state = 'issued'`,
  );
  const certificates = db.prepare<[number], DeviceCertificate>(
    `select fingerprint, serial, state, not_before as notBefore, not_after as notAfter, issued_at as issuedAt,
       first_used_at as firstUsedAt from device_certificate
     where device = ? order by issued_at desc, fingerprint`,
  );
  const dropCertificates = db.prepare<[number]>('delete from device_certificate where not_after < ?');
  const revokeCertificates = db.prepare<[number]>(`update device_certificate set state = 'revoked' where device = ?`);

  return {
    auth: (fingerprint: string): AuthRow | undefined => auth.get(fingerprint),
    addCertificate: (id: number, certificate: NewCertificate, sourceId: number | null, now: number): void =>
      void addCertificate.run({
        ...certificate,
        device: id,
        sourceId,
        now,
      }),
    activate: (id: number, fingerprint: string, sourceId: number | null, now: number): boolean => {
      const first = activate.run(now, fingerprint).changes > 0;
      if (first) supersede.run({ device: id, fingerprint, sourceId: sourceId });
      return first;
    },
    certificates: (id: number): DeviceCertificate[] => certificates.all(id),
    dropCertificates: (before: number): number => dropCertificates.run(before).changes,
    revoke: (device: number): void => void revokeCertificates.run(device),
  };
};

export type CertificateStore = ReturnType<typeof certificateStore>;
