import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { showFingerprint } from '@sallyport/bundle-tools/fingerprint/shown';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { advisory, packageBytes, sha256, update } from '../../../test/support/catalog.ts';
import { openConsole } from '../../../test/support/console.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { deb, debian13 } from '../../../test/support/site.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import { requestGroupNames } from './types.ts';

let medium = '';
let device: { id: number; publicId: string };

const holds = (html: string, text: string): boolean => html.includes(text);
const upload = async (path: string, bytes: Uint8Array, name: string): Promise<Response> => {
  const edge = 'edge-of-parts';
  const head = (field: string, file = ''): string =>
    `--${edge}\r\nContent-Disposition: form-data; name="${field}"${file === '' ? '' : `; filename="${file}"`}\r\n\r\n`;
  const body = Buffer.concat([
    Buffer.from(`${head('csrf')}${await admin.csrf()}\r\n${head('file', name)}`),
    bytes,
    Buffer.from(`\r\n--${edge}--\r\n`),
  ]);
  return admin.postRaw(path, body, { 'content-type': `multipart/form-data; boundary=${edge}` });
};
const draftOf = (response: Response): string => {
  expect(response.status).toBe(303);
  return response.headers.get('location') ?? '';
};
/** Waits for the job behind the page. */
const settled = async (address: string): Promise<string> => {
  const id = address.split('/')[3] ?? '';
  const draft = site.appliance.db.prepare('select check_run, import_run from import_draft where id = ?').get(id) as {
    check_run: number;
    import_run: number | null;
  };
  await site.appliance.jobs.finished(draft.import_run ?? draft.check_run, { timeoutMs: 60_000 });
  return viewer.html(address);
};

/** Waits for the request that is being written. */
const exported = async (): Promise<void> => {
  const [run] = site.appliance.jobs.list({ kind: 'export-request', limit: 1 });
  expect((await site.appliance.jobs.finished(run?.id ?? 0, { timeoutMs: 60_000 })).error).toBeNull();
};

const site = await openConsole();
await site.appliance.jobs.start();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
const host = makeHost(join(site.dataDir, 'host'));
medium = join(site.dataDir, 'medium');
mkdirSync(medium);
device = site.device('pump-01.plant.example');
site.report(device.id, 'identity', [{ name: 'pump-01.plant.example', ipv4: ['10.4.0.77'] }]);
site.report(device.id, 'platform', [debian13]);
site.report(device.id, 'software', [deb('openssl', '3.5.1-1')]);
await host.publish({
  updates: [update('openssl', '3.5.4-1')],
  files: [{ path: `objects/${sha256(packageBytes)}`, bytes: packageBytes }],
  feeds: [{ feed: 'osv-debian', advisories: [advisory('DSA-1', 'openssl', '3.5.4-1')] }],
});
afterAll(async () => {
  await site.appliance.jobs.stop();
  await site.close();
});

