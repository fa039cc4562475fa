import { afterAll, describe, expect, it } from 'vitest';
import { openAppliance } from '../../../test/support/appliance.ts';
import { addDevices } from '../../../test/support/fleet.ts';
import { systemActor } from '../../engine/objects/types.ts';

const site = await openAppliance();
afterAll(() => site.stop());
const { objects } = site;
const inHall = objects.create(systemActor, 'group', { name: 'Hall' }).id;
const inLine = objects.create(systemActor, 'group', { name: 'Line', parent: inHall }).id;
const [device = 0, other = 0] = addDevices(site.db, [{}, {}]);
objects.put(systemActor, 'device-decision', `device-${device}`, { group: inLine });
const noon = Date.UTC(2026, 11, 5, 12);
const window = (name: string, recurrence: string, body: object) =>
  objects.create(systemActor, 'maintenance-window', { name, recurrence, timeZone: 'UTC', ...body }).id;
const opening = (of = device) => site.windows.openFor(of, noon);

describe('whether a device may be changed', () => {
  it('follows the windows of objects: none, of the site, of a group above, of its group, of it', () => {
    expect(opening()).toEqual({ state: 'none', minutesLeft: 0 });
    window('Of controllers', 'daily 00-24', {});
    expect(opening()).toEqual({ state: 'none', minutesLeft: 0 });
    const ofSite = window('Site', 'daily 11-13', { for: 'computers' });
    expect(opening()).toEqual({
      state: 'open',
      windowId: ofSite,
      endsAtMs: Date.UTC(2026, 11, 5, 13),
      minutesLeft: 60,
    });
    window('Hall', 'daily 13-14', { for: 'computers', groups: [inHall] });
    expect(opening()).toMatchObject({ state: 'closed', opensAtMs: Date.UTC(2026, 11, 5, 13) });
    expect(opening(other)).toMatchObject({ state: 'open', windowId: ofSite });
    const ofLine = window('Line', 'daily 12-14', { for: 'both', groups: [inLine], zones: [] });
    expect(opening()).toMatchObject({ state: 'open', windowId: ofLine });
    const own = window('Own', 'day last 00-24', { for: 'computers', devices: [`device-${device}`] });
    expect(opening()).toMatchObject({ state: 'closed', windowId: own });
    objects.remove(systemActor, 'maintenance-window', own);
    expect(opening()).toMatchObject({ state: 'open', windowId: ofLine });
    objects.put(systemActor, 'device-decision', `device-${device}`, { group: inHall });
    expect(opening()).toMatchObject({ state: 'closed' });
    expect(opening(99)).toEqual({ state: 'none', minutesLeft: 0 });
  });

  it('leaves the calendar of controllers to windows for controllers', () => {
    expect(site.windows.ofControllers().map(({ name }) => name)).toEqual(['Line', 'Of controllers']);
  });
});
