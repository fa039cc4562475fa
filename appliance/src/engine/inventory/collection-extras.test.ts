import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { AppError } from '../../platform/errors.ts';
import { systemActor } from '../objects/types.ts';
import { categoryMatching } from './app-categories.ts';
import { partOf } from './types.ts';

const links = (page: string): string[] =>
  [...page.matchAll(/href="([^"]*)"/g)].map((match) => (match[1] ?? '').replaceAll('&amp;', '&'));
const create = (kind: string, body: Record<string, unknown>) =>
  site.appliance.objects.ofAnyKind.create(systemActor, kind, body);

const disk = { type: 'disk', model: 'INTEL SSD', serial: 'PHYF1' };
const fan = { type: 'fan', model: 'F12', slot: 'rear' };
const sha = (digit: string) => digit.repeat(64);
const programs = [
  { sha256: sha('a'), name: 'run', path: '/opt/tool/bin/run', removable: false },
  { sha256: sha('b'), name: 'old', path: '/opt/tool/old/run', removable: false },
  { sha256: sha('c'), name: 'Game.EXE', path: 'D:\\Games\\Game.EXE', removable: true },
  { sha256: sha('d'), name: 'ls', path: '/usr/bin/ls', removable: false },
];

const site = await openConsole();
const admin = await site.as('administrator');
const viewer = await site.as('viewer');
const pump = site.device('pump-01');
const mixer = site.device('mixer-1');
site.report(pump.id, 'hardware', [disk, fan]);
site.report(pump.id, 'executable', programs);
site.report(mixer.id, 'executable', [programs[3] as (typeof programs)[number]]);
afterAll(() => site.close());

describe('what people enter about a part', () => {
  it('starts from a link in the list of hardware, which fills in the part', async () => {
    const page = await admin.html(paths.deviceTab(pump.publicId, 'hardware'));
    const link = links(page).find((href) => href.startsWith('/objects/hardware-record/new') && href.includes('PHYF1'));
    expect(link).toBeDefined();
    const form = await admin.html(link ?? '');
    expect(form).toContain('value="serial/disk/PHYF1"');
    expect(links(await viewer.html(paths.deviceTab(pump.publicId, 'hardware'))).join(' ')).not.toContain('/new');
  });

  it('is shown, found and exported beside what the part reports, and has a history', async () => {
    create('hardware-column', { name: 'Guarantee', type: 'date' });
    const record = create('hardware-record', {
      name: 'SSD of the pump',
      part: partOf(pump.publicId, disk),
      inventoryNumber: 'INV-0042',
      place: 'Hall 3',
      purchasedAt: '2024-05-01T00:00:00Z',
      custom: ['Guarantee: 2029-05-01'],
    });
    create('hardware-record', { name: 'Fan', part: partOf(pump.publicId, fan), inventoryNumber: 'INV-0043' });
    const list = await viewer.html(paths.inventory('hardware'));
    expect(list).toContain('INV-0042');
    expect(list).toContain(`href="${paths.object('hardware-record', record.id)}"`);
    const [one, other] = [
      await viewer.html(`${paths.inventory('hardware')}?q=INV-0042`),
      await viewer.html(`${paths.inventory('hardware')}?q=INV-0043`),
    ];
    expect([one.includes('PHYF1'), one.includes('INV-0043')]).toEqual([true, false]);
    expect([other.includes('PHYF1'), other.includes('INV-0043')]).toEqual([false, true]);
    const csv = await (
      await viewer.get('/inventory/hardware.csv?col=model&col=inventoryNumber&col=place&col=custom.Guarantee')
    ).text();
    expect(csv.split('\r\n')[0]).toMatch(/Guarantee$/);
    expect(csv).toMatch(/INV-0042,Hall 3,2029-05-01/);
    site.appliance.objects.update(systemActor, 'hardware-record', record.id, { place: 'Store', writtenOff: true });
    const history = await viewer.html(paths.objectRevisions('hardware-record', record.id, { a: 1, b: 2 }));
    expect(history).toContain('Hall 3');
    expect(history).toContain('Store');
  });

  it('stays with a part that has a number when it moves to another device', async () => {
    site.report(mixer.id, 'hardware', [disk]);
    expect(await viewer.html(paths.deviceTab(mixer.publicId, 'hardware'))).toContain('INV-0042');
    expect(partOf(mixer.publicId, fan)).not.toBe(partOf(pump.publicId, fan));
  });

  it.each([
    ['a column that is not declared', ['Colour: red']],
    ['a value of another type', ['Guarantee: soon']],
  ])('with %s is refused', (_what, custom) => {
    expect(() => create('hardware-record', { name: 'x', custom })).toThrow(AppError);
  });
});

describe('an application category', () => {
  const names = async (body: Record<string, unknown>): Promise<string[]> => {
    const category = create('app-category', { name: `c${Math.floor(performance.now() * 1000)}`, ...body });
    const csv = await (await viewer.get(`/inventory/executable.csv?category=${category.id}&col=name&col=path`)).text();
    return csv
      .trimEnd()
      .split('\r\n')
      .slice(1)
      .map((line) => line.split(',')[1] ?? '')
      .sort();
  };

  it.each([
    ['a hash, in capitals too', { hashes: [sha('A')] }, ['/opt/tool/bin/run']],
    ['a mask', { paths: ['/opt/*/run'] }, ['/opt/tool/bin/run', '/opt/tool/old/run']],
    ['a mask with one sign', { paths: ['/usr/bin/l?'] }, ['/usr/bin/ls']],
    ['no wildcard of the database', { paths: ['/opt/%'] }, []],
    ['a folder', { folders: ['/opt/tool/old/'] }, ['/opt/tool/old/run']],
    ['a folder of Windows', { folders: ['d:\\games'] }, ['D:\\Games\\Game.EXE']],
    ['removable drives', { removable: true }, ['D:\\Games\\Game.EXE']],
    ['one of several', { hashes: [sha('d')], paths: ['/opt/tool/bin/run'] }, ['/opt/tool/bin/run', '/usr/bin/ls']],
    ['an exclusion', { folders: ['/opt'], exceptPaths: ['*/old/*'] }, ['/opt/tool/bin/run']],
  ])('holds what meets %s', async (_what, body, expected) => {
    expect(await names(body)).toEqual(expected);
  });

  it('holds what a reference device has', async () => {
    expect(await names({ devices: [mixer.publicId, 'gone'] })).toEqual(['/usr/bin/ls']);
  });

  it('is a filter of the list of executables, in the console and in the API', async () => {
    const category = create('app-category', { name: 'Tools', folders: ['/opt'] });
    const page = await viewer.html(`${paths.inventory('executable')}?category=${category.id}`);
    expect([page.includes('/opt/tool/old/run'), page.includes('/usr/bin/ls')]).toEqual([true, false]);
    expect(page).toContain('Tools');
  });

  it('without a single condition is refused; with none of them it would hold nothing', () => {
    expect(() => create('app-category', { name: 'empty' })).toThrow(AppError);
    expect(() => create('app-category', { name: 'bad', hashes: ['xyz'] })).toThrow(AppError);
    expect(categoryMatching({}, () => [])).toEqual({ any: [], none: [] });
  });
});
