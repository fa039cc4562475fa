import { wordsOf } from '@sallyport/ui/i18n/catalogue';
import type { Lang, Template } from '@sallyport/ui/i18n/types';
import { describe, expect, it } from 'vitest';

// One term for one concept in each language: a sentence whose English names a concept says it in the other languages by the
// term that was agreed, and not by the ones beside it here.

type Term = { readonly concept: RegExp; readonly not: Readonly<Partial<Record<Lang, RegExp>>> };

const terms: readonly Term[] = [
  { concept: /fingerprint/i, not: { kk: /саусақ із|(?<!\p{L})таңба(?!\p{L})(?! болады)|таңбас|таңбан/iu } },
  { concept: /\bcritical\b/i, not: { kk: /сындарлы|аса (?:маңызды|қауіпті)/iu } },
  { concept: /\bconduits?\b/i, not: { ru: /канал/iu, kk: /арна(?!й)/iu } },
  // The approver is «утверждающий», what he does is «одобрить».
  {
    concept: /\bapprov|\badmission\b/i,
    not: {
      ru: /допустить|допущен|допуск(а|у|ом|е)?(?!\p{L})|утверд|утвержд(?!ающ)/iu,
      kk: /(?<!\p{L})бекіт/iu,
    },
  },
  { concept: /\bfindings?\b/i, not: { ru: /находк|совпаден/iu, kk: /табылғандар|олқылық|сәйкестік/iu } },
  { concept: /\bmedi(um|a)\b/i, not: { kk: /тасымалдағыш/iu } },
  { concept: /not seen/i, not: { ru: /не ?вид/iu, kk: /көрінбе/iu } },
  { concept: /\bsite cards?\b/i, not: { ru: /карт(?!ин)/iu, kk: /карта|карточка/iu } },
  { concept: /\bbundles?\b/i, not: { ru: /(?<!\p{L})пакет(?!\p{L}* (?:нет|и )|ы никто)/iu, kk: /топтама/iu } },
  { concept: /\btasks?\b|\bjobs?\b|\borders?\b/i, not: { ru: /задани|приказ/iu, kk: /бұйры/iu } },
  { concept: /\bruns? stopped\b/i, not: { ru: /выполнени/iu, kk: /орындау/iu } },
  { concept: /\bmaintenance windows?\b/i, not: { ru: /(?:окн|окон)\S* работ/iu, kk: /жұмыс терезе/iu } },
  { concept: /\bconnected (?:host|side)\b/i, not: { ru: /узел|узл|хост/iu, kk: /торап|торабы|хост|жақ(?!ын)/iu } },
  { concept: /\binventory (?!number)|\binventory$/i, not: { ru: /инвентар(?!и|ный)/iu } },
  { concept: /\bidentification\b/i, not: { ru: /опозна/iu } },
  {
    concept: /\bcompensating\b/i,
    not: { ru: /(?<!компенсирующ\p{L}+ )(?<!\p{L})мер(?:а|ы|е|у|ой|ам|ами)?(?!\p{L})/iu, kk: /(?<!өтемдік )шара/iu },
  },
  { concept: /\bdeclined?\b/i, not: { kk: /бас тарт(?!қан)/iu } },
  { concept: /\brevoked?\b/i, not: { kk: /кері (?:қайтар|шақыр)/iu } },
  { concept: /./, not: { en: /\bnot visible\b/i } },
];

const textOf = (template: Template | undefined): string =>
  typeof template === 'string' ? template : Object.values(template ?? {}).join(' ');

/** Sentences that say a concept by another term than the agreed one, as `lang key`. */
const strayTerms = (words: Readonly<Record<Lang, Readonly<Record<string, Template>>>>): string[] =>
  Object.keys(words.en).flatMap((key) =>
    terms
      .filter(({ concept }) => concept.test(textOf(words.en[key])))
      .flatMap(({ not }) =>
        Object.entries(not).flatMap(([lang, other]) =>
          other.test(textOf(words[lang as Lang][key])) ? [`${lang} ${key}: ${textOf(words[lang as Lang][key])}`] : [],
        ),
      ),
  );

describe('terms', () => {
  it('are the agreed ones in each sentence', () => {
    expect(
      strayTerms({ en: wordsOf('en'), ru: wordsOf('ru'), kk: wordsOf('kk') }),
      'another term was agreed on: see how other sentences say it, and `terms` of this file',
    ).toEqual([]);
  });

  it('are missed where another one stands', () => {
    const planted = strayTerms({
      en: { one: 'Fingerprint', two: 'Not visible' },
      ru: { one: 'Отпечаток', two: 'Нет связи' },
      kk: { one: 'Саусақ ізі', two: 'Байланыс жоқ' },
    });
    expect(planted).toEqual(['kk one: Саусақ ізі', 'en two: Not visible']);
  });
});
