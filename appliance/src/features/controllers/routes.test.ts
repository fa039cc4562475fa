import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { systemActor } from '../../engine/objects/types.ts';

const site = await openApiSite();
const token = site.tokenOf('administrator');
afterAll(() => site.close());

const reading = (values: Record<string, string>, method: Reading['method'], observedAtMs: number): Reading => ({
  observedAtMs,
  method,
  source: method === 'csv' ? 'csv' : 's7',
  facts: Object.entries(values).map(([field, value]) => ({ field, value, raw: value })),
  parts: [],
});

const call = (method: string, path: string, body?: unknown) =>
  site.call(method, path, { token, ...(body === undefined ? {} : { body }) });
const rowsOf = (json: Record<string, unknown>) => json['rows'] as Record<string, unknown>[];

describe('controllers over the API', () => {
  it('are listed, shown with their facts, entered, decided, merged and taken back', async () => {
    const { controllers } = site.appliance;
    const t = Date.UTC(2026, 3, 1);
    const batch = controllers.ingest(systemActor, { type: 'capture', name: 'plant.pcapng' }, [
      reading(
        { orderNumber: '6ES7 515-2AM02-0AB0', firmware: 'V2.9.4', serial: 'S-77A1', address: '10.4.0.7' },
        'passive',
        t,
      ),
    ]).batch;
    controllers.ingest(systemActor, { type: 'csv', name: 'list.csv' }, [
      reading({ assetTag: 'PLC-L3-07', address: '10.4.0.7', firmware: 'V2.8' }, 'csv', t),
    ]);

    const found = await call('GET', '/controllers?search=6es7515-2am02&limit=10');
    expect(found).toMatchObject({ status: 200, json: { total: 1, next: null } });
    const [heard] = rowsOf(found.json);
    expect(heard).toMatchObject({
      vendor: 'Siemens',
      family: 'SIMATIC S7-1500',
      firmwareObserved: 'V2.9.4',
      decision: 'unauthorised',
    });
    const id = String(heard?.['id']);
    expect(heard).toMatchObject({ lacks: [{ field: 'model', refusedBy: null, reason: null }], custom: {} });
    expect((await call('GET', `/controllers?custom=${encodeURIComponent('Line: 3')}`)).json).toMatchObject({
      total: 0,
    });

    const one = await call('GET', `/controllers/${id}`);
    const [proposal] = one.json['proposals'] as Record<string, string>[];
    expect(proposal).toMatchObject({ name: 'PLC-L3-07', key: 'ip', value: '10.4.0.7' });
    const merged = await call('POST', `/controllers/${id}/merge`, { other: proposal?.['controller'] });
    expect(merged.status).toBe(200);
    expect((await call('GET', `/controllers/${id}`)).json).toMatchObject({
      name: 'PLC-L3-07',
      decision: 'authorised',
      firmwareConfigured: 'V2.8',
      differs: [{ field: 'firmware', configured: 'V2.8', observed: 'V2.9.4' }],
    });
    expect((await call('GET', '/controllers?drift=true')).json['total']).toBe(1);
    expect((await call('POST', `/controller-merges/${merged.json['merge']}/undo`)).status).toBe(200);
    expect((await call('GET', '/controllers?drift=true')).json['total']).toBe(0);

    expect(
      (await call('PATCH', `/controllers/${id}`, { values: { role: 'controller', zone: 'z-1' } })).json,
    ).toMatchObject({
      role: 'controller',
      zone: 'z-1',
      entered: { revision: 1 },
    });
    expect((await call('PATCH', `/controllers/${id}`, { values: { role: 'toaster' } })).status).toBe(422);
    expect((await call('POST', '/controllers/decide', { controllers: [id], decision: 'authorised' })).json).toEqual({
      decided: 1,
    });
    const facts = rowsOf((await call('GET', `/controllers/${id}/facts?field=firmware`)).json);
    expect(facts).toMatchObject([{ value: 'V2.9.4', method: 'passive', wins: true, origin: batch }]);
    expect(rowsOf((await call('GET', `/controllers/${id}/changes`)).json).length).toBeGreaterThan(2);

    const batches = rowsOf((await call('GET', '/controller-origins')).json);
    expect(batches.map(({ name }) => name)).toEqual(['list.csv', 'plant.pcapng']);
    expect((await call('POST', `/controller-origins/${batch}/undo`, { dryRun: true })).json['facts']).toBeGreaterThan(
      3,
    );
    expect((await call('POST', `/controller-origins/${batch}/undo`, {})).status).toBe(200);
    expect((await call('POST', `/controller-origins/${batch}/undo`, {})).status).toBe(409);
    // A person spoke of it: the record stays, without what the capture said.
    expect((await call('GET', `/controllers/${id}`)).json).toMatchObject({ vendor: null, role: 'controller' });
  });

  it('that nobody knows are not there, and readers do not write', async () => {
    expect((await call('GET', '/controllers/controller-none')).status).toBe(404);
    const reader = site.tokenOf('viewer');
    const answer = await site.call('POST', '/controllers', { token: reader, body: { values: { name: 'x' } } });
    expect(answer.status).toBe(403);
    const made = await call('POST', '/controllers', { values: { name: 'Typed in', orderNumber: '1756-L83E' } });
    expect(made).toMatchObject({ status: 201, json: { vendor: 'Rockwell Automation', decision: 'authorised' } });
  });
});
