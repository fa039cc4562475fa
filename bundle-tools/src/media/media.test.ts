import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ownFolder } from '../../../test/support/test-folder.ts';
import { encodeHeader } from '../archive/header.ts';
import { kindOfFile, listMedium } from './find.ts';
import { writeToMedium } from './write.ts';

describe('a medium', () => {
  let dir = '';
  const at = (...parts: string[]) => join(dir, ...parts);
  beforeEach(() => {
    dir = ownFolder('medium');
  });

  it('is read by content: a name proves nothing', () => {
    writeFileSync(at('a.txt'), `SPSEAL01${'x'.repeat(100)}`);
    writeFileSync(at('b.spr'), 'not sealed');
    writeFileSync(at('c'), encodeHeader('bundle.dsse.json', 5));
    writeFileSync(at('d.tar'), '');
    writeFileSync(at('e'), '{"a":1}');
    expect(listMedium(dir).map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'a.txt request',
      'b.spr other',
      'c tar',
      'd.tar other',
      'e json',
    ]);
  });

  it('passes over leftovers of other systems, folders and links', () => {
    writeFileSync(at('._a.spr'), 'SPSEAL01');
    mkdirSync(at('folder.spr'));
    symlinkSync('/etc/passwd', at('link.spr'));
    expect(listMedium(dir)).toEqual([]);
    expect(() => kindOfFile(at('link.spr'))).toThrow();
  });

  it('gets a file whole or not at all', () => {
    const from = at('source');
    writeFileSync(from, 'content');
    mkdirSync(at('m'));
    writeFileSync(at('m', '.0123abcd-1of1.tar.part'), 'half');
    expect(writeToMedium(from, at('m'), 'ffff0000-1of1.tar').path).toBe(at('m', 'ffff0000-1of1.tar'));
    expect(readdirSync(at('m'))).toEqual(['ffff0000-1of1.tar']);
    expect(readFileSync(at('m', 'ffff0000-1of1.tar'), 'utf8')).toBe('content');
    expect(() => writeToMedium(at('absent'), at('m'), 'x.tar')).toThrow();
    expect(readdirSync(at('m'))).toHaveLength(1);
  });
});
