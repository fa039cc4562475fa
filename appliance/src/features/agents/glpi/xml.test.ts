import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../../platform/errors.ts';
import { escapeXml } from '../../../platform/xml/references.ts';
import type { XmlElement } from '../../../platform/xml/tree.ts';
import { parseXml } from './message.ts';

const outcome = (text: string): XmlElement | string => {
  try {
    return parseXml(text);
  } catch (error) {
    if (error instanceof AppError) return error.code;
    throw error;
  }
};
const leaf = (name: string, text = ''): XmlElement => ({ name, attributes: {}, text, children: [] });

const name = fc.stringMatching(/^[A-Z][A-Z0-9_]{0,8}$/);
const plain = fc.string({ maxLength: 20 }).map((text) => text.replace(/\r/g, ''));
const element: fc.Arbitrary<XmlElement> = fc.letrec<{ element: XmlElement }>((tie) => ({
  element: fc.oneof(
    { maxDepth: 4 },
    fc.record({
      name,
      attributes: fc.dictionary(name, plain, { maxKeys: 3 }),
      text: plain,
      children: fc.constant<XmlElement[]>([]),
    }),
    fc.record({
      name,
      attributes: fc.dictionary(name, plain, { maxKeys: 3 }),
      text: fc.constant(''),
      children: fc.array(tie('element'), { minLength: 1, maxLength: 4 }),
    }),
  ),
})).element;

const write = ({ name: tag, attributes, text, children }: XmlElement): string => {
  const said = Object.entries(attributes).map(([key, value]) => ` ${key}="${escapeXml(value)}"`);
  return `<${tag}${said.join('')}>${escapeXml(text)}${children.map(write).join('\n  ')}</${tag}>`;
};

describe('the XML of agents', () => {
  it('is read as it was written', () => {
    fc.assert(
      fc.property(element, fc.constantFrom('', '<?xml version="1.0" encoding="UTF-8"?>\n'), (tree, head) => {
        expect(parseXml(`${head}${write(tree)}\n`)).toEqual(tree);
      }),
    );
  });

  it('knows the five entities, numbers, CDATA, comments and empty elements', () => {
    expect(parseXml('<a>&lt;&amp;&gt;&quot;&apos;&#65;&#x42;<!-- & < --></a>').text).toBe('<&>"\'AB');
    expect(parseXml('<a><![CDATA[<b>&amp;]]></a>').text).toBe('<b>&amp;');
    expect(parseXml("<a><b x='1'/><b/></a>").children).toEqual([{ ...leaf('b'), attributes: { x: '1' } }, leaf('b')]);
    expect(parseXml('<a>&#xD800;&#99999999;</a>').text).toBe('\ufffd\ufffd');
  });

  it.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '<a/><b/>',
    '<a/>text',
    '<a>&nbsp;</a>',
    '<a>R&D</a>',
    '<a x="1" x="2"/>',
    '<a x=1/>',
    '<a b="<"/>',
    '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    '<a><!ENTITY b "c"></a>',
    '<a><?php ?></a>',
    '<a><![CDATA[</a>',
    '<![CDATA[x]]><a/>',
    `<${'x'.repeat(65)}/>`,
    '<a>'.repeat(13) + '</a>'.repeat(13),
    `<a ${Array.from({ length: 17 }, (_, n) => `a${n}="1"`).join(' ')}/>`,
  ])('refuses %j', (text) => {
    expect(outcome(text)).toBe('MALFORMED');
  });

  it('refuses more elements than a report has', () => {
    expect(outcome(`<a>${'<b/>'.repeat(400_001)}</a>`)).toBe('MALFORMED');
  });

  it('never answers anything but a tree or a refusal', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      '&',
      ';',
      '"',
      "'",
      '=',
      ' ',
      'a',
      '<a>',
      '</a>',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '&#',
      '<?xml ?>',
    ); // prettier-ignore
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(['object', 'MALFORMED']).toContain(
          typeof outcome(pieces.join('')) === 'object' ? 'object' : outcome(pieces.join('')),
        );
      }),
    );
  });
});
