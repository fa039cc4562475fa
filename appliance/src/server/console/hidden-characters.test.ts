import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';

const site = await openConsole();
const device = site.device('pump\u202egpj');
site.report(device.id, 'accounts', [{ name: 'operator', uid: 61_184 }]);
afterAll(() => site.close());

describe('characters of reported text that are not seen', () => {
  it.each([
    [paths.devices(), 'pump\\u{202e}gpj'],
    [paths.device(device.publicId), 'pump\\u{202e}gpj'],
    [paths.inventory('accounts'), 'pump\\u{202e}gpj'],
    [`${paths.devices()}.csv?print=1`, 'pump\\u{202e}gpj'],
    [`${paths.devices()}.csv`, 'pump\\u{202e}gpj'],
  ])('are named on %s', async (path, shown) => {
    const text = await (await (await site.as('viewer')).get(path)).text();
    expect(text).toContain(shown);
    expect(text.replace(/<[^>]*>/g, '').slice(1)).not.toMatch(/\u202e/);
  });

  it('go back from a form as they came', async () => {
    const form = await (await site.as('administrator')).html(paths.deviceEdit(device.publicId));
    expect(form).toContain('pump\\u{202e}gpj');
    const value = /<input[^>]*name="displayName"[^>]*>/.exec(form)?.[0];
    expect(value).toBeDefined();
    expect(value).not.toContain('\\u{');
  });
});
