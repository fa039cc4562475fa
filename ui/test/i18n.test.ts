import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { catalogue, wordsOf } from '../src/i18n/catalogue.ts';
import { type Lang, langs, type Message } from '../src/i18n/types.ts';

const english = wordsOf('en');
const texts = (message: Message): string[] => (typeof message === 'string' ? [message] : Object.values(message));
const placeholders = (text: string): string[] => [...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '').sort();
const all = langs.flatMap((lang) =>
  Object.entries(wordsOf(lang)).flatMap(([key, message]) => texts(message).map((text) => ({ lang, key, text }))),
);
const found = (wrong: (entry: { lang: Lang; key: string; text: string }) => boolean): string[] =>
  all.filter(wrong).map(({ lang, key, text }) => `${lang} ${key}: ${text}`);

describe('the words', () => {
  it('stand in one table each, and every table is listed', async () => {
    const source = join(import.meta.dirname, '../src');
    const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /^[^/]+\/words\.ts$/.test(name),
    );
    const tables = await Promise.all(
      files.map(async (name) => ((await import(join(source, name))) as { words: object }).words),
    );
    expect(tables.flatMap((table) => Object.keys(table)).sort()).toEqual(Object.keys(english).sort());
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
    const tone = /!|please|successfully|пожалуйста|успешно|өтінеміз|сәтті/i;
    expect(found(({ text }) => tone.test(text))).toEqual([]);
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

describe('the translator', () => {
  it.each([
    ['ru', 1, 'Показать 1 другое значение'],
    ['ru', 22, 'Показать 22 других значения'],
    ['ru', 111, 'Показать 111 других значений'],
    ['kk', 6, 'Басқа 6 мәнді көрсету'],
    ['en', 1, 'Show 1 other value'],
    ['en', 0, 'Show 0 other values'],
  ] as const)('chooses the form by the number: %s %i', (lang, n, text) => {
    expect(catalogue(lang).t('devices.showOthers', { n })).toBe(text);
  });

  it('writes numbers as the language does and leaves text alone', () => {
    const found = { found: 1284, all: '1284' };
    expect(catalogue('en').t('devices.found', found)).toBe('1,284 found of 1284.');
    expect(catalogue('ru').t('devices.found', found)).toBe('Найдено 1\u00a0284 из 1284.');
  });

  it('never takes a value for a placeholder', () => {
    expect(catalogue('en').t('common.printedBy', { name: '{at}', at: 'noon' })).toBe('Printed by: {at}, noon');
  });

  it('ends no sentence with two full stops where a date has one of its own', () => {
    expect(catalogue('ru').t('patches.exploitedDue', { date: '10 нояб. 2026 г.' })).toBe(
      'Устранить к 10 нояб. 2026 г.',
    );
    expect(catalogue('en').t('patches.exploitedDue', { date: '10 Nov 2026' })).toMatch(/10 Nov 2026\.$/);
  });

  it('says what a sentence is about without its values', () => {
    const { outline } = catalogue('en');
    expect(outline('event.bundle-imported')).toBe('Bundle … imported');
    expect(outline('event.bundle-refused')).toBe('Import refused');
    expect(outline('event.patch-moved')).toBe('Patch …, number …: from … to …');
  });

  it('shows the last part of an unknown key, or the fallback', () => {
    const { tDynamic } = catalogue('ru');
    expect(tDynamic('collection.x.field.purl')).toBe('purl');
    expect(tDynamic('collection.x.field.purl', {}, '')).toBe('');
    expect(tDynamic('toString')).toBe('toString');
  });

  it('puts nodes in the places of parameters', () => {
    const node = { name: 'PLC-1' };
    expect(catalogue('en').rich('devices.resembles', { device: node })).toEqual(['It resembles: ', node, '.']);
  });
});
