import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

const dayMs = 86_400_000;
const kind = 'maintenance-window';

describe('the window that an upgrade leaves', () => {
  let site: ApiSite;
  let device: { id: number; publicId: string };
  let other: { id: number; publicId: string };
  beforeEach(async () => {
    site = await openApiSite();
    device = site.device('station-1');
    other = site.device('station-2');
  });
  afterEach(() => site.close());

  const order = (id: number): string => {
    const { objects, db } = site.appliance;
    const deployment = objects.create(systemActor, 'deployment', { name: 'curl', updates: ['u'] }).id;
    db.prepare(
      "INSERT INTO task (id, deployment, device, update_id, state, queued_at) VALUES (?, ?, ?, 'u', 'queued', '2026-01-01T00:00:00Z')",
    ).run(`order-${id}`, deployment, id);
    return deployment;
  };
  /** As if the step of the schema was taken then. */
  const upgraded = (msAgo: number): void => {
    const { db, time } = site.appliance;
    db.prepare('UPDATE schema_step SET at = ? WHERE version = 109').run(time.now() - msAgo);
  };
  const windows = () => site.appliance.objects.list({ kind, limit: 10 }).rows.map(({ body }) => body);
  const state = (id: number, afterDays = 0) =>
    site.appliance.windows.openFor(id, site.appliance.time.now() + afterDays * dayMs).state;

  it('is for what had deployments alone, and ends after 90 days', () => {
    order(device.id);
    upgraded(-1_000);
    site.appliance.windows.keepUndecided();
    expect(windows()).toMatchObject([{ for: 'computers', devices: [device.publicId], groups: [] }]);
    expect([state(device.id), state(device.id, 89), state(device.id, 92), state(other.id)]).toEqual([
      'open',
      'open',
      'closed',
      'none',
    ]);
    site.appliance.windows.keepUndecided();
    expect(windows()).toHaveLength(1);
    expect(site.appliance.windows.undecided()).toMatchObject([{ name: 'At any time, not decided yet' }]);
  });

  it('is not made at a site that is new, nor again once it was taken away', () => {
    site.appliance.windows.keepUndecided();
    order(device.id);
    upgraded(1_000);
    site.appliance.windows.keepUndecided();
    expect(windows()).toEqual([]);
    upgraded(-1_000);
    site.appliance.windows.keepUndecided();
    const [made] = site.appliance.objects.list({ kind, limit: 1 }).rows;
    site.appliance.objects.remove(systemActor, kind, made?.id ?? '');
    site.appliance.windows.keepUndecided();
    expect(windows()).toEqual([]);
  });

  it('is decided by a change of it', () => {
    order(device.id);
    upgraded(-1_000);
    site.appliance.windows.keepUndecided();
    const [made] = site.appliance.objects.list({ kind, limit: 1 }).rows;
    site.appliance.objects.update(systemActor, kind, made?.id ?? '', { recurrence: 'daily 02-05' });
    expect(site.appliance.windows.undecided()).toEqual([]);
  });

  it('is missed where devices with orders have none', () => {
    order(device.id);
    expect(site.appliance.windows.without(wholeSite('job'), 10)).toBe(1);
    site.appliance.objects.create(systemActor, kind, { name: 'night', recurrence: 'daily 02-05', for: 'computers' });
    expect(site.appliance.windows.without(wholeSite('job'), 10)).toBe(0);
  });
});
