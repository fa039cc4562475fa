import { defined } from '@sallyport/bundle-tools/platform/defined';
import { catalogue } from '@sallyport/ui/i18n/catalogue';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Browser, type Console, openConsole } from '../../../test/support/console.ts';
import { deb } from '../../../test/support/site.ts';
import { immediate } from '../../platform/database.ts';
import { wholeSite } from '../../platform/scope.ts';
import { csvLines, eachOf } from './list-file.ts';

let site: Console;
let admin: Browser;
const { t } = catalogue('en');
const markup = '<b>mixer</b>';
const recorded = 5_003;

const printOf = async (path: string): Promise<string> => {
  const response = await admin.get(path);
  expect([response.status, response.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  return response.text();
};
const rowsOf = (page: string): string[] => page.match(/<tbody>(.*)<\/tbody>/s)?.[1]?.match(/<tr>.*?<\/tr>/gs) ?? [];

beforeAll(async () => {
  site = await openConsole();
  admin = await site.as('administrator');
  for (let n = 1; n <= 130; n += 1) site.device(n === 130 ? markup : `pump-${n}`);
  immediate(site.appliance.db, () => {
    for (let n = 0; n < recorded; n += 1)
      site.appliance.events.record('server-started', { actor: 'system:appliance', params: { version: `9.${n}` } });
  });
});
afterAll(() => site.close());

describe('a list that is printed', () => {
  it('has every row of its view, which its page shows fifty of', async () => {
    expect(rowsOf(await printOf(`${paths.devicesCsv()}?print=1`))).toHaveLength(130);
    expect(rowsOf(await printOf(`${paths.devicesCsv()}?q=pump&print=1`))).toHaveLength(129);
  });

  it('is a link of its page that keeps filter, order and columns, and leads back to them', async () => {
    const asked = 'q=pump&state=managed&sort=-name&col=name&col=address';
    const link = `${paths.devicesCsv()}?${asked}&print=1`.replaceAll('&', '&amp;');
    const page = await (await admin.get(`${paths.devices()}?${asked}`)).text();
    expect(page.includes(`href="${link}"`), link).toBe(true);
    const print = await printOf(`${paths.devicesCsv()}?${asked}&print=1`);
    expect(print.includes(`href="${`${paths.devices()}?${asked}`.replaceAll('&', '&amp;')}"`)).toBe(true);
    expect(rowsOf(print)[0]).toBe('<tr><td>pump-99</td><td>–</td></tr>');
  });

  it('says site, list, filter, time and age of advisories first, and at its foot who printed it', async () => {
    const page = await printOf(`${paths.devicesCsv()}?state=managed&print=1`);
    const text = (part: string): string => part.replaceAll(/<[^>]*>/g, ' ').replaceAll(/\s+/g, ' ');
    const [head = '', foot = ''] = page.split(/<tbody>.*<\/tbody>/s).map(text);
    expect(head).toContain('Sallyport');
    expect(head).toContain(`(${site.appliance.config.site})`);
    expect(head).toContain(t('nav.devices'));
    expect(head).toContain(`${t('condition.field.state')}: ${t('devices.state.managed')}`);
    expect(head).toContain(t('common.noAdvisories'));
    expect(foot).toMatch(/Printed by: .+, \d+ \w+ \d{4}/);
  });

  it('has names as text', async () => {
    const page = await printOf(`${paths.devicesCsv()}?q=mixer&print=1`);
    expect(page.includes(markup)).toBe(false);
    expect(rowsOf(page)[0]).toContain('&lt;b&gt;mixer&lt;/b&gt;');
  });

  it('has at most 5,000 rows, says of how many, and the file has all of them', async () => {
    const { total } = site.appliance.events.list({ scope: wholeSite('job'), limit: 1 });
    expect(total).toBeGreaterThanOrEqual(recorded);
    const page = await printOf(`${paths.eventsCsv()}?type=server-started&print=1`);
    expect(rowsOf(page)).toHaveLength(5_000);
    expect(page.includes(t('print.first', { count: 5_000, total: recorded }))).toBe(true);
    const file = await (await admin.get(`${paths.eventsCsv()}?type=server-started`)).text();
    expect(file.trimEnd().split('\r\n')).toHaveLength(recorded + 1);
  });

  it('is recorded with its number of rows, as its file is', async () => {
    await printOf(`${paths.devicesCsv()}?q=pump&print=1`);
    const [newest] = site.appliance.events.list({ scope: wholeSite('job'), limit: 1, type: ['data-exported'] }).rows;
    expect(newest?.params).toEqual({ what: 'devices', rows: 129 });
  });

  it('is sent while its rows are read: others are answered between its first row and its last', async () => {
    const response = await admin.get(`${paths.eventsCsv()}?type=server-started&print=1`);
    const reader = response.body?.getReader();
    const first = await reader?.read();
    const text = new TextDecoder().decode(first?.value);
    expect(text.includes('<tr>') && !text.includes('</tbody>')).toBe(true);
    expect((await admin.get(paths.devices())).status).toBe(200);
    await reader?.cancel();
  });
});

describe('a file that has not every row', () => {
  const file = (rows: readonly string[], count: number, isCut?: boolean): string[] => {
    const list = { head: ['Name', 'Note'], rows: { ...eachOf(rows, (name) => [name, '']), ...defined({ isCut }) } };
    return [...csvLines({ t }, list, count)].slice(1);
  };
  const only = (count: number): string => `"${t('file.first', { count })}",\r\n`;

  it('says so in its last line', () => {
    expect(file(['a', 'b', 'c'], 2)).toEqual(['a,\r\n', 'b,\r\n', only(2)]);
    expect(file(['a', 'b'], 2, true)).toEqual(['a,\r\n', 'b,\r\n', only(2)]);
    expect(file(['a', 'b'], 2)).toEqual(['a,\r\n', 'b,\r\n']);
  });
});

describe('changes', () => {
  const lines = async (): Promise<string[]> =>
    (await (await admin.get(paths.changesCsv())).text()).trimEnd().split('\r\n').slice(1);

  it('have times within their text as in cells of their own', async () => {
    const { id } = site.device('clock');
    for (const day of ['01', '02']) site.report(id, 'activity', [{ bootedAt: `2026-01-${day}T00:00:00Z` }]);
    const changed = (await lines()).filter((line) => line.includes(t('collection.activity.field.bootedAt')));
    expect(changed.some((line) => /: 2026-01-01T00:00:00Z,.*: 2026-01-02T00:00:00Z/.test(line))).toBe(true);
    expect(changed.filter((line) => line.includes('GMT'))).toEqual([]);
  });

  it('are not said to be all where the print has the first of them', async () => {
    const { id } = site.device('full');
    const packages = Array.from({ length: 5_001 }, (_, n) => deb(`package-${n}`, '1'));
    site.report(id, 'software', packages.slice(0, 1));
    site.report(id, 'software', packages);
    const page = await printOf(`${paths.changesCsv()}?print=1`);
    expect(rowsOf(page)).toHaveLength(5_000);
    expect(page.includes(t('print.firstOfMore', { count: 5_000 }))).toBe(true);
    expect((await lines()).length).toBeGreaterThan(5_000);
  });
});

describe('every list with a file', () => {
  it('has a print with the heads of its file', async () => {
    const files = [
      paths.devicesCsv(),
      paths.controllersCsv(),
      paths.controllerFindingsCsv(),
      paths.vulnerabilitiesCsv(),
      paths.updatesCsv(),
      paths.softwareCsv(),
      paths.inventoryCsv('accounts.csv'),
      paths.inventoryCsv('discovery.csv'),
      paths.changesCsv(),
      paths.deviationsCsv(),
      paths.eventsCsv(),
      paths.provisionCsv(),
      paths.measuresCsv(),
    ];
    for (const file of files) {
      const [head = ''] = (await (await admin.get(file)).text()).replace(/^\ufeff/, '').split('\r\n');
      const page = await printOf(`${file}?print=1`);
      const heads = [...page.matchAll(/<th scope="col">(.*?)<\/th>/g)].map((match) => match[1]);
      expect(heads.join(','), file).toBe(head);
      const back = /<a class="btn" href="([^"]*)"/.exec(page)?.[1] ?? '';
      expect((await admin.get(back)).status, back).toBe(200);
    }
  });
});
