import { defineEvents } from '../../engine/events/types.ts';

export const accountEvents = defineEvents(
  { area: 'accounts', bound: 'site', audit: true },
  {
    /** A refused request of a known actor, or a refused form; the address without its parts. */
    'access-refused': {
      severity: 'warning',
      params: { code: 'text', path: 'text', count: 'integer' },
      retentionDays: 365,
    },
    'account-change-approved': { severity: 'info', params: { kind: 'text', object: 'text' }, retentionDays: 3650 },
    'account-change-asked': { severity: 'info', params: { kind: 'text', object: 'text' }, retentionDays: 3650 },
    'account-change-refused': { severity: 'info', params: { kind: 'text', object: 'text' }, retentionDays: 3650 },
    'account-reset-at-console': { severity: 'critical', params: { account: 'text' }, retentionDays: 3650 },
    'account-vouched': { severity: 'info', params: { account: 'text' }, retentionDays: 3650 },
    /** The only person who could approve approved what he asked for himself. */
    'approved-by-one-person': { severity: 'warning', params: { act: 'text', thing: 'text' }, retentionDays: 1_095 },
    'first-link-used': { severity: 'info', params: { account: 'text' }, retentionDays: 365 },
    'login-failed': {
      severity: 'warning',
      params: { account: 'text', reason: 'text', count: 'integer' },
      retentionDays: 365,
    },
    'login-succeeded': { severity: 'info', params: { account: 'text' }, retentionDays: 365 },
    logout: { severity: 'info', params: { account: 'text' }, retentionDays: 180, audit: false },
    'one-time-link-made': { severity: 'info', params: { account: 'text' }, retentionDays: 365 },
    'password-changed': { severity: 'info', params: { account: 'text' }, retentionDays: 365 },
    'role-view-ended': { severity: 'info', params: { role: 'text' }, retentionDays: 365 },
    /** A person sees the console as a role alone would. */
    'role-view-started': { severity: 'info', params: { role: 'text' }, retentionDays: 365 },
    'second-factor-disabled': { severity: 'warning', params: { account: 'text' }, retentionDays: 365 },
    'second-factor-enabled': { severity: 'info', params: { account: 'text' }, retentionDays: 365 },
    'sessions-ended': { severity: 'info', params: { account: 'text', count: 'integer' }, retentionDays: 365 },
    'setting-change-approved': { severity: 'info', params: { kind: 'text', object: 'text' }, retentionDays: 3650 },
    'setting-change-asked': { severity: 'info', params: { kind: 'text', object: 'text' }, retentionDays: 3650 },
    'setting-change-refused': { severity: 'info', params: { kind: 'text', object: 'text' }, retentionDays: 3650 },
    'token-refused': { severity: 'warning', params: { reason: 'text', count: 'integer' }, retentionDays: 180 },
  },
);
