import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';

const site = await openApiSite();
afterAll(() => site.close());

describe('patches through the API', () => {
  it('come from a list, move with their evidence, and wait for who signs', async () => {
    const write = site.tokenOf('operator');
    const read = site.tokenOf('viewer');
    const list = 'vendor,product,productVersion,patchId,vendorState\nSiemens,CPU,2.9,SP-4,vendor_rejected\n';
    const send = (query: string, token = write) =>
      site.call('POST', `/controller-patches/approvals?${query}`, { token, body: list, type: 'text/csv' });
    expect((await send('dryRun=true', read)).status).toBe(403);
    expect((await send('dryRun=true')).json).toMatchObject({ import: null, changed: 1, faults: [] });
    expect((await send('name=l.csv')).json).toMatchObject({
      import: 1,
      rows: [{ outcome: 'new', after: 'vendor_rejected' }],
    });
    expect((await send('preset=ours')).status).toBe(422);
    const all = await site.call('GET', '/controller-patches?state=vendor_rejected', { token: read });
    expect(all.json).toMatchObject({ total: 1, rows: [{ id: 1, patchId: 'SP-4', vendorSays: 'vendor_rejected' }] });
    const move = (to: string, evidence: object, token = write) =>
      site.call('POST', '/controller-patches/1/move', { token, body: { to, reason: 'because', evidence } });
    expect((await move('installed', {})).json).toMatchObject({ error: { code: 'NO_SUCH_MOVE' } });
    expect((await move('deferred', {})).status).toBe(422);
    expect((await move('site_testing', { testedOn: 'bench' }, read)).status).toBe(403);
    const asked = await move('site_testing', { testedOn: 'bench' });
    expect(asked.json).toEqual({ state: 'vendor_rejected', request: 1 });
    const sign = { token: write, body: { agrees: true } };
    expect((await site.call('POST', '/controller-patches/requests/1/sign', sign)).status).toBe(403);
    const one = await site.call('GET', '/controller-patches/1', { token: read });
    expect(one.json).toMatchObject({
      requests: [{ id: 1, target: 'site_testing', open: [{ duty: 'ot-owner' }, { duty: 'security' }] }],
      history: [{ to: 'vendor_rejected', sort: 'verdict' }],
      next: expect.arrayContaining([expect.objectContaining({ to: 'deferred', possible: true })]),
    });
    expect((await site.call('DELETE', '/controller-patches/approvals/1', { token: write })).json).toEqual({
      restored: 0,
      removed: 0,
      // A refusal is lifted by two roles.
      kept: [1],
    });
    expect((await site.call('GET', '/controller-patches/1', { token: read })).status).toBe(200);
  });

  it('are added by hand, and evidence is asked for', async () => {
    const token = site.tokenOf('operator');
    const body = { patchId: 'A', vendor: 'V', product: 'P', publishedAt: '2026-01-01T00:00:00Z' };
    const made = await site.call('POST', '/controller-patches', { token, body });
    expect([made.status, made.json['state']]).toEqual([201, 'imported']);
    const id = Number(made.json['id']);
    const patched = await site.call('PATCH', `/controller-patches/${id}`, { token, body: { targetVersion: '2.0' } });
    expect(patched.json).toMatchObject({ targetVersion: '2.0' });
    const path = `/controller-patches/${id}/controllers/nobody`;
    expect((await site.call('PUT', path, { token })).status).toBe(422);
    expect(
      (await site.call('POST', '/evidence', { token, body: { from: body.publishedAt, to: body.publishedAt } })).status,
    ).toBe(422);
    const asked = await site.call('POST', '/evidence', {
      token,
      body: { from: body.publishedAt, to: '2027-01-01T00:00:00Z' },
    });
    expect(asked.status).toBe(201);
    const pack = Number(asked.json['id']);
    expect((await site.call('GET', `/evidence/${pack}`, { token })).json).toMatchObject({ sha256: null, error: null });
    expect((await site.call('GET', `/evidence/${pack}/pdf`, { token })).status).toBe(503);
  });
});
