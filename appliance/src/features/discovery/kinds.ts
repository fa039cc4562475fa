import { defineKinds } from '../../engine/objects/types.ts';
import { addressRangeFaults, directorySourceFaults } from './source-rules.ts';

export const discoveryKinds = defineKinds({
  /** Addresses that may be asked whether something answers; or that may never be, because controllers live there. */
  'address-range': {
    bound: 'site',
    row: 'D1',
    area: 'devices',
    title: 'name',
    strict: { enabled: false },
    approval: {
      fields: ['confirmedPlan', 'confirmedBy'],
      of: ['network', 'controllers', 'ports', 'ping', 'ratePerSecond'],
    },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      network: { returns: 'anew', type: 'text', required: true, max: 40 },
      controllers: { returns: 'anew', strict: { controllers: true, enabled: false }, type: 'boolean', default: false },
      enabled: { returns: 'anew', type: 'boolean', default: false },
      ports: { returns: 'anew', type: 'list', max: 12 },
      ping: { returns: 'anew', type: 'boolean', default: false },
      ratePerSecond: { returns: 'anew', type: 'integer', min: 1, max: 50, default: 5 },
      /** 0: by hand only. */
      everyHours: { returns: 'anew', strict: { everyHours: 0 }, type: 'integer', min: 0, max: 720, default: 0 },
      /** Hours of the day in which it may run, in the appliance's time; both or none. */
      fromTime: { returns: 'anew', type: 'text', max: 5 },
      untilTime: { returns: 'anew', type: 'text', max: 5 },
      /** SHA-256 of the confirmed plan, and who confirmed it. */
      confirmedPlan: { returns: 'never', type: 'text', max: 64, internal: true },
      confirmedBy: { returns: 'never', type: 'text', max: 100, internal: true },
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
    strict: { disabled: true },
    fields: {
      name: { returns: 'freely', type: 'text', required: true, unique: true, max: 100 },
      host: { returns: 'anew', type: 'text', required: true, max: 253 },
      port: { returns: 'anew', type: 'integer', format: 'port', min: 1, max: 65_535, default: 636 },
      security: { returns: 'anew', type: 'choice', options: ['ldaps', 'starttls', 'plain'], default: 'ldaps' },
      /** PEM: what signed the certificate of the directory. */
      ca: { returns: 'anew', type: 'multiline', max: 20_000 },
      /** SHA-256 of the certificate itself. */
      fingerprint: { returns: 'anew', type: 'text', max: 95 },
      /** The name in the certificate, where it is not the host. */
      tlsName: { returns: 'anew', type: 'text', max: 253 },
      acceptPlain: { returns: 'anew', type: 'boolean', default: false },
      bindDn: { returns: 'anew', type: 'text', max: 500, personal: true },
      password: { returns: 'freely', type: 'secret', max: 500 },
      baseDns: { returns: 'freely', type: 'list', max: 20 },
      userFilter: { returns: 'freely', type: 'text', max: 2_000 },
      groupFilter: { returns: 'freely', type: 'text', max: 2_000 },
      unitFilter: { returns: 'freely', type: 'text', max: 2_000 },
      computerFilter: { returns: 'freely', type: 'text', max: 2_000 },
      pageSize: { returns: 'freely', type: 'integer', min: 10, max: 1_000, default: 500 },
      /** 0: by hand only. */
      everyHours: { returns: 'anew', strict: { everyHours: 0 }, type: 'integer', min: 0, max: 720, default: 0 },
      disabled: { returns: 'anew', type: 'boolean', default: false },
    },
    check: directorySourceFaults,
    leaves: null,
  },
});
