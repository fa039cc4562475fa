import { directorySourceFaults } from '../../discovery/source-rules.ts';
import { defineKind } from '../types.ts';

/** A directory that is polled over LDAP, or whose LDIF files are imported. */
export const kind = defineKind({
  name: 'directory-source',
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
});
