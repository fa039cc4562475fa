import { describe, expect, it } from 'vitest';
import { textOf } from './table.tsx';

const Name = ({ children }: { children: string }) => <b translate="no">{children}</b>;

describe('the text of a cell', () => {
  it('is what stands in it, of views in views', () => {
    expect(
      textOf(
        <a href="/devices/d1">
          <Name>pump-7</Name>, {3} {null}
          {['a', ' ', 'b']}
        </a>,
      ),
    ).toBe('pump-7, 3 a b');
  });

  it('has nothing of what only a screen reader or a narrow screen shows', () => {
    expect(
      textOf(
        <>
          <span class="vh">Unknown</span>
          <span class="dim narrow-only">Debian 13</span>–
        </>,
      ),
    ).toBe('–');
  });
});
