import { describe, expect, it } from 'vitest';
import { catalogue } from '../src/i18n/catalogue.ts';

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
