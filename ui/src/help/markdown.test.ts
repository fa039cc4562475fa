import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMarkdown } from './markdown.ts';

describe('the Markdown of the help', () => {
  it('has headings, paragraphs, lists, tables and code', () => {
    const text =
      '# T\n\nOne\nline with `code`, **strong**, *this* and [a link](devices).\n\n1. a\n2. b\n\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```sh\nls | wc\n\nend\n```\n## Part';
    expect(parseMarkdown(text).map(({ kind }) => kind)).toEqual([
      'title',
      'paragraph',
      'list',
      'list',
      'table',
      'code',
      'part',
    ]);
    expect(parseMarkdown(text)[1]).toEqual({
      kind: 'paragraph',
      content: [
        { kind: 'text', text: 'One line with ' },
        { kind: 'code', text: 'code' },
        { kind: 'text', text: ', ' },
        { kind: 'strong', text: 'strong' },
        { kind: 'text', text: ', ' },
        { kind: 'emphasis', text: 'this' },
        { kind: 'text', text: ' and ' },
        { kind: 'link', text: 'a link', chapter: 'devices' },
        { kind: 'text', text: '.' },
      ],
    });
    expect(parseMarkdown(text)[5]).toEqual({ kind: 'code', language: 'sh', text: 'ls | wc\n\nend' });
  });

  it('takes HTML and addresses of elsewhere for text', () => {
    const line = '<script>alert(1)</script> [x](javascript:alert) [y](https://a.example)';
    expect(parseMarkdown(line)).toEqual([{ kind: 'paragraph', content: [{ kind: 'text', text: line }] }]);
  });

  it('ends for every text, and loses no word of one without code and tables', () => {
    const piece = fc.constantFrom('#', '##', '|', '- ', '1. ', '`', '**', '*', 'word', ' ', '\n', '\n\n');
    const words = (text: string): number => text.match(/word/g)?.length ?? 0;
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        const text = pieces.join('');
        expect(words(JSON.stringify(parseMarkdown(text)))).toBe(words(text));
      }),
    );
    const any = fc.constantFrom('```', '|', '|---|', '- ', '\n', 'word');
    fc.assert(fc.property(fc.array(any, { maxLength: 40 }), (pieces) => void parseMarkdown(pieces.join(''))));
  });
});
