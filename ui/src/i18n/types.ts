// The shape of words. English is the shape of each entry: its literal types name every key and every placeholder; a
// missing language, a missing form of a plural and a missing placeholder are compile errors.

export type Lang = 'kk' | 'ru' | 'en';
export const langs: readonly Lang[] = ['kk', 'ru', 'en'];

/** `n` chooses the form. */
export type Template = string | ({ readonly [category in Intl.LDMLPluralRule]?: string } & { readonly other: string });
export type Entry = Readonly<Record<Lang, Template>>;

type English = string | { readonly one: string; readonly other: string };

type Names<S> = S extends `${string}{${infer P}}${infer Rest}` ? P | Names<Rest> : never;
/** Placeholders of a message. */
export type ParamsOf<M> = M extends string ? Names<M> : M extends { readonly other: infer O } ? Names<O> | 'n' : never;

export type Param = string | number;

/** Texts that have all placeholders of an English one. */
type Like<S> = S extends `${string}{${infer P}}${infer Rest}` ? `${string}{${P}}${string}` & Like<Rest> : string;

type Russian<E> = E extends { readonly other: infer O }
  ? { readonly one: Like<O>; readonly few: Like<O>; readonly many: Like<O>; readonly other: Like<O> }
  : Like<E>;
/** Kazakh keeps the singular after a number, so one form serves where the sentence allows. */
type Kazakh<E> = E extends { readonly other: infer O }
  ? Like<O> | { readonly one: Like<O>; readonly other: Like<O> }
  : Like<E>;

declare const english: unique symbol;
/** Words in three languages. Their type keeps the English texts alone: all three would double the compiler's work. */
export type Table<E> = Readonly<Record<string, Entry>> & { readonly [english]?: E };
export type EnglishOf<T> = T extends Table<infer E> ? E : never;

/** Words of a capability, each in its three languages. */
export function defineWords<const E extends Readonly<Record<string, English>>>(
  words: {
    readonly [K in keyof E]: {
      readonly en: E[K];
      readonly ru: Russian<NoInfer<E[K]>>;
      readonly kk: Kazakh<NoInfer<E[K]>>;
    };
  },
): Table<E> {
  return words as Table<E>;
}

type All<T> = (T extends Table<infer E> ? (english: E) => void : never) extends (english: infer A) => void ? A : never;

/** Tables as one. */
export function joined<const T extends ReadonlyArray<Table<unknown>>>(...tables: T): Table<All<T[number]>> {
  return Object.assign({}, ...tables);
}
