/** A family of products, and how its members are told from their numbers and models. */
export type Family = {
  vendor: string;
  /** The family's one name, by which the record shows it. */
  name: string;
  /** The order number, upper case, without blanks. */
  orders?: RegExp;
  /** The model as a device says it, in upper case with single blanks. */
  models?: RegExp;
  /** Its name alone means another family: "SIMATIC ET 200SP" is the remote I/O, not the CPU for it. */
  isUnnamed?: true;
  /** Other names that advisories give it, without words such as "family", "series", "CPU". */
  aliases?: readonly string[];
};
