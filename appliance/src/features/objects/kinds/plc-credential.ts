import { credentialFaults } from '../../plcs/identify/job-rules.ts';
import { defineKind } from '../types.ts';

/** Who a controller's SNMP agent lets read: a user of version 3, or the community of version 2c. */
export const kind = defineKind({
  name: 'plc-credential',
  row: 'P1',
  area: 'devices',
  title: 'name',
  fields: {
    name: { type: 'text', required: true, unique: true, max: 100 },
    /** Version 3. */
    user: { type: 'secret', max: 64 },
    authBy: { type: 'choice', options: ['none', 'sha1', 'sha256'], default: 'none' },
    authPassword: { type: 'secret', max: 128 },
    privacyPassword: { type: 'secret', max: 128 },
    /** Version 2c: readable on the wire. */
    community: { type: 'secret', max: 128 },
  },
  check: credentialFaults,
  leaves: null,
});
