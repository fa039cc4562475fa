import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type Answer, openApiSite } from '../../../test/support/api-site.ts';
import { advisory, packageBytes, update } from '../../../test/support/catalog.ts';
import { makeHost } from '../../../test/support/host.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

// The loop of the site through the API alone: what would leave, a request, a bundle, findings, an approval, an order.

const offered = update('openssl', '3.5.1-1');
const catalog = {
  updates: [offered],
  files: [{ path: 'updates/openssl_3.5.1-1_amd64.deb', bytes: packageBytes }],
  feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.1-1')] }],
};

const site = await openApiSite();
const { appliance } = site;
const medium = join(appliance.paths.data, 'medium');
mkdirSync(medium);
const host = makeHost(join(appliance.paths.data, 'host'));
await host.publish();
await appliance.exchange.importTrust(
  systemActor,
  await host.trustFile(join(medium, 'introduction')),
  host.rootFingerprint,
);
appliance.objects.setSetting(systemActor, 'exchange.reserve-bytes', 0);
const line = site.device('line-7');
site.report(line.id, 'platform', [debian13]);
site.report(line.id, 'software', [deb('openssl', '3.5.0-1'), deb('bash', '5.2-1')]);
const operator = site.tokenOf('operator');
const viewer = site.tokenOf('viewer');
await appliance.jobs.start();
afterAll(async () => site.close());

const call = (method: string, path: string, body?: unknown, token = operator): Promise<Answer> =>
  site.call(method, path, { token, ...(body === undefined ? {} : { body }) });

/** Asks until the run has ended, as a program would. */
const ended = async (id: string, run: 'check' | 'import'): Promise<Record<string, unknown>> => {
  const look = async (): Promise<Record<string, unknown> | null> => {
    const bundle = await call('GET', `/exchange/bundles/${id}`, undefined, viewer);
    return bundle.json[run] as Record<string, unknown> | null;
  };
  await expect.poll(async () => (await look())?.['state']).not.toBeOneOf([undefined, 'queued', 'running']);
  return (await look()) ?? {};
};
const upload = (body: Uint8Array, options: { token?: string; type?: string; name?: string } = {}): Promise<Answer> =>
  site.call('POST', `/exchange/bundles?name=${options.name ?? 'answer.tar'}`, {
    token: options.token ?? operator,
    body,
    type: options.type ?? 'application/x-tar',
  });

