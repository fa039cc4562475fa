import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { packageBytes, sha256 } from '../../../test/support/catalog.ts';
import { openConsole } from '../../../test/support/console.ts';
import { makeHost } from '../../../test/support/host.ts';
import { systemActor } from '../../engine/objects/types.ts';

// Media on the pages Receive and Send, as a browser without scripts sees them.

let medium = '';

/** The page as soon as it fits. */
const until = async (path: string, fits: RegExp | string, browser = admin): Promise<string> => {
  await expect.poll(() => browser.html(path), { interval: 200 }).toMatch(fits);
  return browser.html(path);
};
const finished = async (address: string): Promise<{ state: string; result: unknown }> => {
  const id = address.split('/')[3] ?? '';
  const row = site.appliance.db.prepare('select check_run, import_run from import_draft where id = ?').get(id) as {
    check_run: number | null;
    import_run: number | null;
  };
  const run = row.import_run ?? row.check_run ?? 0;
  await site.appliance.jobs.finished(run, { timeoutMs: 60_000 });
  const found = site.appliance.jobs.get(run);
  return { state: found?.state ?? '', result: found?.result };
};

const site = await openConsole();
await site.appliance.jobs.start();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
medium = join(site.dataDir, 'medium');
mkdirSync(medium);
site.appliance.objects.setSetting(systemActor, 'exchange.media-roots', []);
const host = makeHost(join(site.dataDir, 'host'));
await host.publish();
const trust = await host.trustFile(join(site.dataDir, 'introduction'));
await site.appliance.exchange.importTrust(systemActor, trust, host.rootFingerprint);
const card = site.appliance.exchange.siteCard(systemActor).bytes;
afterAll(async () => {
  await site.appliance.jobs.stop();
  await site.close();
});

describe('media in the console', () => {
  it('says that none is plugged in, and looks again by itself', async () => {
    const html = await viewer.html(paths.exchangeReceive());
    expect(html).toContain('No medium is plugged in');
    expect(html).toMatch(/id="media"[^>]*hx-trigger="every 5s"/);
    // Without scripts a link does the same.
    expect(html).toMatch(/<a class="btn sm" href="\/exchange\/receive"/);
  });

  it.each([
    ['kk', 'Ондағы сілтемелер тұйықталған (ELOOP). Оны суырып'],
    ['ru', 'Ссылки на нём замкнуты в круг (ELOOP). Извлеките'],
    ['en', 'Its links lead in a circle (ELOOP). Take it out'],
  ])('says in words why a medium cannot be read: %s', async (lang, words) => {
    const loop = join(site.dataDir, 'loop');
    rmSync(loop, { force: true });
    symlinkSync(loop, loop);
    site.appliance.objects.setSetting(systemActor, 'exchange.media-folders', [loop]);
    const response = await viewer.get(paths.exchangeReceive(), { 'accept-language': lang });
    expect(await response.text()).toContain(words);
  });

  it('offers to write a request to a medium, and says that it was read back', async () => {
    site.appliance.objects.setSetting(systemActor, 'exchange.media-folders', [medium]);
    expect(await admin.html(paths.exchangeSend())).toContain(`value="${medium}"`);
    const written = await admin.post(paths.requestWrite(), { number: '1', medium });
    expect(written.status).toBe(303);
    // Written by a job; the page shows how far it is until then.
    const shown = await until(paths.exchangeSend(), /read back from the medium and compared|could not be read back/);
    expect(shown).toMatch(/read back from the medium and compared|could not be read back/);
    const elsewhere = await admin.post(paths.requestWrite(), { number: '2', medium: site.dataDir });
    expect(elsewhere.status).toBe(404);
  });

  it('imports all volumes of a bundle that lie there with one button, and then shows the receipt', async () => {
    const [file = ''] = readdirSync(medium).filter((name) => name.endsWith('.spr'));
    const request = host.open(join(medium, file), card);
    const files = [1, 2, 3].map((n) => Buffer.concat([packageBytes, Buffer.alloc(60_000, n)]));
    await host.publish({ files: files.map((bytes) => ({ path: `updates/${sha256(bytes)}.deb`, bytes })) });
    const answer = await host.answer(medium, request, { volumeBytes: 96 * 1024 });
    const volumes = answer.manifest.volumes.length;
    expect(volumes).toBeGreaterThan(1);
    writeFileSync(join(medium, 'letter <b>.txt'), 'hello');
    // Who looked a moment ago sees what lay there then.
    const html = await until(paths.exchangeReceive(), answer.path, viewer);
    expect(html).toContain(`${volumes} of ${volumes}`);
    expect(html).toContain('Request 1');
    expect(html).toContain('letter &lt;b&gt;.txt');
    // Who may not import is told so; the button stays.
    expect(html).toMatch(/aria-disabled="true"[^>]*>[^<]*Import/);
    const denied = await viewer.post(paths.bundlePick(), { path: answer.path, now: '1' });
    expect(denied.status).toBe(403);

    const wrong = await admin.post(paths.bundlePick(), { path: join(medium, 'letter <b>.txt'), now: '1' });
    expect(wrong.status).toBe(422);
    const picked = await admin.post(paths.bundlePick(), { path: answer.path, now: '1' });
    expect(picked.status).toBe(303);
    const address = picked.headers.get('location') ?? '';
    expect(await finished(address)).toMatchObject({ state: 'done', result: { result: 'imported' } });
    const { total } = site.appliance.exchange.receipts({ limit: 1 });
    expect(await viewer.html(paths.exchangeReceive())).toContain(`href="${paths.receipt(total)}"`);
  });
});
