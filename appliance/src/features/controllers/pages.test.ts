import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

// The pages of controllers without script: every button is a form.

const site = await openConsole();
const admin = await site.as('administrator');
const reading = (values: Record<string, string>, method: Reading['method']): Reading => ({
  observedAtMs: Date.UTC(2026, 1, 1),
  method,
  source: method === 'project' ? 'aml' : 's7',
  facts: Object.entries(values).map(([field, value]) => ({ field, value, raw: value })),
  parts: [
    {
      type: 'module',
      key: '0/3',
      facts: [{ field: 'orderNumber', value: '6ES7 521-1BH00-0AB0', raw: '6ES7 521-1BH00-0AB0' }],
    },
  ],
});
const cpu = { vendor: 'Siemens AG', serial: 'S C-J4R912', orderNumber: '6ES7 515-2AM02-0AB0', address: '10.5.0.2' };
const { controllers } = site.appliance;
controllers.ingest(systemActor, { type: 'capture', name: 'a.pcap' }, [
  reading({ ...cpu, firmware: 'V2.9.4' }, 'passive'),
]);
const taken = controllers.ingest(systemActor, { type: 'aml', name: 'b.aml' }, [
  reading({ ...cpu, firmware: 'V2.8', name: '=PLC-1' }, 'project'),
]);
const id = controllers.byId(taken.outcomes[0]?.controller ?? 0, wholeSite('job'))?.publicId ?? '';
afterAll(() => site.close());

const textOf = async (path: string, browser = admin): Promise<string> => (await browser.get(path)).text();

describe('controllers', () => {
  it('are listed, filtered by what they are, and exported as shown with formulas disarmed', async () => {
    expect(await textOf(paths.controllers({ q: '6ES7515-2AM02', drift: '1', vendor: 'Siemens' }))).toContain(
      paths.controller(id),
    );
    expect(await textOf(paths.controllers({ missing: '1' }))).not.toContain(paths.controller(id));
    const csv = await textOf(paths.controllersCsv());
    expect(csv).toContain("'=PLC-1");
    expect(csv).toContain('V2.9.4');
    expect(await textOf(paths.search({ q: 'S C-J4R912' }))).toContain(paths.controller(id));
  });

  it('say while half of an import shows', async () => {
    const { db } = site.appliance;
    const said = 'Being imported or taken back: b.aml';
    expect(await textOf(paths.controllers())).not.toContain(said);
    db.exec("update import_batch set state = 'taking' where name = 'b.aml'");
    expect(await textOf(paths.controllers())).toContain(said);
    db.exec("update import_batch set state = 'done' where name = 'b.aml'");
    expect(await textOf(paths.controllers())).not.toContain(said);
  });

  it('show read beside planned, modules, and on request what lost and why', async () => {
    const page = await textOf(paths.controller(id));
    for (const part of ['V2.9.4', 'V2.8', '6ES7 521-1BH00-0AB0', 'SIMATIC S7-1500', 'a.pcap'].slice(0, 4))
      expect(page).toContain(part);
    site.appliance.controllers.ingest(systemActor, { type: 'csv', name: 'c.csv' }, [
      {
        observedAtMs: Date.UTC(2026, 1, 2),
        method: 'csv',
        source: 'csv',
        facts: [
          { field: 'vendor', value: 'Siemens', raw: 'Siemens' },
          { field: 'serial', value: 'S C-J4R912', raw: 'S C-J4R912' },
          { field: 'firmware', value: 'V1.1', raw: 'V1.1' },
        ],
        parts: [],
      },
    ]);
    expect(await textOf(paths.controller(id))).not.toContain('V1.1</');
    expect(await textOf(paths.controller(id, { facts: 'all' }))).toContain('V1.1');
  });

  it('are entered with faults beside the fields, and decided one by one or by the whole filter', async () => {
    const wrong = await admin.post(paths.controllerEdit(id), { 'f.address': 'nowhere', 'f.name': 'Mixer' });
    expect(wrong.status).toBe(422);
    expect(await wrong.text()).toContain('value="nowhere"');
    expect((await admin.post(paths.controllerEdit(id), { 'f.name': 'Mixer', 'f.criticality': 'high' })).status).toBe(
      303,
    );
    expect(await textOf(paths.controller(id))).toContain('Mixer');
    expect((await admin.post(paths.controllerNew(), {})).status).toBe(422);
    expect((await admin.post(paths.controllerNew(), { 'f.name': 'Typed in' })).status).toBe(303);
    expect((await admin.post(paths.controllerDecide(id), { decision: 'unauthorised', reason: 'unknown' })).status).toBe(
      303,
    );
    const question = await admin.post(paths.controllersBulk(), {
      list: paths.controllers({ all: '1' }),
      action: 'authorised',
    });
    const asked = await question.text();
    expect(asked).toContain('2');
    const selection = /name="selection" value="([^"]+)"/.exec(asked)?.[1] ?? '';
    const fields = { selection, action: 'authorised', confirmed: '1' };
    expect((await admin.post(paths.controllersBulk(), fields)).status).toBe(303);
    expect(site.appliance.controllers.get(id, wholeSite('job')).decision).toBe('authorised');
    const viewer = await site.as('viewer');
    expect((await viewer.post(paths.controllerDecide(id), { decision: 'archived' })).status).toBe(403);
  });

  it('that may be one are merged after a question, and two again on request', async () => {
    const { controllers } = site.appliance;
    const other = controllers.create(systemActor, { name: 'Twin', address: '10.5.0.2' }).publicId;
    expect(await textOf(paths.controller(id))).toContain('Twin');
    expect(await (await admin.post(paths.controllerMerge(id), { other })).text()).toContain('Twin');
    expect((await admin.post(paths.controllerMerge(id), { other, confirmed: '1' })).status).toBe(303);
    expect(controllers.get(other, wholeSite('job')).state).toBe('merged');
    const merge = controllers.mergesOf(controllers.get(id, wholeSite('job')).id, wholeSite('job'))[0]?.id ?? 0;
    expect((await admin.post(paths.controllerUnmerge(id), { merge: String(merge) })).status).toBe(303);
    expect((await admin.post(paths.controllerApart(id), { other })).status).toBe(303);
    expect(await textOf(paths.controller(id))).not.toContain('Twin');
  });
});

