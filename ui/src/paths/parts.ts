/** Parameters of an address; those without a value are left out. */
export type Query = Readonly<Record<string, string | number | undefined>>;

/** One part of an address, encoded. */
export const segment = encodeURIComponent;
