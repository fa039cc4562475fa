import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { langs } from '@sallyport/ui/i18n/types';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { update } from '../../../test/support/catalog.ts';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from './types.ts';

let deployment = '';
const openssl = update('openssl', '3.5.1-1');
const ghost = 'dev-0000';
const site = await openConsole();
const { objects, updates, db } = site.appliance;
const pump = site.device('pump-7');
objects.put(systemActor, 'device-decision', pump.publicId, { description: 'in the cellar' });
objects.put(systemActor, 'setting', 'devices.not-visible-hours', { value: 30 });
db.transaction(() => updates.applyCatalog([openssl], new Map(), '2026-01-01T00:00:00Z'))();
const devices = [pump.publicId, ghost, ...Array.from({ length: 12 }, (_, n) => site.device(`mixer-${n}`).publicId)];
deployment = objects.create(systemActor, 'deployment', { name: 'Sunday', updates: [openssl.id], devices }).id;
afterAll(() => site.close());

const page = async (path: string, lang = 'en'): Promise<string> => {
  const response = await (await site.as('viewer')).get(path, { 'accept-language': lang });
  expect(`${path} ${response.status}`).toBe(`${path} 200`);
  return (await response.text()).replaceAll(/\s+/g, ' ');
};
/** Whether a page has a text; a whole page in a failure's message helps nobody. */
const holds = (html: string, text: string): boolean => html.includes(text);

describe('lists of what is decided', () => {
  it('offer to create only what is created there', async () => {
    const admin = await site.as('administrator');
    const offers = async (kind: string): Promise<boolean> =>
      holds(await (await admin.get(paths.objects(kind))).text(), `href="${paths.objectNew(kind)}"`);
    for (const kind of ['device-decision', 'setting', 'deployment']) expect(await offers(kind)).toBe(false);
    expect(await offers('group')).toBe(true);
  });

  it('are asked for each field that people enter, by the address as before and by the builder', async () => {
    const rule = { name: 'Pumps', tag: 'pump', condition: 'name starts pump' };
    objects.create(systemActor, 'tag-rule', rule);
    objects.create(systemActor, 'tag-rule', { ...rule, name: 'Mixers', tag: 'mixer', disabled: true });
    const both = async (query: string): Promise<boolean[]> => {
      const html = await page(`${paths.objects('tag-rule')}?${query}`);
      return ['Pumps', 'Mixers'].map((name) => holds(html, `>${name}</a>`));
    };
    expect(await both('')).toEqual([true, true]);
    expect(await both('q=pumps')).toEqual([true, false]);
    expect(await both('disabled=yes')).toEqual([false, true]);
    expect(await both('tag=pump&tag=mixer')).toEqual([true, true]);
    expect(await both('tag!=pump')).toEqual([false, true]);
    expect(await both('where=tag%20%3D%20mixer%20or%20condition%20contains%20tank')).toEqual([false, true]);
    expect(await both('updatedAt.newer=1d')).toEqual([true, true]);
    expect(await both('updatedAt.older=1d')).toEqual([false, false]);
    const admin = await site.as('administrator');
    const built = await admin.get(`${paths.objects('tag-rule')}?b.0.field=disabled&b.0.op=%3D&b.0.value=no`);
    expect(built.headers.get('location')).toBe(`${paths.objects('tag-rule')}?disabled=no`);
    expect((await admin.get(`${paths.objects('tag-rule')}?disabled=perhaps`)).status).toBe(422);
    const moving = { name: 'In', condition: 'name starts pump', mode: 'once' } as const;
    const [group, other] = ['A', 'B'].map((name) => objects.create(systemActor, 'group', { name }).id);
    objects.create(systemActor, 'moving-rule', { ...moving, group: group ?? '' });
    const found = async (query: string): Promise<boolean> =>
      holds(await page(`${paths.objects('moving-rule')}?${query}`), '>In</a>');
    expect(await found(`group=${group}&mode=once`)).toBe(true);
    expect(await found(`group=${other}`)).toBe(false);
  });

  it('call a device that nobody named by its host name', async () => {
    const html = await page(paths.objects('device-decision'));
    expect(holds(html, `>pump-7</a>`)).toBe(true);
    expect(holds(html, `>${pump.publicId}</a>`)).toBe(false);
  });

  it.each(langs)('call a setting by its words and lead to where it is set: %s', async (lang) => {
    const html = await page(paths.objects('setting'), lang);
    const words = catalogue(lang).t('setting.devices.not-visible-hours.title');
    expect(holds(html, `href="${paths.settings({ area: 'devices' })}" translate="no">${words}</a>`)).toBe(true);
    expect(holds(html, '>devices.not-visible-hours<')).toBe(false);
  });

  it.each(langs)('are put in order and searched by the words that are shown: %s', async (lang) => {
    const { t } = catalogue(lang);
    for (const name of ['devices.idle-record-days', 'devices.check-in-seconds'])
      site.appliance.objects.put(systemActor, 'setting', name, { value: 90 });
    const words = [
      t('setting.devices.not-visible-hours.title'),
      t('setting.devices.idle-record-days.title'),
      t('setting.devices.check-in-seconds.title'),
    ];
    const shownIn = (html: string): string[] =>
      words.filter((word) => holds(html, word)).sort((a, b) => html.indexOf(a) - html.indexOf(b));
    const inOrder = words.toSorted(new Intl.Collator(lang).compare);
    expect(shownIn(await page(`${paths.objects('setting')}?sort=name`, lang))).toEqual(inOrder);
    expect(shownIn(await page(`${paths.objects('setting')}?sort=-name`, lang))).toEqual(inOrder.toReversed());
    const [one = ''] = words;
    expect(shownIn(await page(`${paths.objects('setting')}?q=${encodeURIComponent(one.toLowerCase())}`, lang))).toEqual(
      [one],
    );
  });

  it('find a device that nobody named by its host name', async () => {
    expect(holds(await page(`${paths.objects('device-decision')}?q=pump`), '>pump-7</a>')).toBe(true);
    expect(holds(await page(`${paths.objects('device-decision')}?q=mixer`), '>pump-7</a>')).toBe(false);
  });

  it('call updates and devices of a deployment by name, each with its page, and say how many more there are', async () => {
    for (const path of [paths.objects('deployment'), paths.object('deployment', deployment)]) {
      const html = await page(path);
      // The first column of a list stands under the link of its row where a page is narrow.
      const isLinked = path !== paths.objects('deployment');
      const update = isLinked ? `<a href="${paths.update(openssl.id)}" translate="no">` : '<span translate="no">';
      expect(holds(html, `${update}openssl 3.5.1-1</`)).toBe(true);
      expect(holds(html, `<a href="${paths.device(pump.publicId)}" translate="no">pump-7</a>`)).toBe(true);
      // What is gone keeps its id.
      expect(holds(html, `>${ghost}</a>`)).toBe(true);
      expect(holds(html, 'mixer-7</a> and 4 more')).toBe(true);
      expect(holds(html, 'mixer-8')).toBe(false);
    }
  });
});
