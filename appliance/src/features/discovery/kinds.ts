import { defineKinds } from '../../engine/objects/types.ts';
import { addressRangeFaults, directorySourceFaults } from './source-rules.ts';

export const discoveryKinds = defineKinds({
  /** Addresses that may be asked whether something answers; or that may never be, because controllers live there. */
  'address-range': {
    bound: 'site',
    row: 'D1',
    area: 'devices',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 100 },
      network: { type: 'text', required: true, max: 40 },
      controllers: { type: 'boolean', default: false },
      enabled: { type: 'boolean', default: false },
      ports: { type: 'list', max: 12 },
      ping: { type: 'boolean', default: false },
      ratePerSecond: { type: 'integer', min: 1, max: 50, default: 5 },
      /** 0: by hand only. */
      everyHours: { type: 'integer', min: 0, max: 720, default: 0 },
      /** Hours of the day in which it may run, in the appliance's time; both or none. */
      fromTime: { type: 'text', max: 5 },
      untilTime: { type: 'text', max: 5 },
      /** SHA-256 of the confirmed plan, and who confirmed it. */
      confirmedPlan: { type: 'text', max: 64, internal: true },
      confirmedBy: { type: 'text', max: 100, internal: true },
    },
    check: addressRangeFaults,
    leaves: null,
  },
  /** A directory that is polled over LDAP, or whose LDIF files are imported. */
  'directory-source': {
    bound: 'site',
    row: 'D2',
    area: 'devices',
    title: 'name',
    fields: {
      name: { type: 'text', required: true, unique: true, max: 100 },
      host: { type: 'text', required: true, max: 253 },
      port: { type: 'integer', min: 1, max: 65_535, default: 636 },
      security: { type: 'choice', options: ['ldaps', 'starttls', 'plain'], default: 'ldaps' },
      /** PEM: what signed the certificate of the directory. */
      ca: { type: 'multiline', max: 20_000 },
      /** SHA-256 of the certificate itself. */
      fingerprint: { type: 'text', max: 95 },
      /** The name in the certificate, where it is not the host. */
      tlsName: { type: 'text', max: 253 },
      acceptPlain: { type: 'boolean', default: false },
      bindDn: { type: 'text', max: 500, personal: true },
      password: { type: 'secret', max: 500 },
      baseDns: { type: 'list', max: 20 },
      userFilter: { type: 'text', max: 2_000 },
      groupFilter: { type: 'text', max: 2_000 },
      unitFilter: { type: 'text', max: 2_000 },
      computerFilter: { type: 'text', max: 2_000 },
      pageSize: { type: 'integer', min: 10, max: 1_000, default: 500 },
      /** 0: by hand only. */
      everyHours: { type: 'integer', min: 0, max: 720, default: 0 },
      disabled: { type: 'boolean', default: false },
    },
    check: directorySourceFaults,
    leaves: null,
  },
});
