import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';

const site = await openConsole();
afterAll(() => site.close());

describe('an address that moved', () => {
  it('leads on for good, with its filter and to the same thing', async () => {
    const administrator = await site.as('administrator');
    const led = async (path: string): Promise<string> => {
      const { status, headers } = await administrator.get(path);
      return `${status} ${headers.get('location')}`;
    };
    expect(await led('/controllers/windows?from=2026-12-01')).toBe(`301 ${paths.windows()}?from=2026-12-01`);
    expect(await led('/controllers/plans/new?window=a%20b')).toBe(`301 ${paths.planNew()}?window=a%20b`);
    expect(await led('/controllers/plans/0123456789')).toBe(`301 ${paths.plan('0123456789')}`);
    expect(await led('/controllers/measures')).toBe(`301 ${paths.measures()}`);
    expect(await led('/controllers/evidence')).toBe(`301 ${paths.evidence()}`);
    // No more than the beginning of an address is not the address.
    expect(await led('/controllers/measuresx')).toMatch(/^404/);
  });

  it('leads to the log-in first', async () => {
    const response = await site.browser().get('/controllers/measures?q=1');
    expect([response.status, response.headers.get('location')]).toEqual([
      303,
      paths.login({ back: '/controllers/measures?q=1' }),
    ]);
  });
});
