import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { visibleHtml, visibleText } from './visible-text.ts';

describe('printed text', () => {
  it.each([
    ['report\u202egpj.exe', 'report\\u{202e}gpj.exe'],
    ['pump\u200b-01', 'pump\\u{200b}-01'],
    ['a\u2066b\u2069', 'a\\u{2066}b\\u{2069}'],
    ['\u001b[2Jx', '\\u{1b}[2Jx'],
    ['so\u00adft \ufeff', 'so\\u{ad}ft \\u{feff}'],
    ['\u{e0041}', '\\u{e0041}'],
    ['a\u3164', 'a\\u{3164}'],
  ])('names what is not seen in %j', (text, shown) => expect(visibleText(text)).toBe(shown));

  it('leaves letters of every script, signs, tabs and line ends as they are', () => {
    const text = 'Насос 1 · Қостанай ӘҒҚҢӨҰҮҺІ\t“x”\r\n→ é 漢字 ½ °C 👍';
    expect(visibleText(text)).toBe(text);
  });

  it('has nothing of a format or a control but tabs and line ends', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(visibleText(text).replace(/[\t\r\n]/g, '')).not.toMatch(/[\p{Cc}\p{Cf}]/u);
      }),
    );
  });

  it('is changed between the tags of a page, not in what a form sends back', () => {
    const page =
      '<p title="a\u202eb">a\u202eb</p><input value="a\u202eb"/><textarea name="x">a\u202eb</textarea>\u202e';
    expect(visibleHtml(page)).toBe(
      '<p title="a\u202eb">a\\u{202e}b</p><input value="a\u202eb"/><textarea name="x">a\u202eb</textarea>\\u{202e}',
    );
  });
});