describe('the loop through the API', () => {
  it('shows what would leave and writes it once', async () => {
    const preview = await call('GET', '/exchange/request', undefined, viewer);
    expect(preview.json).toMatchObject({ number: 1, counterProof: { leaks: [] } });
    expect(preview.text).not.toContain('line-7');
    expect((await call('POST', '/exchange/requests', { number: 1 }, viewer)).status).toBe(403);
    expect((await call('POST', '/exchange/requests', { number: 2 })).json).toMatchObject({
      error: { code: 'CONFLICT' },
    });
    expect((await call('POST', '/exchange/requests', { number: 1, medium: '/tmp' })).status).toBe(404);
    const written = await call('POST', '/exchange/requests', { number: 1 });
    expect(written).toMatchObject({ status: 201, json: { number: 1 } });
    const file = await call('GET', '/exchange/requests/1/file');
    expect(file.headers.get('content-type')).toBe('application/octet-stream');
    expect(file.text.startsWith('SPSEAL01')).toBe(true);
    expect((await call('GET', '/exchange/requests/1/file', undefined, viewer)).status).toBe(403);
    expect((await call('GET', '/exchange', undefined, viewer)).json).toMatchObject({ openRequests: [{ number: 1 }] });
  });

  it('gives the site card to who may, with its fingerprint', async () => {
    expect((await call('POST', '/exchange/site-card', undefined, viewer)).status).toBe(403);
    const card = await call('POST', '/exchange/site-card');
    expect(card.status).toBe(200);
    expect(card.headers.get('sallyport-fingerprint')).toMatch(/^[0-9a-f]{64}$/);
  });

  it('refuses uploads that are nothing, of another type, too large, or of who may not', async () => {
    const { objects, paths } = site.appliance;
    const before = readdirSync(paths.staging).length;
    expect((await upload(new Uint8Array(10), { token: viewer })).status).toBe(403);
    expect((await upload(new Uint8Array(10), { type: 'text/plain' })).json).toMatchObject({
      error: { code: 'UNSUPPORTED_TYPE' },
    });
    expect((await upload(new Uint8Array())).json).toMatchObject({ error: { code: 'MALFORMED' } });
    objects.setSetting(systemActor, 'exchange.medium-bytes', 100);
    expect((await upload(new Uint8Array(101))).json).toMatchObject({ error: { code: 'TOO_LARGE' } });
    objects.resetSetting(systemActor, 'exchange.medium-bytes');
    expect(readdirSync(paths.staging)).toHaveLength(before);
    expect((await call('POST', '/exchange/bundles/pick', { path: '/etc/passwd' })).status).toBe(404);
    expect((await call('GET', '/exchange/bundles/..%2f..', undefined, viewer)).status).toBe(404);
  });

  it('refuses garbage with the code of the format and changes nothing', async () => {
    const made = await upload(new TextEncoder().encode('no bundle at all'));
    expect(made.status).toBe(201);
    const check = await ended(String(made.json['id']), 'check');
    expect(check).toMatchObject({ state: 'failed' });
    expect(check['error']).toMatchObject({ code: expect.stringMatching(/^[A-Z_]+$/) as string });
    expect((await call('GET', '/findings', undefined, viewer)).json).toMatchObject({ total: 0 });
  });

  it('takes the answer: checked first, then imported, with findings, updates and a receipt', async () => {
    await host.publish(catalog);
    const [request] = readdirSync(join(site.appliance.paths.staging, 'requests'));
    const card = site.appliance.exchange.siteCard(systemActor).bytes;
    const asked = host.open(join(site.appliance.paths.staging, 'requests', request ?? ''), card);
    const bundle = await host.answer(join(medium, 'out'), asked);
    const made = await upload(readFileSync(bundle.path));
    const id = String(made.json['id']);
    expect(await ended(id, 'check')).toMatchObject({
      state: 'done',
      result: { result: 'checked', summary: { seq: 1, updates: 1 } },
    });
    expect((await call('GET', '/updates', undefined, viewer)).json).toMatchObject({ total: 0 });
    expect((await call('POST', `/exchange/bundles/${id}/import`, {}, viewer)).status).toBe(403);
    expect((await call('POST', `/exchange/bundles/${id}/import`, {})).status).toBe(200);
    expect(await ended(id, 'import')).toMatchObject({ state: 'done', result: { result: 'imported' } });
    expect((await call('GET', '/exchange/imports', undefined, viewer)).json).toMatchObject({
      rows: expect.arrayContaining([expect.objectContaining({ state: 'done', seq: 1 })]) as unknown,
    });
    const receipts = await call('GET', '/exchange/receipts?limit=1', undefined, viewer);
    expect(receipts.json).toMatchObject({ rows: [{ result: 'imported', seq: 1 }] });
    const number = (receipts.json['rows'] as { number: number }[])[0]?.number;
    expect((await call('GET', `/exchange/receipts/${number}`, undefined, viewer)).json).toMatchObject({
      predicate: { result: 'imported', bundle_id: bundle.bundleId },
    });
    expect((await call('POST', '/exchange/receipts/verify', undefined, viewer)).json).toMatchObject({ ok: true });
    expect((await call('GET', '/exchange/knowledge', undefined, viewer)).json).toMatchObject({
      rows: [{ feed: 'osv-debian' }],
    });
    const again = await upload(readFileSync(bundle.path));
    expect(await ended(String(again.json['id']), 'check')).toMatchObject({ result: { result: 'already' } });
  });

  it('tells what is vulnerable, where, and why', async () => {
    const found = await call('GET', '/findings?severity=critical&sort=package', undefined, viewer);
    expect(found.json).toMatchObject({ total: 1, rows: [{ advisory: 'DSA-1', package: 'openssl', devices: 1 }] });
    const id = (found.json['rows'] as { id: string }[])[0]?.id;
    expect((await call('GET', `/findings/${id}`, undefined, viewer)).json).toMatchObject({
      finding: { id },
      ranges: [{ covers: true }],
      devices: [{ device: { id: line.publicId, name: 'line-7' } }],
    });
    expect((await call('GET', '/findings/counts', undefined, viewer)).json).toMatchObject({ open: 1, devices: 1 });
    expect((await call('GET', `/devices/${line.publicId}/findings`, undefined, viewer)).json).toMatchObject({
      total: 1,
    });
    expect((await call('GET', '/findings?state=planned', undefined, viewer)).json).toMatchObject({ total: 0 });
    // Asked about one device, nothing of the others is counted.
    const other = site.device('line-8');
    const coveredOf = async (query: string) =>
      (await call('GET', `/findings${query}`, undefined, viewer)).json['covered'];
    expect(await coveredOf(`?device=${line.publicId}`)).not.toEqual(await coveredOf(''));
    expect(await coveredOf(`?device=${other.publicId}`)).toEqual({ 'not-judged': 1, partly: 0, judged: 0 });
    expect((await call('GET', '/findings/1.999', undefined, viewer)).status).toBe(404);
    // The server looks at what changed a moment later.
    site.appliance.rules.recomputePending();
    expect((await call('GET', '/devices?status=critical', undefined, viewer)).json).toMatchObject({ total: 1 });
  });

  it('approves, previews, orders and cancels', async () => {
    const { id } = offered;
    const wanted = { updates: [id], devices: [line.publicId] };
    expect((await call('POST', '/updates/approve', { ids: [id] }, viewer)).status).toBe(403);
    expect((await call('POST', '/updates/approve', { ids: [] })).status).toBe(422);
    expect((await call('POST', '/deployments', wanted)).json).toMatchObject({ error: { code: 'INVALID' } });
    const approved = await call('POST', '/updates/approve', { ids: [id], comment: 'tested' });
    expect(approved.json).toMatchObject({ rows: [{ id, approval: 'approved', supply: 'arrived' }] });
    expect((await call('GET', '/updates?deployable=true', undefined, viewer)).json).toMatchObject({ total: 1 });
    expect((await call('GET', `/updates/${id}`, undefined, viewer)).json).toMatchObject({
      onDevices: [{ device: { id: line.publicId }, installedVersion: '3.5.0-1', state: null }],
    });
    const preview = await call('POST', '/deployments/preview', wanted, viewer);
    expect(preview.json).toMatchObject({
      gate: 'NO_WINDOW',
      devices: 1,
      orders: 1,
      more: 0,
      tasks: [{ update: id, skipped: null }],
    });
    const byFilter = { updates: [id], where: 'name = "line-7"' };
    const digest = String(preview.json['digest']);
    expect((await call('POST', '/deployments/preview', byFilter, viewer)).json).toMatchObject({ orders: 1, digest });
    const nothing = { ...byFilter, where: 'name = "no such device"' };
    expect((await call('POST', '/deployments/preview', nothing, viewer)).json).toMatchObject({
      error: { code: 'INVALID', fields: { where: { key: 'validation.nothingToDeploy' } } },
    });
    const twoTargets = { ...wanted, where: byFilter.where };
    expect((await call('POST', '/deployments', twoTargets)).json).toMatchObject({ error: { code: 'INVALID' } });
    const others = { updates: [id], digest: 'of-others' };
    expect(await call('POST', '/deployments', others)).toMatchObject({
      status: 409,
      json: {
        error: { code: 'CONFLICT', message: '1 orders to 1 devices would be given now, not those of the preview' },
      },
    });
    expect((await call('GET', '/deployments', undefined, viewer)).json).toMatchObject({ total: 0 });
    expect((await call('POST', '/deployments', wanted, viewer)).status).toBe(403);
    const made = await call('POST', '/deployments', { ...byFilter, digest, name: 'Night' });
    expect(made).toMatchObject({
      status: 201,
      json: { name: 'Night', state: 'running', counts: { queued: 1 }, gate: 'NO_WINDOW', held: { NO_WINDOW: 1 } },
    });
    const path = `/deployments/${String(made.json['id'])}`;
    expect((await call('GET', path, undefined, viewer)).json).toMatchObject({
      tasks: [
        { device: { id: line.publicId }, state: 'queued', hold: { code: 'NO_WINDOW', opensAt: null }, steps: [] },
      ],
    });
    expect((await call('GET', `/devices/${line.publicId}/updates`, undefined, viewer)).json).toMatchObject({
      rows: [{ needed: true, installation: 'queued', installedVersion: '3.5.0-1' }],
    });
    expect((await call('POST', `${path}/cancel`)).json).toMatchObject({ state: 'cancelled', counts: { cancelled: 1 } });
    expect((await call('POST', `${path}/cancel`)).json).toMatchObject({ error: { code: 'CONFLICT' } });
    expect((await call('POST', '/updates/decline', { ids: [id] })).json).toMatchObject({
      rows: [{ approval: 'declined' }],
    });
    expect((await call('POST', '/updates/clear', { ids: [id] })).json).toMatchObject({
      rows: [{ approval: 'undefined' }],
    });
    expect((await call('GET', '/updates/counts', undefined, viewer)).json).toMatchObject({ arrived: 1, undecided: 1 });
    const types = site.appliance.events
      .list({
        scope: wholeSite('job'),
        limit: 100,
        filter: { any: ['updates', 'deployments'].map((value) => ({ field: 'area', op: '=', value })) },
      })
      .rows.map(({ type }) => type);
    expect(types).toEqual(
      expect.arrayContaining(['update-approved', 'update-declined', 'deployment-created', 'deployment-cancelled']),
    );
  });

  it('offers and takes what lies on a named medium only', async () => {
    site.appliance.objects.setSetting(systemActor, 'exchange.media-folders', [join(medium, 'out')]);
    const media = await call('GET', '/exchange/media', undefined, viewer);
    const [first] = media.json['rows'] as { path: string; freeBytes: number; bundles: { path: string }[] }[];
    expect(first?.bundles).toHaveLength(1);
    const picked = await call('POST', '/exchange/bundles/pick', { path: first?.bundles[0]?.path });
    expect(picked).toMatchObject({ status: 201, json: { uploaded: false } });
    expect(await ended(String(picked.json['id']), 'check')).toMatchObject({ result: { result: 'already' } });
    const { json } = await call('GET', '/exchange/request', undefined, viewer);
    const written = await call('POST', '/exchange/requests', { number: json['number'], medium: first?.path });
    expect(existsSync(join(first?.path ?? '', String(written.json['file'])))).toBe(true);
    expect((await call('GET', '/exchange/bundles', undefined, viewer)).json['rows']).toHaveLength(4);
  });
});
