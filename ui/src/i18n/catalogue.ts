import type { Message } from '../model.ts';
import { pluralRules, type UnitWords } from './format.ts';
import { allWords } from './tables.ts';
import type { EnglishOf, Entry, Lang, Param, ParamsOf, Template } from './types.ts';

type Words = EnglishOf<typeof allWords>;
export type Key = keyof Words;

type Args<K extends Key> = [ParamsOf<Words[K]>] extends [never]
  ? []
  : [params: { readonly [P in ParamsOf<Words[K]>]: Param }];

/** `t('devices.found', { n: 3 })`: a missing key or parameter does not compile. Numbers are written as the language does. */
export type Translate = <K extends Key>(key: K, ...args: Args<K>) => string;

/**
 * For keys that come from declarations, at run time (`collection.software.field.purl`). An unknown one, as of an
 * extension, is shown as its last part, or as `fallback`.
 */
export type TDynamic = (key: string, params?: Readonly<Record<string, Param>>, fallback?: string) => string;

export type Catalogue = {
  readonly lang: Lang;
  readonly t: Translate;
  readonly tDynamic: TDynamic;
  readonly say: (message: Message) => string;
  /** What a sentence is about, for a list of such sentences: its beginning, with … for what varies. */
  readonly outline: (key: string) => string;
  readonly has: (key: string) => boolean;
  /** The sentence in pieces, with nodes in the places of its parameters. */
  readonly rich: <K extends Key, Node>(
    key: K,
    slots: { readonly [P in ParamsOf<Words[K]>]: Node | Param },
  ) => (string | Node)[];
  readonly units: UnitWords;
};

const entries: Readonly<Record<string, Entry>> = allWords;

const placeholder = /\{(\w+)\}/g;
/** With the full stop after it: a date in Russian or Kazakh ends with one of its own ("2026 г."), and two are a fault. */
const placeholderAndStop = /\{(\w+)\}(\.(?!\.))?/g;

/** The key of the word that kinds and collections share: `field.name` serves `kind.role.field.name` where a role has none. */
export const sharedKey = (key: string): string =>
  key
    .replace(/^kind\.[^.]+\.source$/, 'kind.source')
    .replace(/^(?:kind|collection)\.[^.]+\.(?=(?:field|option|choice)\.)/, '')
    .replace(/^choice\./, 'option.');

const held = new Map<Lang, Catalogue>();

/** The words of one of the three languages. */
export const catalogue = (lang: Lang): Catalogue => {
  const found = held.get(lang) ?? catalogueOf(lang);
  held.set(lang, found);
  return found;
};

const catalogueOf = (lang: Lang): Catalogue => {
  const rules = pluralRules(lang);
  const numbers = new Intl.NumberFormat(lang);
  const find = (key: string): Template | undefined => {
    const known = Object.hasOwn(entries, key) ? key : sharedKey(key);
    return Object.hasOwn(entries, known) ? entries[known]?.[lang] : undefined;
  };
  const form = (message: Template, params: Readonly<Record<string, unknown>>): string => {
    if (typeof message === 'string') return message;
    const n = params['n'];
    return (typeof n === 'number' ? message[rules.select(n)] : undefined) ?? message.other;
  };
  const write = (value: unknown): string => (typeof value === 'number' ? numbers.format(value) : String(value));
  const fill = (message: Template, params: Readonly<Record<string, unknown>>): string =>
    form(message, params).replace(placeholderAndStop, (whole, name: string, stop = '') => {
      if (!Object.hasOwn(params, name)) return whole;
      const value = write(params[name]);
      return value.endsWith('.') ? value : `${value}${stop}`;
    });
  const t = ((key: string, params: Readonly<Record<string, Param>> = {}) =>
    fill(find(key) ?? key, params)) as unknown as Translate;
  const tDynamic: TDynamic = (key, params = {}, fallback) => {
    const message = find(key);
    if (message !== undefined) return fill(message, params);
    return fallback ?? key.slice(key.lastIndexOf('.') + 1);
  };
  return {
    lang,
    t,
    tDynamic,
    say: (message) => tDynamic(message.key, message.params),
    outline: (key) => {
      const whole = form(find(key) ?? key, {}).replace(placeholder, '…');
      const beginning = whole.split(/(?<!…)\s*[:(,]\s*[«“]?…|[;.]/)[0] ?? '';
      return /\p{L}{3}/u.test(beginning) ? beginning : whole;
    },
    has: (key) => find(key) !== undefined,
    rich: <K extends Key, Node>(key: K, slots: { readonly [P in ParamsOf<Words[K]>]: Node | Param }) => {
      const given = slots as Readonly<Record<string, Node | Param>>;
      const parts: (string | Node)[] = [];
      let end = 0;
      const text = form(find(key) ?? key, given);
      for (const match of text.matchAll(placeholder)) {
        parts.push(text.slice(end, match.index));
        const value = given[match[1] ?? ''];
        if (value !== undefined) parts.push(typeof value === 'number' ? numbers.format(value) : value);
        end = match.index + match[0].length;
      }
      parts.push(text.slice(end));
      return parts.filter((part) => part !== '');
    },
    units: {
      bytes: [fill(find('unit.B') ?? 'B', {}), unit('kB'), unit('MB'), unit('GB'), unit('TB')],
      second: unit('s'),
      minute: unit('min'),
      hour: unit('h'),
      day: unit('d'),
      perSecond: unit('perSecond'),
    },
  };
  function unit(name: string): string {
    return fill(find(`unit.${name}`) ?? name, {});
  }
};

/** All words of a language, for tests and for the documents that list them. */
export const wordsOf = (lang: Lang): Readonly<Record<string, Template>> =>
  Object.fromEntries(Object.entries(entries).map(([key, entry]) => [key, entry[lang]]));
