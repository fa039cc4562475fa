import { defineEvents } from '../../engine/events/types.ts';

export const exchangeEvents = defineEvents(
  { area: 'exchange', bound: 'site', retentionDays: 3650, audit: true },
  {
    'bundle-given-up': { severity: 'info', params: { bundleId: 'text' } },
    'bundle-imported': {
      severity: 'info',
      params: { bundleId: 'text', seq: 'integer', advisories: 'integer', updates: 'integer', objects: 'integer' },
    },
    'bundle-partial': { severity: 'warning', params: { bundleId: 'text', missing: 'integer' } },
    'bundle-refused': { severity: 'failure', params: { code: 'text', reason: 'text' } },
    'bundle-repeated': { severity: 'info', params: { bundleId: 'text' }, retentionDays: 365, audit: false },
    'clock-agreed': { severity: 'warning', params: { source: 'text', time: 'time', before: 'time', reason: 'text' } },
    'clock-doubtful': { severity: 'warning', params: { code: 'text', clock: 'time', floor: 'time' }, audit: false },
    'clock-back-asked': { severity: 'warning', params: { time: 'time', before: 'time', reason: 'text' } },
    'clock-back-refused': { severity: 'info', params: { reason: 'text' } },
    /** Two persons lowered the floor; `closed`: numbers of requests that no host could answer any more. */
    'clock-set-back': {
      severity: 'critical',
      params: { time: 'time', before: 'time', closed: 'text', persons: 'integer', reason: 'text' },
    },
    'inventory-reverted': { severity: 'warning', params: { from: 'text', to: 'text', reason: 'text' } },
    'key-expires-soon': {
      severity: 'warning',

      params: { role: 'text', version: 'integer', limitDays: 'integer', daysLeft: 'integer', expires: 'time' },
      // Longer than any of the files lives: it is also how the site knows that it has spoken.
      retentionDays: 1_200,
      audit: false,
    },
    'knowledge-stale': {
      severity: 'warning',
      params: { feed: 'text', ageDays: 'integer', limitDays: 'integer' },
      retentionDays: 90,
      audit: false,
    },
    'objects-collected': { severity: 'info', params: { objects: 'integer', bytes: 'integer' } },
    /** A feed is no longer in the catalogue of a bundle: its records are kept and age. */
    'feed-gone': { severity: 'warning', params: { feed: 'text' }, audit: false },
    'receipts-exported': { severity: 'info', params: { first: 'integer', last: 'integer' } },
    'request-exported': {
      severity: 'info',
      params: { number: 'integer', requestId: 'text', bytes: 'integer', medium: 'text' },
    },
    'root-updated': { severity: 'warning', params: { rootVersion: 'integer' } },
    /** The other side read the fingerprint of the site card, and it was the same. */
    'site-card-compared': { severity: 'info', params: { fingerprint: 'text' } },
    'site-card-exported': { severity: 'info', params: { fingerprint: 'text' } },
    'trust-imported': { severity: 'info', params: { rootVersion: 'integer', fingerprint: 'text' } },
    'trust-replaced': { severity: 'critical', params: { before: 'text', reason: 'text' } },
    'update-unfulfilled': {
      severity: 'warning',
      bound: 'catalog',
      area: 'updates',
      params: { update: 'text', reason: 'text' },
      retentionDays: 365,
      audit: false,
    },
  },
);
