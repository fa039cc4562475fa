import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Announcement,
  announcementPath,
  encodeAnnouncement,
} from '@sallyport/bundle-tools/documents/announcement';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Browser, type Console, openConsole } from '../../../test/support/console.ts';
import { makeHost, type TestHost } from '../../../test/support/host.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

const dayMs = 86_400_000;
const person = { ...systemActor, rights: new Set(['all' as const]) };
const at = (days: number): string => toTime(nowMs() + days * dayMs);
const note = (n: number, title: string, changes: Partial<Announcement> = {}): Announcement => ({
  format: 'sallyport-announcement/1',
  id: String(n).repeat(32),
  severity: 'info',
  published_at: at(-1),
  ends_at: at(20),
  texts: [{ language: 'en', title, body: `${title}, first line\nsecond line\n\nanother paragraph` }],
  ...changes,
});
const fileOf = (one: Announcement) => ({
  path: announcementPath(one),
  kind: 'announcement',
  bytes: encodeAnnouncement(one),
});

describe('announcements at a site', () => {
  let site: Console;
  let host: TestHost;
  let card: Uint8Array;
  let admin: Browser;
  let viewer: Browser;
  let round = 0;

  beforeAll(async () => {
    site = await openConsole();
    admin = await site.as('administrator');
    viewer = await site.as('viewer');
    host = makeHost(join(site.dataDir, 'host'));
    await host.publish();
    const { exchange } = site.appliance;
    await exchange.importTrust(person, await host.trustFile(join(site.dataDir, 'trust')), host.rootFingerprint);
    card = exchange.siteCard(person).bytes;
  });
  afterAll(() => site.close());
  afterEach(() => {
    vi.useRealTimers();
  });

  const bring = async (...files: { path: string; kind: string; bytes: Uint8Array }[]): Promise<void> => {
    const { exchange } = site.appliance;
    round += 1;
    const medium = join(site.dataDir, `medium-${round}`);
    mkdirSync(medium);
    const request = host.open(exchange.exportRequest(person, medium).path, card);
    await host.publish({ files });
    await exchange.importBundle(person, (await host.answer(join(medium, 'out'), request)).path);
  };
  const titles = () => site.appliance.announcements.list(person).map(({ texts }) => texts[0]?.title);

  it('come with a bundle, are unread for everybody, and read by whom they read', async () => {
    await bring(
      fileOf(note(1, 'The office moves')),
      fileOf(note(2, 'Do not install KB1', { severity: 'critical', concerns: { product: 'Windows', versions: '10' } })),
    );
    const overview = await admin.html(paths.work());
    expect(overview).toContain('2 unread announcements');
    expect(overview).toContain('Do not install KB1');
    const list = await admin.html(paths.announcements());
    expect(list).toContain('first line<br/>second line');
    expect(list).toContain('Windows 10');
    expect((await admin.post(paths.announcementRead('2'.repeat(32)))).status).toBe(303);
    expect(await admin.html(paths.work())).toContain('1 unread announcement<');
    expect(await viewer.html(paths.work())).toContain('2 unread announcements');
    expect((await admin.post(paths.announcementRead('2'.repeat(32)))).status).toBe(303);
    expect((await admin.post(paths.announcementRead('9'.repeat(32)))).status).toBe(404);
    const events = site.appliance.events.list({ scope: wholeSite('job'), type: ['announcement-received'], limit: 10 });
    expect(new Set(events.rows.map(({ params }) => params['title']))).toEqual(
      new Set(['Do not install KB1', 'The office moves']),
    );
  });

  it('are shown in the language of the reader; another one is named and marked', async () => {
    await bring(
      fileOf(
        note(3, 'Hello', {
          texts: [
            { language: 'en', title: 'Hello', body: 'text' },
            { language: 'ru', title: 'Привет', body: 'текст' },
          ],
        }),
      ),
    );
    await viewer.post('/preferences', { lang: 'kk' });
    const html = await viewer.html(paths.announcements());
    expect(html).toContain('<span lang="ru">Привет</span>');
    expect(html).toContain('Қазақшасы жазылмаған; бұл орысша мәтін.');
    expect(html).not.toContain('Hello');
    await viewer.post('/preferences', { lang: 'ru' });
    const russian = await viewer.html(paths.announcements());
    expect(russian).toContain('<span>Привет</span>');
    expect(russian).not.toContain('Это текст на русском');
  });

  it('go with the catalogue that has them no more, stay read, and come back with the inventory before', async () => {
    await bring(fileOf(note(4, 'One')), fileOf(note(5, 'Two')));
    expect((await admin.post(paths.announcementRead('4'.repeat(32)))).status).toBe(303);
    await bring(fileOf(note(4, 'One', { texts: [{ language: 'en', title: 'One, corrected', body: 'text' }] })));
    expect(titles()).toEqual(['One, corrected']);
    expect(await admin.html(paths.announcements())).toContain('You have read it');
    site.appliance.exchange.revertInventory(person, 'wrong bundle');
    expect(titles()).toEqual(['One', 'Two']);
  });

  it('vanish when they end, and are not taken afterwards', async () => {
    await bring(fileOf(note(6, 'Short', { ends_at: at(2) })), fileOf(note(7, 'Over', { ends_at: at(-0.5) })));
    expect(titles()).toEqual(['Short']);
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3 * dayMs });
    expect(titles()).toEqual([]);
    expect(site.appliance.announcements.trim()).toBe(1);
    vi.useRealTimers();
    expect(titles()).toEqual([]);
    // What counted as the time never falls by itself.
    site.appliance.time.setFloor(Date.now(), true);
  });

  it('that this release cannot read are counted, and the bundle is taken', async () => {
    const later = Buffer.from(JSON.stringify({ format: 'sallyport-announcement/2' }));
    await bring({ path: 'announcements/later.json', kind: 'announcement', bytes: later }, fileOf(note(8, 'Plain')));
    expect(titles()).toEqual(['Plain']);
    const [event] = site.appliance.events.list({
      scope: wholeSite('job'),
      type: ['announcement-unreadable'],
      limit: 1,
    }).rows;
    expect(event?.params).toEqual({ count: 1 });
  });
});
