import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { wordsOf } from '@sallyport/ui/i18n/catalogue';
import { type Lang, langs, type Template } from '@sallyport/ui/i18n/types';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, sourceFiles } from '../support/sources.ts';

// Every word in every language, by its form.

const english = wordsOf('en');
const texts = (message: Template): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
const all = langs.flatMap((lang) =>
  Object.entries(wordsOf(lang)).flatMap(([key, message]) => texts(message).map((text) => ({ lang, key, text }))),
);
const found = (wrong: (entry: { lang: Lang; key: string; text: string }) => boolean): string[] =>
  all.filter(wrong).map(({ lang, key, text }) => `${lang} ${key}: ${text}`);

describe('the words', () => {
  it('stand in one table each, and every table is listed', async () => {
    const source = join(repositoryRoot, 'ui/src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /^[^/]+\/words\.ts$/.test(name),
    );
    const tables = await Promise.all(
      files.map(async (name) => ((await import(join(source, name))) as { words: object }).words),
    );
    expect(tables.flatMap((table) => Object.keys(table)).sort(), 'list the table in ui/src/i18n/tables.ts').toEqual(
      Object.keys(english).sort(),
    );
  });

  it('are shown somewhere', () => {
    const texts = sourceFiles('ui/src', 'appliance/src')
      .filter(({ path }) => !/\.test\.tsx?$|\/words\.ts$/.test(path))
      .map(({ text }) => text);
    const found = (pattern: RegExp): string[] =>
      texts.flatMap((text) => [...text.matchAll(pattern)].map(([, key = '']) => key));
    const whole = new Set(found(/['"`]([\w.-]+)['"`]/g));
    // A value is the end of the key, or an option that a table names the words of. What kinds share, words.test.ts asks for.
    const begun = [
      'field.',
      'option.',
      'kind.source',
      ...found(/`(\w[\w.-]*)\$\{/g),
      ...found(/(?:choices|word): '([\w.-]+)'/g).map((key) => `${key}.`),
    ];
    const isShown = (key: string): boolean => whole.has(key) || begun.some((start) => key.startsWith(start));
    expect(
      Object.keys(english).filter((key) => !isShown(key)),
      'no source names these words: remove them',
    ).toEqual([]);
    expect(isShown('records.nothing-shows-this')).toBe(false);
  });

  it('have the placeholders of English in every form', () => {
    const different = found(({ key, text }) => {
      const message = english[key] ?? '';
      const wanted = typeof message === 'string' ? message : message.other;
      return placeholders(text).join() !== placeholders(wanted).join();
    });
    expect(different).toEqual([]);
  });

  it('have every plural form of their language', () => {
    const counted = Object.entries(english).filter(([, message]) => typeof message !== 'string');
    expect(counted.length).toBeGreaterThan(0);
    const lacking = langs.flatMap((lang) => {
      const words = wordsOf(lang);
      return counted
        .filter(([key]) => {
          const message = words[key];
          // Kazakh keeps the singular after a number, so one sentence may serve.
          if (message === undefined || typeof message === 'string') return lang !== 'kk';
          const wanted = new Intl.PluralRules(lang).resolvedOptions().pluralCategories;
          return wanted.some((category) => message[category] === undefined);
        })
        .map(([key]) => `${lang} ${key}`);
    });
    expect(lacking).toEqual([]);
  });

  it('say something, without a loose end', () => {
    expect(found(({ text }) => text === '' || text !== text.trim() || /[ \u00a0]{2}/.test(text))).toEqual([]);
  });

  it('do not shout, beg or praise', () => {
    const tone =
      /!|please|successfully|пожалуйста|успешно|осуществ|(?<!\p{L})данн(?:ый|ая|ое|ого|ому|ую)(?!\p{L})|өтінеміз|сәтті/iu;
    expect(found(({ text }) => tone.test(text))).toEqual([]);
  });

  it('name the button that makes a thing by the act: a verb and its object', () => {
    const acts = {
      en: /^(?!New )[A-Z][a-z]+ (?:\S+ ?)+$/,
      ru: /^\p{Lu}\p{Ll}*(?:ть|ти) \S/u,
      kk: /\S \p{L}*[ую]$|\S беру$/u,
    };
    const isCreate = (key: string): boolean => /^kind\.[a-z-]+\.create$/.test(key);
    expect(found(({ lang, key, text }) => isCreate(key) && !acts[lang].test(text))).toEqual([]);
    expect(Object.keys(english).filter(isCreate).length).toBeGreaterThan(20);
  });

  it('have no letter of another language', () => {
    const foreign = { en: /\p{Script=Cyrillic}/u, ru: /[әғқңөұүһі]/iu };
    // Languages are called as they call themselves.
    const isName = (key: string): boolean => key.startsWith('setting.appliance.language.option.');
    expect(found(({ lang, key, text }) => lang !== 'kk' && foreign[lang].test(text) && !isName(key))).toEqual([]);
  });

  it('do not mix Latin and Cyrillic letters in a word', () => {
    const mixed = /\p{Script=Latin}\p{Script=Cyrillic}|\p{Script=Cyrillic}\p{Script=Latin}/u;
    expect(found(({ text }) => mixed.test(text))).toEqual([]);
  });

  it('need no letter that the fonts were cut of', () => {
    const kept = /^[\u0020-\u007e\u00a0-\u00ff\u0400-\u045fҐґҰұ№ӘәҒғҚқҢңӨөҮүҺһ–—‘’“”„…•‹›€−\u2009\u202f]*$/;
    expect(found(({ text }) => !kept.test(text))).toEqual([]);
  });

  it('put no case ending on a variable', () => {
    // A number before a word, as Kazakh writes ordinals (119-сұрау), is none.
    expect(found(({ text }) => /\}['’]?\p{L}|\}-\p{L}{1,3}(?!\p{L})/u.test(text))).toEqual([]);
  });
});
