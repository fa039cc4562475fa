import type { KindField } from './types.ts';

// What is read and written of the objects of a kind, from the declaration of its fields.

type FieldValue<F extends KindField> = F extends { type: 'integer' }
  ? number
  : F extends { type: 'boolean' }
    ? boolean
    : F extends { type: 'json' }
      ? unknown
      : F extends { type: 'choice' | 'list'; options: ReadonlyArray<infer O> }
        ? F extends { type: 'list' }
          ? O[]
          : O
        : F extends { type: 'list' }
          ? string[]
          : string;

type Fields = Readonly<Record<string, KindField>>;

/** Fields that every stored body has: erasure takes personal ones, and secret ones are read only when asked for. */
type Kept<F extends Fields> = {
  [N in keyof F]: F[N] extends { personal: true } | { type: 'secret' }
    ? never
    : F[N] extends { required: true } | { default: unknown }
      ? N
      : never;
}[keyof F];

type Required<F extends Fields> = {
  [N in keyof F]: F[N] extends { default: unknown } ? never : F[N] extends { required: true } ? N : never;
}[keyof F];

/** What is read of a kind. */
export type BodyOf<D extends { fields: Fields }> = {
  -readonly [N in Kept<D['fields']>]: FieldValue<D['fields'][N]>;
} & {
  -readonly [N in Exclude<keyof D['fields'], Kept<D['fields']>>]?: FieldValue<D['fields'][N]>;
};

/** What changes an object of a kind; null clears a field, what is undefined stays. */
export type PatchOf<D extends { fields: Fields }> = {
  readonly [N in keyof D['fields']]?: FieldInput<D['fields'][N]> | null | undefined;
};

type FieldInput<F extends KindField> = FieldValue<F> extends Array<infer O> ? readonly O[] : FieldValue<F>;

/** What makes an object of a kind. */
export type NewBodyOf<D extends { fields: Fields }> = PatchOf<D> & {
  readonly [N in Required<D['fields']>]: FieldInput<D['fields'][N]>;
};