describe('controllers of which something is not known, or only the site knows it', () => {
  it('say why a firmware is not known: in the list, on the page, in the file', async () => {
    const { controllers } = site.appliance;
    const take = (name: string, firmware: Reading['facts']): string => {
      const values = { vendor: 'Schneider Electric', model: 'BMX P34 2020', orderNumber: 'BMXP342020', name };
      const taken = controllers.ingest(systemActor, { type: 'identification', name }, [
        {
          observedAtMs: Date.UTC(2026, 1, 1),
          method: 'query',
          source: 'modbus',
          facts: [...Object.entries(values).map(([field, value]) => ({ field, value, raw: value })), ...firmware],
          parts: [],
        },
      ]);
      return controllers.byId(taken.outcomes[0]?.controller ?? 0, wholeSite('job'))?.publicId ?? '';
    };
    const silent = take('LK-silent', []);
    const refused = take('LK-refused', [{ field: 'firmware', error: 'denied-by-device', reason: 'exception 1' }]);
    const list = await textOf(paths.controllers({ missing: '1', q: 'LK-' }));
    const csv = await textOf(`${paths.controllersCsv()}?missing=1`);
    for (const said of [
      'firmware unknown: no source reported it',
      'firmware unknown: asked by Modbus/TCP, exception 1',
    ]) {
      expect(list).toContain(said);
      expect(csv).toContain(said);
    }
    expect(await textOf(paths.controller(silent))).toContain('firmware unknown: no source reported it');
    expect(await textOf(paths.controller(refused))).toContain('Asked by Modbus/TCP: exception 1.');
  });

  it('have the fields of the site as columns and filters, and in the file', async () => {
    const { objects, controllers } = site.appliance;
    const field = objects.create(systemActor, 'controller-field', { name: 'Cost centre', type: 'text' }).id;
    const one = controllers.create(systemActor, { name: 'CC-one', custom: ['Cost centre: 4711'] }).publicId;
    controllers.create(systemActor, { name: 'CC-two', custom: ['Cost centre: 4712'] });
    const found = await textOf(
      `${paths.controllers({ 'custom.Cost centre': '4711' })}&col=name&col=custom.Cost+centre`,
    );
    expect(found).toContain(paths.controller(one));
    expect(found).not.toContain('CC-two');
    expect(found).toContain('>4711<');
    expect(await textOf(paths.controllers({ q: 'CC-' }))).toContain(
      '<option value="custom.Cost centre">Cost centre</option>',
    );
    const csv = await textOf(`${paths.controllersCsv()}?custom.Cost+centre=4712`);
    expect(csv).toContain('Cost centre');
    expect(csv).toContain('CC-two');
    expect(csv).not.toContain('CC-one');
    objects.remove(systemActor, 'controller-field', field);
  });

  it('known by a CIP identity have its catalogue number where that is certain, else are too little known', async () => {
    const { controllers, controllerFindings } = site.appliance;
    const seen = (cipTuple: string): number =>
      controllers.ingest(systemActor, { type: 'capture', name: cipTuple }, [
        {
          observedAtMs: Date.UTC(2026, 1, 1),
          method: 'passive',
          source: 'enip',
          facts: [
            { field: 'cipTuple', value: cipTuple, raw: cipTuple },
            { field: 'serial', value: `0x6000${cipTuple.replaceAll('/', '')}`, raw: '' },
          ],
          parts: [],
        },
      ]).outcomes[0]?.controller ?? 0;
    const [known, unknown] = [seen('1/12/58'), seen('1/12/9999')];
    expect(controllers.parts(known)[0]?.observed).toMatchObject({
      vendor: 'Rockwell Automation',
      orderNumber: '1756-ENBT',
    });
    const map = site.appliance.db
      .prepare<[], string>("select map from controller_fact where value = '1756-ENBT'")
      .pluck()
      .get();
    expect(map).toContain('cip/1');
    const page = await textOf(paths.controller(controllers.byId(known, wholeSite('job'))?.publicId ?? ''));
    expect(page).toContain('worked out with the tables of makers, product families, CIP product codes, version 1');
    expect(page).not.toContain('cip/1');
    const lacks = (controller: number): string[] =>
      controllerFindings.coverage(controller).reasons.map(({ code }) => code);
    expect(lacks(known)).toEqual(['no-advisories']);
    expect(controllers.parts(unknown)[0]?.observed['orderNumber']).toBeUndefined();
    expect(lacks(unknown)).toEqual(['too-little']);
    expect(await textOf(paths.controller(controllers.byId(unknown, wholeSite('job'))?.publicId ?? ''))).toContain(
      'Too little is known to compare: 1',
    );
  });

  it('that publish on Ethernet show each of their control blocks, and no columns of it where none does', async () => {
    const { controllers } = site.appliance;
    const fact = (field: string, value: string) => ({ field, value, raw: value });
    const seen = (mac: string, service: string, facts: ReturnType<typeof fact>[]): string => {
      const { outcomes } = controllers.ingest(systemActor, { type: 'capture', name: mac }, [
        {
          observedAtMs: Date.UTC(2026, 1, 2),
          method: 'passive',
          source: 'capture',
          facts: [fact('mac', mac)],
          parts: [{ type: 'service', key: service, facts }],
        },
      ]);
      return paths.controller(controllers.byId(outcomes[0]?.controller ?? 0, wholeSite('job'))?.publicId ?? '');
    };
    const block = 'IED1LD0/LLN0$GO$gcb1';
    const published = await textOf(
      seen('0a:00:00:00:00:01', `ethernet/${block}`, [
        fact('transport', 'ethernet'),
        fact('protocol', 'goose'),
        fact('endpoint', block),
        fact('identifier', 'Interlocking'),
        fact('dataSet', 'IED1LD0/LLN0$DS1'),
      ]),
    );
    for (const text of ['GOOSE (IEC 61850)', block, 'Interlocking', 'IED1LD0/LLN0$DS1', '0a:00:00:00:00:01'])
      expect(published).toContain(text);
    const served = await textOf(seen('0a:00:00:00:00:02', 'tcp/102', [fact('protocol', 's7')]));
    expect(served).toContain('S7comm');
    for (const column of ['Endpoint', 'GOOSE identifier', 'Data set']) {
      expect(published).toContain(column);
      expect(served).not.toContain(column);
    }
  });
});
