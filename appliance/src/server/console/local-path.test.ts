import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { safeBack } from '../../features/accounts/login-pages.tsx';
import { isLocalPath } from './local-path.ts';

const origin = 'https://appliance.example';

describe('where a browser is sent back to', () => {
  it('stays on this host whatever was asked', () => {
    const piece = fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      ':',
      '@',
      '\t',
      '\n',
      '\r',
      '%2f',
      '%5c',
      'https:',
      'evil.example',
      '?',
      '#',
      'devices',
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ maxLength: 3 })), { maxLength: 8 }), (pieces) => {
        const text = pieces.join('');
        expect(new URL(safeBack(text), origin).origin).toBe(origin);
        if (isLocalPath(text)) expect(new URL(text, origin).origin).toBe(origin);
      }),
      { numRuns: runs(2_000) },
    );
  });

  it.each(['//evil.example', '/\\evil.example', '/\t/evil.example', 'https://evil.example', 'evil', '', '/a b'])(
    'is not %j',
    (text) => expect(isLocalPath(text)).toBe(false),
  );

  it.each(['/', '/devices?status=critical', '/first', '/a//b'])('may be %s', (text) =>
    expect(isLocalPath(text)).toBe(true),
  );
});
