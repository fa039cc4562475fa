// The shape of a catalogue. English is the shape: its literal types name every key and every placeholder, the other
// languages must have the same keys, so a missing word is a compile error and a missing parameter is one as well.

export type Lang = 'kk' | 'ru' | 'en';
export const langs: readonly Lang[] = ['kk', 'ru', 'en'];

/** `n` chooses the form. */
export type Forms = { readonly [category in Intl.LDMLPluralRule]?: string } & { readonly other: string };
export type Message = string | Forms;
export type Area = Readonly<Record<string, Message>>;

/** Kazakh keeps the singular after a number, so one form serves where the sentence allows. */
export type Kazakh<E extends Area> = {
  readonly [K in keyof E]: E[K] extends string ? string : string | { readonly one: string; readonly other: string };
};
export type Russian<E extends Area> = {
  readonly [K in keyof E]: E[K] extends string
    ? string
    : string | { readonly one: string; readonly few: string; readonly many: string; readonly other: string };
};

type Names<S> = S extends `${string}{${infer P}}${infer Rest}` ? P | Names<Rest> : never;
/** Placeholders of a message. */
export type ParamsOf<M> = M extends string ? Names<M> : M extends { readonly other: infer O } ? Names<O> | 'n' : never;

export type Param = string | number;
