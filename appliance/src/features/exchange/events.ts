import { defineEvents } from '../../engine/events/types.ts';

export const exchangeEvents = defineEvents(
  { area: 'exchange', bound: 'site', retentionDays: 3650 },
  {
    'bundle-given-up': { severity: 'info', params: { bundleId: 'text' }, audit: true },
    'bundle-imported': {
      severity: 'info',
      params: { bundleId: 'text', seq: 'integer', advisories: 'integer', updates: 'integer', objects: 'integer' },
      audit: true,
    },
    'bundle-partial': { severity: 'warning', params: { bundleId: 'text', missing: 'integer' }, audit: true },
    'bundle-refused': { severity: 'failure', params: { code: 'text', reason: 'text' }, audit: true },
    'bundle-repeated': { severity: 'info', params: { bundleId: 'text' }, retentionDays: 365 },
    'clock-agreed': {
      severity: 'warning',
      params: { source: 'text', time: 'time', before: 'time', reason: 'text' },
      audit: true,
    },
    'clock-doubtful': { severity: 'warning', params: { code: 'text', clock: 'time', floor: 'time' } },
    'inventory-reverted': { severity: 'warning', params: { from: 'text', to: 'text', reason: 'text' }, audit: true },
    'key-expires-soon': {
      severity: 'warning',

      params: { role: 'text', version: 'integer', limitDays: 'integer', daysLeft: 'integer', expires: 'time' },
      // Longer than any of the files lives: it is also how the site knows that it has spoken.
      retentionDays: 1_200,
    },
    'knowledge-stale': {
      severity: 'warning',
      params: { feed: 'text', ageDays: 'integer', limitDays: 'integer' },
      retentionDays: 90,
    },
    'objects-collected': { severity: 'info', params: { objects: 'integer', bytes: 'integer' }, audit: true },
    /** A feed is no longer in the catalogue of a bundle: its records are kept and age. */
    'feed-gone': { severity: 'warning', params: { feed: 'text' } },
    'receipts-exported': { severity: 'info', params: { first: 'integer', last: 'integer' }, audit: true },
    'request-exported': {
      severity: 'info',
      params: { number: 'integer', requestId: 'text', bytes: 'integer', medium: 'text' },
      audit: true,
    },
    'root-updated': { severity: 'warning', params: { rootVersion: 'integer' }, audit: true },
    /** The other side read the fingerprint of the site card, and it was the same. */
    'site-card-compared': { severity: 'info', params: { fingerprint: 'text' }, audit: true },
    'site-card-exported': { severity: 'info', params: { fingerprint: 'text' }, audit: true },
    'trust-imported': { severity: 'info', params: { rootVersion: 'integer', fingerprint: 'text' }, audit: true },
    'trust-replaced': { severity: 'critical', params: { before: 'text', reason: 'text' }, audit: true },
    'update-unfulfilled': {
      severity: 'warning',
      bound: 'catalog',
      area: 'updates',
      params: { update: 'text', reason: 'text' },
      retentionDays: 365,
    },
  },
);
