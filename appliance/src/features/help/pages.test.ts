import { chapterNames } from '@sallyport/ui/help/chapters';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';

describe('the help', () => {
  let site: Awaited<ReturnType<typeof openConsole>>;
  beforeAll(async () => {
    site = await openConsole();
  });
  afterAll(() => site.close());

  const textOf = async (path: string, lang = 'en'): Promise<{ status: number; html: string }> => {
    const browser = await site.as('viewer');
    await browser.post('/preferences', { lang, back: '/' });
    const response = await browser.get(path);
    return { status: response.status, html: await response.text() };
  };

  it('has contents that lead to each chapter, and each chapter has a page in three languages', async () => {
    const contents = (await textOf('/help')).html;
    for (const name of chapterNames) expect(contents).toContain(`href="/help/${name}"`);
    const titles = { en: 'Back up and restore', ru: 'Резервная копия', kk: 'Сақтық көшірме' };
    for (const [lang, title] of Object.entries(titles)) {
      const page = await textOf('/help/backup', lang);
      expect(page).toMatchObject({ status: 200, html: expect.stringContaining(title) });
      expect(page.html).toContain('sallyport backup create --out /media/usb/plant.spb');
    }
    for (const name of chapterNames) expect((await textOf(`/help/${name}`)).status, name).toBe(200);
    expect((await textOf('/help/none')).status).toBe(404);
  });

  it('is one link away: each page leads to its chapter', async () => {
    for (const [path, chapter] of [
      ['/devices', 'devices'],
      ['/me', 'people'],
      ['/updates?q=a', 'updates'],
      ['/', 'worklist'],
    ] as const)
      expect((await textOf(path)).html, path).toContain(`href="/help/${chapter}"`);
  });

  it('is found by the palette, in the language of the reader, at the part that has the words', async () => {
    expect((await textOf('/search/palette?q=roll+back')).html).toMatch(/href="\/help\/upgrade#part-\d"/);
    expect((await textOf('/search/palette?q=қалпына', 'kk')).html).toContain('href="/help/backup#part-');
    expect((await textOf('/search/palette?q=PROXY_AUTH')).html).toContain('href="/help/proxy#part-');
    expect((await textOf('/search?q=JOB_STUCK', 'ru')).html).toContain('href="/help/health#part-');
  });

  it('is for those who are signed in', async () => {
    const response = await (await site.as('anonymous')).get('/help/backup');
    expect(response.status).toBe(303);
  });
});
