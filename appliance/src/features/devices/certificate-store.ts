import type { Changed } from '../../engine/changes/types.ts';
import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';
import type { DeviceCertificate, DeviceState, NewCertificate } from './types.ts';

/** When the last certificate of the managed device `d` ends, or ended; null where it has none. */
export const certificateEndsSql = `select max(c.not_after) from device_certificate c
  where c.device = d.id and c.state in ('issued', 'active') and d.state = 'managed'`;

/** The devices, as `device`, whose last certificate ended before a moment, its one parameter. */
export const endedSql = `select distinct c.device as device from (select ? as now) moment
  cross join device_certificate c indexed by device_certificate_end cross join device d on d.id = c.device
  where c.state in ('issued', 'active') and c.not_after < moment.now and d.state = 'managed' and not exists
    (select 1 from device_certificate later where later.device = c.device and later.state in ('issued', 'active')
      and later.not_after >= moment.now)`;

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

type FirstUse = { device: number; serial: string };

/** SQL over the certificates of devices. */
export const certificateStore = (db: Database, changed: Changed) => {
  const sql = statements(db);
  const addCertificate = sql.run(
    `insert into device_certificate (fingerprint, device, serial, key_digest, state, not_before, not_after, issued_at, source)
     values (@fingerprint, @device, @serial, @keyDigest, 'issued', @notBefore, @notAfter, @now, @sourceId)`,
  );
  // Of the same client and of those that it replaced; a device may have another one that goes on.
  const isReplacedSql = `state in ('issued', 'active') and exists
    (select 1 from device_certificate newer where newer.fingerprint = ?1 and newer.device = device_certificate.device
       and newer.fingerprint <> device_certificate.fingerprint and device_certificate.issued_at <= newer.issued_at
       and (device_certificate.source is null or newer.source is null or device_certificate.source = newer.source or not exists
         (select 1 from device_source x where x.id = device_certificate.source and x.state = 'approved')))`;
  const supersede = sql.run<[newer: string, device: number]>(
    `update device_certificate set state = 'superseded' where device = ?2 and ${isReplacedSql}`,
  );
  const activate = sql.get<[fingerprint: string, now: number], FirstUse>(
    `update device_certificate set state = 'active', first_used_at = ?2 where fingerprint = ?1 and state = 'issued'
     returning device, serial`,
  );

  return {
    auth: sql.get<[fingerprint: string], AuthRow>(
      `select device.id as id, device.public_id as publicId, device.state as deviceState, c.state as certificateState,
       c.serial as serial, c.source as sourceId, c.not_after as notAfter, device.boot_ids as bootIds
     from device_certificate c join device on device.id = c.device where c.fingerprint = +?`,
    ),
    addCertificate: (id: number, certificate: NewCertificate, sourceId: number | null, now: number): void => {
      addCertificate({
        ...certificate,
        device: id,
        sourceId,
        now,
      });
      changed('client', [id]);
    },
    /** It is in use since then, and those that it replaced are not any more; undefined where that is known or it was revoked. */
    use: (fingerprint: string, at: number): FirstUse | undefined => {
      const first = activate(fingerprint, at);
      if (first !== undefined) supersede(fingerprint, first.device);
      return first;
    },
    /** Whether a certificate in use would replace this one. */
    isReplacedBy: sql.has<[newer: string, fingerprint: string]>(
      `select 1 from device_certificate where fingerprint = ?2 and ${isReplacedSql}`,
    ),
    certificates: sql.all<[id: number], DeviceCertificate>(
      `select fingerprint, serial, state, not_before as notBefore, not_after as notAfter, issued_at as issuedAt,
       first_used_at as firstUsedAt from device_certificate
     where device = ? order by issued_at desc, fingerprint`,
    ),
    // The last one that a device had stays: by it the device is told apart from one that never had any, and may ask for another.
    dropCertificates: sql.changes<[before: number]>(
      `delete from device_certificate where not_after < ? and (state in ('superseded', 'revoked') or exists
         (select 1 from device_certificate later where later.device = device_certificate.device
           and later.state in ('issued', 'active') and later.not_after > device_certificate.not_after))`,
    ),
    /** Living ones of which the end lies between two times. */
    endingBetween: sql.count<[after: number, upTo: number]>(
      `select count(*) as n from device_certificate where state in ('issued', 'active') and not_after > ? and not_after <= ?`,
    ),
    revoke: sql.run<[device: number]>(`update device_certificate set state = 'revoked' where device = ?`),
  };
};

export type CertificateStore = ReturnType<typeof certificateStore>;
