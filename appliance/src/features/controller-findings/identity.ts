import type { PartIdentity } from '@sallyport/bundle-tools/controllers/match-types';

// What two parts have in common when every document says the same of both.

const FIELDS = [
  'vendor',
  'orderNumber',
  'cipTuple',
  'model',
  'productFamily',
  'firmware',
  'firmwareSide',
  'hwVersion',
  'date',
  'bios',
  'serial',
] as const;

const MAX_LENGTH = 300;

// Serial numbers tell versions apart in documents of this vendor only, and would make every part one of its own.
const numbersBySerial = /mitsubishi/i;

const clean = (value: string | undefined): string => (value ?? '').normalize('NFKC').trim().slice(0, MAX_LENGTH);

const fieldsOf = (identity: PartIdentity): PartIdentity => {
  const kept: Record<string, string> = {};
  for (const field of FIELDS) {
    const value = clean(identity[field]);
    if (value === '') continue;
    if (field === 'serial' && !numbersBySerial.test(identity.vendor ?? '')) continue;
    if (field === 'firmwareSide' && clean(identity.firmware) === '') continue;
    kept[field] = value;
  }
  return kept as PartIdentity;
};

/** The identity in one spelling: equal texts are one identity. */
export const encodeIdentity = (identity: PartIdentity): string => JSON.stringify(fieldsOf(identity));

export const decodeIdentity = (text: string): PartIdentity => JSON.parse(text) as PartIdentity;

/** Whether anything in it can be found in a document. */
export const isMatchable = (identity: PartIdentity): boolean =>
  [identity.orderNumber, identity.cipTuple, identity.model, identity.productFamily].some((name) => clean(name) !== '');

/** How the product is called: what a person would order. */
export const nameOf = ({ orderNumber, model, cipTuple, productFamily }: PartIdentity): string =>
  clean(orderNumber) || clean(model) || clean(productFamily) || clean(cipTuple);

const fold = (text: string | undefined): string => clean(text).toUpperCase().replace(/\s+/g, '');

/** The product, whatever its version: what answers of people are about. */
export const productOf = (identity: PartIdentity): string =>
  `${fold(identity.vendor)}/${fold(identity.orderNumber) || fold(identity.cipTuple) || fold(identity.model) || fold(identity.productFamily)}`;

/** The version that an answer is about: the firmware with its side, and the hardware that may decide. */
export const buildOf = ({ firmware, firmwareSide, hwVersion, date, bios }: PartIdentity): string =>
  [fold(firmware), fold(firmware) === '' ? '' : (firmwareSide ?? ''), fold(hwVersion), fold(date), fold(bios)].join(
    '|',
  );

/** Names by which people and documents may call it, beside its label. */
export const namesOf = (label: string, { model, productFamily, orderNumber }: PartIdentity): string[] =>
  [label, model, productFamily, orderNumber].filter((name) => name !== undefined && name !== '') as string[];

/** What a person reads: vendor and product. */
export const labelOf = (identity: PartIdentity): string => `${clean(identity.vendor)} ${nameOf(identity)}`.trim();