describe('exchange through the console', () => {
  it('says what is missing before a root is trusted', async () => {
    expect(await viewer.html(paths.exchangeSend())).toContain(paths.exchangeTrust());
    expect((await viewer.get(paths.requestText())).status).toBe(503);
    const early = await admin.post(paths.requestWrite(), { number: '1', medium: '' });
    expect(early.status).toBeGreaterThanOrEqual(400);
  });

  it('introduces both sides: the site card, and a root that a person compares', async () => {
    expect(await admin.html(paths.exchangeCard())).toContain(paths.exchangeCardFile());
    const card = new Uint8Array(await (await admin.get(paths.exchangeCardFile())).arrayBuffer());
    expect(Buffer.from(card).toString()).toContain('payload');
    const file = readFileSync(await host.trustFile(join(site.dataDir, 'trust')));
    const read = await upload(paths.exchangeTrustImport(), file, 'trust.tar');
    const html = await read.text();
    expect(read.status).toBe(200);
    const staged = /name="upload" value="([0-9a-f]{24})"/.exec(html)?.[1] ?? '';
    const wrong = await admin.post(paths.exchangeTrustImport(), { upload: staged, fingerprint: 'ab'.repeat(32) });
    expect(wrong.status).toBe(422);
    const words = showFingerprint(host.rootFingerprint).words.split(' ');
    const mistyped = await admin.post(paths.exchangeTrustImport(), {
      upload: staged,
      fingerprint: [...words.slice(0, 23), 'jqqq'].join(' '),
    });
    expect(mistyped.status).toBe(422);
    expect(await mistyped.text()).toContain('missing or mistyped');
    expect(site.appliance.exchange.state().trust).toBeNull();
    // The file's own words are nowhere to be read off.
    expect(holds(html, host.rootFingerprint.replace(/(.{4})(?=.)/g, '$1 '))).toBe(false);
    expect(words.filter((word) => holds(html, `<li>${word}</li>`))).toEqual([]);
    const heard = (typed: readonly string[]) => Object.fromEntries(typed.map((word, at) => [`word-${at + 1}`, word]));
    const few = await admin.post(paths.exchangeTrustImport(), { upload: staged, ...heard(words.slice(0, 22)) });
    expect(few.status).toBe(422);
    expect(await few.text()).toContain('Words are missing: 23, 24.');
    const spoilt = words.map((word, at) => (at === 6 || at === 16 ? (word === 'zoo' ? 'able' : 'zoo') : word));
    const differing = await admin.post(paths.exchangeTrustImport(), { upload: staged, ...heard(spoilt) });
    expect(differing.status).toBe(422);
    const again = await differing.text();
    expect(again).toContain('Words that differ: 7, 17.');
    // Nothing that was typed is lost, and the wrong ones are marked.
    for (const word of spoilt) expect(holds(again, `value="${word}"`)).toBe(true);
    expect(again.match(/name="word-\d+"[^>]*aria-invalid="true"/g)).toHaveLength(2);
    expect(site.appliance.exchange.state().trust).toBeNull();
    const numbered = words.map((word, at) => `${at + 1}. ${word}`).join(' ');
    expect((await admin.post(paths.exchangeTrustImport(), { upload: staged, fingerprint: numbered })).status).toBe(303);
    expect(site.appliance.exchange.state().trust?.rootSha256).toBe(host.rootFingerprint);
    const shown = await viewer.html(paths.exchangeTrust());
    expect(holds(shown, host.rootFingerprint.replace(/(.{4})(?=.)/g, '$1 '))).toBe(true);
    expect(holds(shown, showFingerprint(host.rootFingerprint).qrSvg)).toBe(true);
    for (const word of words) expect(holds(shown, `<li>${word}</li>`)).toBe(true);
    expect(
      (await upload(paths.exchangeTrustImport(), Buffer.from('not a trust file'), 'x')).status,
    ).toBeGreaterThanOrEqual(400);
  });

  it('shows all that would leave, and that no name or address is in it', async () => {
    const html = await viewer.html(paths.exchangeSend());
    for (const group of requestGroupNames) {
      expect(holds(html, paths.requestGroup(group))).toBe(true);
      await viewer.html(paths.requestGroup(group));
    }
    const text = await viewer.html(paths.requestText());
    expect(holds(text, 'openssl')).toBe(true);
    expect(holds(text, 'pump-01')).toBe(false);
    expect(holds(text, '10.4.0.77')).toBe(false);
    expect((await viewer.get(paths.requestGroup('none'))).status).toBe(404);
  });

  let request: ReturnType<TestHost['open']>;

  it('writes a request as a file or to a medium that an administrator named, and no other place', async () => {
    expect((await admin.post(paths.requestWrite(), { number: '1', medium: '/etc' })).status).toBe(404);
    site.appliance.objects.setSetting(systemActor, 'exchange.media-folders', [medium]);
    expect(holds(await viewer.html(paths.exchangeSend()), medium)).toBe(true);
    expect((await admin.post(paths.requestWrite(), { number: '1', medium })).status).toBe(303);
    await exported();
    expect(holds(await viewer.html(paths.exchangeSend()), 'Request 1')).toBe(true);
    expect((await admin.post(paths.requestWrite(), { number: '1', medium: '' })).status).toBe(409);
    expect((await admin.post(paths.requestWrite(), { number: '2', medium: '' })).status).toBe(303);
    await exported();
    expect((await viewer.get(paths.requestFile(2))).status).toBe(403);
    const response = await admin.get(paths.requestFile(2));
    expect(response.headers.get('content-disposition')).toContain('.spr');
    const path = join(site.dataDir, 'request.spr');
    writeFileSync(path, new Uint8Array(await response.arrayBuffer()));
    const { bytes: card } = site.appliance.exchange.siteCard(await adminActor());
    request = host.open(path, card);
    expect(request.request.number).toBe(2);
  });

  it('offers the file of a request that ended while the page was made', async () => {
    const { exchange, jobs } = site.appliance;
    const [state, list] = [exchange.state, jobs.list];
    // The job writes through a connection of its own. Its end is put at the moment at which the page asks for its state.
    let isOver = false;
    vi.spyOn(jobs, 'list').mockImplementation((query) => {
      isOver ||= query.kind === 'export-request';
      return list(query);
    });
    vi.spyOn(exchange, 'state').mockImplementation(() => {
      const now = state();
      return isOver ? now : { ...now, openRequests: now.openRequests.filter(({ number }) => number !== 2) };
    });
    const html = await admin.html(paths.exchangeSend()).finally(() => vi.restoreAllMocks());
    expect(isOver).toBe(true);
    expect(holds(html, paths.requestFile(2))).toBe(true);
  });

  it('checks an uploaded bundle, shows the comparison, imports it on a second step, and keeps a receipt', async () => {
    const { path } = await host.answer(join(site.dataDir, 'out'), request);
    const address = draftOf(await upload(paths.bundleUpload(), readFileSync(path), 'b1.tar'));
    const checked = await settled(address);
    expect(holds(checked, `${address}/start`)).toBe(true);
    expect(site.appliance.exchange.receipts({ limit: 10 }).rows.filter(({ seq }) => seq === 1)).toHaveLength(1);
    const before = site.appliance.exchange.receipts({ limit: 1 }).total;
    expect((await viewer.post(`${address}/start`)).status).toBe(403);
    expect((await admin.post(`${address}/start`)).status).toBe(303);
    const done = await settled(address);
    expect(site.appliance.exchange.receipts({ limit: 1 }).total).toBe(before + 1);
    const number = site.appliance.exchange.receipts({ limit: 1 }).rows[0]?.number ?? 0;
    expect(holds(done, paths.receipt(number))).toBe(true);
    await viewer.html(paths.receipt(number));
    expect(holds(await viewer.html(paths.exchangeReceipts()), paths.receipt(number))).toBe(true);
    expect((await viewer.get(paths.receipt(999))).status).toBe(404);
  });

  it('streams the state of a run that is over and ends', async () => {
    const [draft] = site.appliance.db.prepare('select id from import_draft').all() as { id: string }[];
    const response = await viewer.get(paths.bundleImportStream(draft?.id ?? ''));
    expect(response.headers.get('content-type')).toContain('text/event-stream');
    const text = await response.text();
    expect(text).toMatch(/^data: /);
    expect(text).toContain('event: done');
  });

  it('shows the finding, why, the update that fixes it, and deploys it after a question', async () => {
    const list = await viewer.html(paths.vulnerabilities());
    expect(holds(list, 'DSA-1')).toBe(true);
    const [finding] = site.appliance.vulnerabilities.list({ scope: wholeSite('job'), limit: 1 }).rows;
    const beside = paths.vulnerabilities({ open: finding?.id ?? '' });
    // No raw record, the device by name, and what can be done about it now.
    for (const address of [paths.finding(finding?.id ?? ''), beside]) {
      const html = await viewer.html(address);
      expect(html).not.toContain('<pre');
      expect(html).toContain('pump-01.plant.example');
      expect(html).toContain('Decide about the update');
    }
    expect(await viewer.html(beside)).toMatch(/<tr aria-current="true">/);
    // What Ctrl-Enter in the palette opens: the same panel beside the list of what was typed.
    const palette = await viewer.html(paths.searchPalette({ q: 'DSA-1' }));
    const [, from = ''] = /data-beside="([^"]+)#panel-title"/.exec(palette) ?? [];
    expect(await viewer.html(from.replaceAll('&amp;', '&'))).toMatch(/<tr aria-current="true">.*DSA-1/s);
    expect(holds(await viewer.html(paths.vulnerabilities({ decision: 'track' })), 'DSA-1')).toBe(false);
    expect(holds(await viewer.html(paths.vulnerabilities({ feed: 'osv-debian' })), 'DSA-1')).toBe(true);
    expect(holds(await viewer.html(paths.vulnerabilities({ feed: 'other' })), 'DSA-1')).toBe(false);
    expect(holds(await viewer.html(paths.deviceTab(device.publicId, 'findings')), 'DSA-1')).toBe(true);
    // The server looks at what changed a moment later.
    site.appliance.rules.recomputePending();
    expect(holds(await viewer.html(paths.devices({ status: 'critical' })), device.publicId)).toBe(true);
    const [needed] = site.appliance.updates.list({
      scope: wholeSite('job'),
      filter: { field: 'supply', op: '=', value: 'arrived' },
      limit: 1,
    }).rows;
    const id = needed?.id ?? '';
    await viewer.html(paths.update(id));
    const asked = await admin.post(paths.updatesDecide(), { action: 'approve', id });
    expect(asked.status).toBe(200);
    expect(site.appliance.updates.get(id, wholeSite('job')).approval).toBe('undefined');
    expect(
      (await admin.post(paths.updatesDecide(), { action: 'approve', id, confirmed: '1', comment: 'tested' })).status,
    ).toBe(303);
    expect(site.appliance.updates.get(id, wholeSite('job')).approval).toBe('approved');
    const planned = await admin.html(beside);
    expect(planned).toMatch(new RegExp(`name="device" value="${device.publicId}" checked=""`));
    expect(planned).toMatch(
      /<form method="post" action="\/deployments\/new" id="plan-finding".*?<input type="hidden" name="update"/,
    );
    expect(planned).toContain('Plan a deployment: <b data-count="1">1</b>');
    await admin.html(`${paths.deploymentNew({ update: id })}&device=${device.publicId}`);
    const form = await admin.post(paths.deploymentNew(), { list: paths.updates(), id });
    expect(await form.text()).toContain(`name="update" value="${id}"`);
    await admin.html(paths.deploymentNew({ update: id }));
    const bad = await admin.post(paths.deploymentNew(), {
      update: id,
      target: 'group',
      group: '',
      timeoutMinutes: '0',
    });
    expect(bad.status).toBe(422);
    const order = { name: 'night', update: id, target: 'devices', device: device.publicId, timeoutMinutes: '30' };
    const made = await admin.post(paths.deploymentNew(), order);
    const address = made.headers.get('location') ?? '';
    expect(holds(await viewer.html(address), device.publicId)).toBe(true);
    expect((await viewer.post(`${address}/cancel`, { confirmed: '1' })).status).toBe(403);
    expect((await admin.post(`${address}/cancel`)).status).toBe(200);
    expect((await admin.post(`${address}/cancel`, { confirmed: '1' })).status).toBe(303);
    expect(site.appliance.deployments.list({ scope: wholeSite('job'), limit: 1 }).rows[0]?.state).toBe('cancelled');
    for (const path of [paths.work(), paths.updates(), paths.deviceTab(device.publicId, 'updates'), paths.provision()])
      await viewer.html(path);
    for (const path of [paths.vulnerabilitiesCsv(), paths.updatesCsv()])
      expect((await (await viewer.get(path)).text()).split('\r\n').length).toBeGreaterThan(2);
  });

  it('takes the same bundle from the medium as imported already, and refuses garbage with its code', async () => {
    const { path } = await host.answer(join(site.dataDir, 'out2'), request);
    const bundle = readFileSync(path);
    writeFileSync(join(medium, 'good.tar'), bundle);
    const altered = Buffer.from(bundle);
    altered[bundle.length - 4_000] = (altered[bundle.length - 4_000] ?? 0) ^ 1;
    // Who looked a moment ago sees what lay there then.
    await expect.poll(async () => holds(await admin.html(paths.exchangeReceive()), 'good.tar')).toBe(true);
    expect((await admin.post(paths.bundlePick(), { path: '/etc/passwd' })).status).toBe(422);
    const picked = draftOf(await admin.post(paths.bundlePick(), { path: join(medium, 'good.tar') }));
    await settled(picked);
    const refused = await settled(draftOf(await upload(paths.bundleUpload(), altered, 'altered.tar')));
    expect(/HASH|HEADER|TRAILING|SIGNATURE|NONCE|METADATA|TRUNCATED/.test(refused)).toBe(true);
    const garbage = await settled(draftOf(await upload(paths.bundleUpload(), Buffer.from('garbage'), 'g.tar')));
    expect(garbage).toContain('NO_BUNDLE');
    expect(garbage).toContain('This is not a bundle of Sallyport');
    expect((await upload(paths.bundleUpload(), Buffer.alloc(0), 'e.tar')).status).toBe(422);
    expect(existsSync(join(site.appliance.paths.staging, 'upload-none'))).toBe(false);
  });

  it('finds the name of a computer in a package that its spare has, too, and takes the chosen words at once', async () => {
    const line = site.device('kostanay-hmi57');
    const spare = site.device('kostanay-hmi58');
    for (const one of [line, spare]) {
      site.report(one.id, 'platform', [debian13]);
      site.report(one.id, 'software', [
        deb('openssl', '3.5.1-1'),
        deb('kostanay-hmi57-config', '1'),
        deb('libkostanayhmi58', '1'),
      ]);
    }
    const html = await admin.html(paths.exchangeSend());
    for (const name of ['kostanay-hmi57', 'kostanay-hmi58'])
      expect(html).toMatch(new RegExp(`<input[^>]*name="word"[^>]*value="${name}"`));
    expect(html).toContain(': kostanay-hmi57-config');
    expect(html).toContain(': libkostanayhmi58');
    expect(() => site.appliance.exchange.exportRequest(systemActor, medium)).toThrow(/kostanay-hmi57/);
    const words = ['kostanay-hmi57', 'kostanay-hmi58'];
    expect((await viewer.post(paths.requestWords(), { word: words })).status).toBe(403);
    expect((await admin.post(paths.requestWords(), { word: [...words, 'pump-01'] })).status).toBe(409);
    expect((await admin.post(paths.requestWords(), {})).status).toBe(400);
    expect(site.appliance.objects.setting('exchange.allowed-words')).toEqual([]);
    expect((await admin.post(paths.requestWords(), { word: words })).status).toBe(303);
    expect(site.appliance.objects.setting('exchange.allowed-words')).toEqual(words);
    expect(await admin.html(paths.exchangeSend())).not.toContain('name="word"');
    expect(site.appliance.exchange.preview().leakScan.leaks).toEqual([]);
  });
});

const adminActor = async () => {
  await site.as('administrator');
  const account = site.appliance.objects.findBy('account', 'name', 'admin');
  return { type: 'account' as const, id: account?.id ?? '', label: 'admin', rights: new Set(['all' as const]) };
};
