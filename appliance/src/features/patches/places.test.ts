import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { toFailure } from '../../platform/errors.ts';
import { apiApp } from '../../server/api/app.ts';
import { workKinds } from '../../work-kinds.ts';
import { oneLook } from '../worklist/look.ts';

// A window protects what it names, and what is not there cannot be protected.

const site = await openConsole();
const ann = await site.as('operator');
const { objects, controllers, accounts } = site.appliance;
afterAll(() => site.close());

const zone = objects.create(systemActor, 'controller-zone', { name: 'Dosing', level: '1' }).id;
controllers.ingest(
  systemActor,
  { type: 'capture', name: 'c' },
  ['PLC-L3-01', 'PLC-L3-07', 'Twin', 'Twin'].map((name, at) => ({
    observedAtMs: 1_000,
    method: 'query' as const,
    source: 's7',
    facts: [
      { field: 'name', value: name, raw: name },
      { field: 'vendor', value: 'Siemens', raw: 'Siemens' },
      { field: 'serial', value: `S${at}`, raw: `S${at}` },
      ...(at === 1 ? [{ field: 'zone', value: 'Old hall', raw: 'Old hall' }] : []),
    ],
    parts: [],
  })),
);
const plc =
  site.appliance.patches.controllers.list({ limit: 9 }).find(({ name }) => name === 'PLC-L3-07')?.id ?? 'none';
const sunday = { recurrence: '2nd Sunday 06-10' };
const other = objects.create(systemActor, 'controller-zone', { name: 'Z-CELL1 Intake', level: '1' }).id;
let made = 0;
const create = (body: object): unknown => {
  made += 1;
  try {
    const { id } = objects.ofAnyKind.create(systemActor, 'maintenance-window', {
      name: `W ${made}`,
      ...sunday,
      ...body,
    });
    return objects.get('maintenance-window', id).body;
  } catch (error) {
    return toFailure(error).details['fields'];
  }
};
const windowItems = () =>
  workKinds(entryParts(site.appliance))
    .filter(({ name }) => name === 'place-gone')
    .flatMap(({ find }) => find(systemActor, oneLook()));

describe('the zones and controllers of a window', () => {
  it('are refused where there is none of that name, with the nearest that there is', () => {
    expect(create({ zones: ['NO-SUCH-ZONE'] })).toEqual({
      zones: { key: 'validation.noZone', params: { names: 'NO-SUCH-ZONE' } },
    });
    expect(create({ zones: ['Dosing', 'Dosign'] })).toEqual({
      zones: { key: 'validation.noZoneNear', params: { names: 'Dosign', near: 'Dosing' } },
    });
    expect(create({ controllers: ['PLC-L3-70'] })).toEqual({
      controllers: { key: 'validation.noControllerNear', params: { names: 'PLC-L3-70', near: 'PLC-L3-07, PLC-L3-01' } },
    });
    // Two have this name: which one is meant is not known.
    expect(create({ controllers: ['Twin'] })).toEqual({
      controllers: { key: 'validation.severalControllers', params: { names: 'Twin' } },
    });
  });

  it('are kept by their ids, so that a new name of a zone takes nothing away from it', () => {
    expect(create({ zones: [' dosing '], controllers: ['plc-l3-07'] })).toMatchObject({
      zones: [zone],
      controllers: [plc],
    });
    expect(create({ zones: [zone, 'Dosing'], controllers: [plc] })).toMatchObject({
      zones: [zone],
      controllers: [plc],
    });
    expect(create({ zones: ['old'] })).toMatchObject({ zones: { key: 'validation.noZone' } });
    expect(create({ zones: ['z-cell1'] })).toMatchObject({ zones: [other] });
    // A zone of no object that a record has stays as the record has it.
    expect(create({ zones: ['Old hall'] })).toMatchObject({ zones: ['Old hall'] });
  });

  it('stand beside a time that is kept in English, with a time zone that there is', async () => {
    expect(create({ recurrence: 'every среду,жс 02-05', timeZone: 'Europe/Berlin' })).toMatchObject({
      recurrence: 'every Wed,Sun 02-05',
      timeZone: 'Europe/Berlin',
    });
    expect(create({ timeZone: 'Mars/Olympus' })).toEqual({ timeZone: { key: 'validation.timeZone' } });
    const near = (zones: string) => ({ timeZone: { key: 'validation.timeZoneNear', params: { near: zones } } });
    expect(create({ timeZone: 'Asia/Almatty' })).toEqual(near('Asia/Almaty'));
    expect(create({ timeZone: 'almaty' })).toEqual(near('Asia/Almaty'));
    expect(create({ timeZone: 'Europe/New York' })).toEqual(near('America/New_York'));
    expect(await ann.html(paths.windows())).toContain('every Wed,Sun 02-05, Europe/Berlin');
  });

  it('are refused by the page with what to do, and by the API', async () => {
    const page = await ann.post(paths.objectNew('maintenance-window'), {
      'f.name': 'By page',
      'f.recurrence': '2nd Sunday 06-10',
      'f.zones': 'NO-SUCH-ZONE',
    });
    expect(page.status).toBe(422);
    expect(await page.text()).toContain('No zone is called NO-SUCH-ZONE');
    const account = objects.findBy('account', 'name', 'admin')?.id ?? '';
    const token = accounts.createApiToken(systemActor, { name: 'windows', account }).secret;
    const api = await apiApp(entryParts(site.appliance)).request('/objects/maintenance-window', {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ body: { name: 'By API', ...sunday, controllers: ['NO-SUCH-PLC'] } }),
    });
    expect(api.status).toBe(422);
    expect(await api.text()).toContain('validation.noController');
    expect(objects.list({ kind: 'maintenance-window', limit: 100 }).rows.map(({ body }) => body['name'])).not.toContain(
      'By API',
    );
  });

  it('that stand from before are work for a person, and hinder no other change', async () => {
    const { id } = objects.create(systemActor, 'maintenance-window', { name: 'From before', ...sunday });
    const { db } = site.appliance;
    db.prepare("update object set body = json_set(body, '$.zones', json('[\"Gone\"]')) where id = ?").run(id);
    expect(windowItems()).toMatchObject([
      { key: `maintenance-window.${id}`, params: { name: 'From before', missing: 'Gone' } },
    ]);
    objects.update(systemActor, 'maintenance-window', id, { leadDays: 3 });
    expect(await ann.html(paths.windows())).toContain('Not there: Gone');
    expect(() => objects.update(systemActor, 'maintenance-window', id, { zones: ['Gone', 'Gone too'] })).toThrow();
    objects.update(systemActor, 'maintenance-window', id, { zones: [zone] });
    expect(windowItems()).toEqual([]);
  });

  it('keep a zone from being removed', () => {
    expect(() => objects.remove(systemActor, 'controller-zone', zone)).toThrow(/refers to it/);
  });
});
