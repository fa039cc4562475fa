import { describe, expect, it } from 'vitest';
import { type CsvEncoding, csvEncoding, csvText } from './bytes.ts';

/** The bytes of a text in a code page of one byte a character. */
const bytesIn = (text: string, encoding: CsvEncoding): Uint8Array => {
  const page = new TextDecoder(encoding).decode(Uint8Array.from({ length: 256 }, (_, byte) => byte));
  return Uint8Array.from(Array.from(text, (character) => page.indexOf(character)));
};

const tables = [
  'Имя;Адрес;Место\r\nНасос 3;10.2.0.7;Котельная №2\r\n',
  'КОНТРОЛЛЕР;ЗАВОДСКОЙ НОМЕР\r\nПЛК-1;S C-X4U421302009\r\n',
  'name,vendor,place\r\npump-1,Siemens,Цех\r\npump-2,Siemens,Щитовая\r\n',
];

describe('the bytes of a table', () => {
  it.each(['windows-1251', 'ibm866', 'koi8-r'] as const)('are read in %s without being told', (encoding) => {
    for (const text of tables) {
      const written = encoding === 'koi8-r' ? text.replace('№', 'N') : text;
      const bytes = bytesIn(written, encoding);
      expect(csvEncoding(bytes)).toBe(encoding);
      expect(csvText(bytes, csvEncoding(bytes))).toBe(written);
    }
  });

  it('are UTF-8 where they can be', () => {
    for (const text of tables) expect(csvEncoding(new TextEncoder().encode(text))).toBe('utf-8');
  });
});
