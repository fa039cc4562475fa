import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';

const site = await openConsole();
const device = site.device('pump-7');
const account = { name: 'operator', uid: 61_184 };
site.report(device.id, 'accounts', [account]);
site.report(device.id, 'accounts', [{ ...account, uid: 61_185 }]);
afterAll(() => site.close());

describe('a number that names something', () => {
  it.each(['kk', 'ru', 'en'])(
    'is written as its digits in the list, on the device and in its changes: %s',
    async (lang) => {
      const viewer = await site.as('viewer');
      for (const path of [
        paths.inventory('accounts'),
        paths.deviceTab(device.publicId, 'accounts'),
        paths.deviceTab(device.publicId, 'changes'),
      ]) {
        const html = await (await viewer.get(path, { 'accept-language': lang })).text();
        expect(`${path} ${html.includes('61185')}`).toBe(`${path} true`);
      }
    },
  );

  it('is a number in the file', async () => {
    const csv = await (await (await site.as('viewer')).get(paths.inventoryCsv('accounts.csv'))).text();
    expect(csv).toContain(',61185');
  });
});
