import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { afterAll, expect, it } from 'vitest';
import { openEngines } from '../../../test/support/engines.ts';
import { wholeSite } from '../../platform/scope.ts';
import { encryptionErrors } from './encryption-errors.ts';

// Changes of one moment are of one report: each of these has its own.
let nowMs = Date.parse('2026-01-01T00:00:00Z');
const engines = await openEngines({ clock: () => nowMs });
afterAll(() => engines.close());

it('an error of encryption is an event when it comes, and no event while it stays', () => {
  const { inventory, events } = engines;
  const note = encryptionErrors({ inventory, events });
  const report = (volumes: Record<string, string | null>): string[] => {
    nowMs += 1_000;
    const items = Object.entries(volumes).map(([volume, error]) => ({ volume, state: 'encrypted', error }));
    const before = events.list({ scope: wholeSite('job'), type: ['encryption-error'], limit: 100 }).total;
    const { known } = inventory.putSection({
      device: 1,
      collection: 'encryption',
      source: 'native',
      hash: sectionHash(items),
      collectedAt: '2026-01-01T00:00:00Z',
      items,
    });
    if (!known) note({ device: 1, collection: 'encryption' });
    const made = events.list({ scope: wholeSite('job'), type: ['encryption-error'], limit: 100 });
    return made.rows.slice(0, made.total - before).map(({ params }) => `${params['volume']} ${params['error']}`);
  };
  expect(report({ 'C:': 'locked', 'D:': null })).toEqual(['C: locked']);
  expect(report({ 'C:': 'locked', 'D:': null })).toEqual([]);
  expect(report({ 'C:': 'locked', 'D:': 'lost key' })).toEqual(['D: lost key']);
  expect(report({ 'C:': 'other', 'D:': 'lost key' })).toEqual(['C: other']);
  expect(report({ 'C:': null, 'D:': 'lost key' })).toEqual([]);
});
