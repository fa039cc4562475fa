import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openApiSite } from '../../../test/support/api-site.ts';
import { openConsole } from '../../../test/support/console.ts';
import { seedControllers } from '../../../test/support/controllers/seed.ts';
import { runHere } from '../../../test/support/run-line.ts';
import { deb } from '../../../test/support/site.ts';

// An accepted risk holds back findings of controllers alone: what it is about, and what becomes of one about anything else.

const site = await openConsole();
const calls = await openApiSite();
for (const { appliance } of [site, calls]) await seedControllers(appliance);
afterAll(async () => {
  await site.close();
  await calls.close();
});

const controllerProduct = '6ES7 515-2AM02-0AB0';
const windowsProgram = 'Acme Historian 7';

const entered = (owner: string, product: string, more: Record<string, string> = {}) => ({
  name: `Live with ${product}`,
  vulnerability: 'CVE-2024-0001',
  product,
  versions: '*',
  reason: 'no window',
  owner,
  expiresAt: '2099-01-01T00:00:00Z',
  ...more,
});

const ownerIn = ({ appliance }: Pick<typeof site, 'appliance'>): string =>
  appliance.objects.list({ kind: 'account', limit: 1 }).rows[0]?.id ?? '';

type Computers = { device: (name: string) => { id: number }; report: typeof site.report };

/** A computer with a package of Debian and a program that no source of advisories is about. */
const computer = ({ device, report }: Computers, name: string): void => {
  const { id } = device(name);
  report(id, 'software', [deb('openssl', '3.5.0-1'), { type: 'windows', name: windowsProgram, version: '7.1' }]);
};

describe('an accepted risk through the API', () => {
  const token = calls.tokenOf('administrator');
  const create = (product: string, more?: Record<string, string>) =>
    calls.call('POST', '/objects/risk-acceptance', { token, body: { body: entered(ownerIn(calls), product, more) } });
  const effects = async (query = ''): Promise<unknown> => {
    const { json } = await calls.call('GET', `/risk-acceptances${query}`, { token });
    const rows = json['rows'] as { product: string; effect: string }[];
    return Object.fromEntries(rows.map(({ product, effect }) => [product, effect]));
  };

  it('is refused with a code of its own where it names a package of computers', async () => {
    computer(calls, 'eng-1');
    for (const product of ['openssl', 'OpenSSL', windowsProgram]) {
      const { status, json } = await create(product);
      expect([product, status, json['error']]).toEqual([
        product,
        422,
        expect.objectContaining({ code: 'CONTROLLERS_ONLY', fields: { product: expect.anything() } }),
      ]);
    }
    expect(await effects()).toEqual({});
  });

  it('may name a controller, by any of its names, also one that is not here yet', async () => {
    for (const product of [controllerProduct, `Siemens ${controllerProduct}`, 'CompactLogix 5380'])
      expect([product, (await create(product)).status]).toEqual([product, 201]);
    expect(await effects()).toEqual({
      [controllerProduct]: 'controllers',
      [`Siemens ${controllerProduct}`]: 'controllers',
      'CompactLogix 5380': 'none',
    });
    expect(await effects('?effect=none&effect=package')).toEqual({ 'CompactLogix 5380': 'none' });
  });

  it('is without effect where its vendor or its zone is of no such controller', async () => {
    expect((await create(controllerProduct, { vendor: 'Rockwell' })).status).toBe(201);
    expect((await create(controllerProduct, { zone: 'cell-9' })).status).toBe(201);
    const { json } = await calls.call('GET', '/risk-acceptances?effect=none', { token });
    const rows = json['rows'] as { vendor: string; product: string; zone: string }[];
    expect(rows.map(({ vendor, product, zone }) => `${vendor}/${product}/${zone}`).sort()).toEqual([
      `/${controllerProduct}/cell-9`,
      '/CompactLogix 5380/',
      `Rockwell/${controllerProduct}/`,
    ]);
  });

  it('cannot be led to a package by a change', async () => {
    expect((await create('S7-300')).status).toBe(201);
    const listed = await calls.call('GET', '/objects/risk-acceptance?search=S7-300', { token });
    const [one] = listed.json['rows'] as { id: string }[];
    const path = `/objects/risk-acceptance/${one?.id}`;
    const change = (body: object) => calls.call('PATCH', path, { token, body: { expectedRevision: 1, body } });
    expect((await change({ product: 'openssl' })).json['error']).toMatchObject({ code: 'CONTROLLERS_ONLY' });
  });
});

describe('an accepted risk that is on a site already', () => {
  it('is listed as without effect on the page, in the file and by the command, is not approved, and can be ended', async () => {
    const browser = await site.as('administrator');
    const { objects } = site.appliance;
    const form = (product: string) =>
      Object.fromEntries(Object.entries(entered(ownerIn(site), product)).map(([name, value]) => [`f.${name}`, value]));
    for (const product of ['openssl', controllerProduct])
      expect((await browser.post(paths.objectNew('risk-acceptance'), form(product))).status).toBe(303);
    // Nothing here was called so; then a computer came.
    computer(site, 'eng-1');
    const refused = await browser.post(paths.objectNew('risk-acceptance'), form('openssl'));
    expect(refused.status).toBe(422);
    expect(await refused.text()).toContain('An accepted risk holds back findings of controllers only.');

    const page = await browser.html(paths.measures());
    expect(page.match(/>Without effect</g)).toHaveLength(1);
    expect(page).toContain('Accepted risks without effect: 1');
    expect(page).toContain('It names a package of computers');
    const lines = (await (await browser.get(paths.measuresCsv())).text()).split('\r\n');
    expect(lines.find((line) => line.includes('openssl'))).toContain('Without effect');
    expect(lines.find((line) => line.includes(controllerProduct))).toContain('For controllers');

    const [one] = objects
      .list({ kind: 'risk-acceptance', where: {}, limit: 9 })
      .rows.filter(({ body }) => body['product'] === 'openssl');
    const colleague = await site.as('operator');
    const approved = await colleague.post(paths.measureApprove(), { id: one?.id ?? '' });
    expect([approved.status, (await approved.text()).includes('CONTROLLERS_ONLY')]).toEqual([422, true]);
    expect(await colleague.html(paths.waiting())).not.toContain('Live with openssl');

    const change = { ...form('openssl'), revision: '1', 'f.expiresAt': '2030-01-01T00:00:00Z' };
    expect((await browser.post(paths.object('risk-acceptance', one?.id ?? ''), change)).status).toBe(303);
    const { code, stdout } = await runHere('patch', 'risk', 'list', '--data', site.dataDir);
    expect([code, stdout]).toEqual([0, expect.stringContaining('without effect: a package of computers')]);
  });
});
