import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { paths } from '@sallyport/ui/paths';
import { afterAll, expect, it } from 'vitest';
import { openConsole } from '../../../test/support/console.ts';
import { type Actor, systemActor } from '../../engine/objects/types.ts';
import { maxAtOnce } from './held-tokens.ts';

const site = await openConsole();
afterAll(() => site.close());

it('a second person is asked about no more tokens at once than are decided about at once', async () => {
  const { objects, rollbackDetector } = site.appliance;
  const browser = await site.as('administrator');
  const ids = Array.from(
    { length: maxAtOnce + 1 },
    (_, n) =>
      objects.create(systemActor, 'token', {
        name: `line ${n}`,
        purpose: 'agent',
        hash: n.toString(16).padStart(64, '0'),
      }).id,
  );
  rollbackDetector.tokens.hold('all');
  const { id } = objects.create(systemActor, 'account', { name: 'aigul', roles: ['administrator'] });
  const actor: Actor = {
    type: 'account',
    id,
    label: 'Aigul',
    from: '10.20.4.2',
    rights: new Set(['all']),
    authenticatedAt: nowMs(),
  };
  for (const some of [ids.slice(0, maxAtOnce), ids.slice(maxAtOnce)])
    rollbackDetector.tokens.ask(actor, some, 'the lines use them');

  const page = await browser.html(paths.rollback());
  const asked = [...page.matchAll(/name="ids" value="([^"]*)"/g)].map(([, text = '']) => text.split(' '));
  // Of each request one field, or one of each of its buttons.
  expect(Math.max(...asked.map(({ length }) => length))).toBe(maxAtOnce);
  expect(new Set(asked.flat())).toEqual(new Set(ids));
  // Nothing is left to ask for: the refusal is a page with its code.
  const refused = await browser.post(paths.rollbackTokens(), { reason: 'none' });
  expect(await refused.text()).toContain('INVALID');
});
