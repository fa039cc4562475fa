// `TypeIdentifier` of a CAx export: what a device item is. The prefix says by which list.

type TypeIdentifier =
  | { type: 'order'; orderNumber: string; firmware?: string; variant?: string }
  /** A device of another maker, by its description file. */
  | { type: 'gsd'; file: string; item: string }
  | { type: 'system'; name: string };

/** Undefined for text that is none of the known kinds. */
export const typeIdentifier = (text: string): TypeIdentifier | undefined => {
  const match = /^(OrderNumber|GSD|System):(.{1,256})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, prefix = '', rest = ''] = match;
  if (prefix === 'System') return { type: 'system', name: rest };
  const [first = '', second = '', third = ''] = rest.split('/');
  if (prefix === 'GSD') return { type: 'gsd', file: first, item: rest.slice(first.length + 1) };
  return {
    type: 'order',
    orderNumber: first.trim(),
    ...(second === '' ? {} : { firmware: second.trim() }),
    ...(third === '' ? {} : { variant: third.trim() }),
  };
};

/** The maker's word in the name of a description file: `GSDML-V2.31-Siemens-ET200SP-20180618.xml`. */
export const gsdVendor = (file: string): string | undefined =>
  /^GSDML-V[\d.]+-([^-]{1,64})-/i.exec(file)?.[1]?.trim() || undefined;
