// Order and catalogue numbers: `6ES7 515-2AM02-0AB0`, `1756-L83E/B`, `BMXP342020`, `750-8202/025-000`. Two are the same when
// they are equal in upper case and without blanks (OT 2.2).

const maxLength = 64;
const dashes = /[\u2010-\u2015\u2212]/g;

/** Upper case, no blanks, one kind of dash; undefined for what cannot be an order number. */
export const orderKey = (text: string): string | undefined => {
  const key = text.normalize('NFKC').replace(dashes, '-').replace(/\s+/g, '').toUpperCase();
  if (key.length < 3 || key.length > maxLength || !/^[\x21-\x7e]+$/.test(key) || !/\d/.test(key)) return undefined;
  return key;
};

/** The same without dashes and slashes, as some sources write it: a weaker equality. */
export const looseOrderKey = (key: string): string => key.replace(/[-/._]/g, '');

/** `1756-EN2T/D`: the number and the letter of the series, which Rockwell writes behind it. */
export const splitSeries = (key: string): { order: string; series?: string } => {
  const found = /^(\d{4}[A-Z]{0,2}-[A-Z0-9]+)\/([A-Z])$/.exec(key);
  return found?.[1] === undefined || found[2] === undefined ? { order: key } : { order: found[1], series: found[2] };
};

// Machine-readable numbers of Siemens: three blocks, the first written with a blank or without.
const siemens = /(?<![A-Z0-9])\d[A-Z]{2}\d ?\d{3}-\d[A-Z]{2}\d{2}(?:-\d[A-Z]{2}\d|-\d[A-Z]\d{2}|(?![-A-Z0-9]))/g;
const rockwell =
  /(?<![A-Z0-9-])(?:1[2-9]\d{2}|2080|2[78]\d{2}|50\d{2})[A-Z]{0,2} ?- ?[A-Z]{1,6}[A-Z0-9]*(?:\/[A-Z](?![A-Z0-9]))?(?![A-Za-z0-9*])/g;
const schneider =
  /(?<![A-Z0-9])(?:BM[EXK][A-Z]{1,3} ?\d{2,6}[A-Z]{0,3}|140[A-Z]{3}\d{5}[A-Z]?|TSX[A-Z]{1,3}\d{2,7}[A-Z]?|171[A-Z]{3}\d{5}|TM2\d{2}[A-Z0-9]{3,8})(?![A-Z0-9*])/g;
const wago = /(?<![A-Z0-9-])7(?:50|52|53|58|62|68)-\d{3,4}(?:\/\d{3}-\d{3}|\/\d{4}-\d{4})?(?![A-Z0-9*X-])/g;
const patterns = [siemens, rockwell, schneider, wago] as const;
const maxNumbers = 64;

/** `5069-L4`: a range of controllers, no number. */
const rangeOfTypes = /^\d{4}-L\d$/;

/** Order numbers that stand in a name: `SIMATIC S7-1500 CPU 1515-2 PN (6ES7515-2AM01-0AB0)`. */
export const orderNumbersIn = (name: string): string[] => {
  // In the case as written: the z of `1756-L8z` is a place-holder.
  const plain = name.slice(0, 1_000).normalize('NFKC').replace(dashes, '-');
  const found = new Set<string>();
  for (const pattern of patterns) {
    for (const [text] of plain.matchAll(pattern)) {
      const key = orderKey(text.replace(/\/[A-Z]$/, ''));
      if (key !== undefined && !rangeOfTypes.test(key) && found.size < maxNumbers) found.add(key);
    }
  }
  return [...found];
};

// SIPLUS devices are SIMATIC devices for harsh surroundings: other prefix, other last block, same middle.
const twinned = /^(?:6ES7|6AG1|6AG2|6GK7|6GK5|6ED1)(\d{3}-\d[A-Z]{2}\d{2})-\d([A-Z]{2}\d)$/;

/** What a SIPLUS device and its twin have in common; undefined for numbers that have no twins. */
export const siplusKey = (key: string): string | undefined => {
  const found = twinned.exec(key);
  return found === null ? undefined : `${found[1]}-${found[2]}`;
};

export const isSiplus = (key: string): boolean => /^6AG[12]/.test(key);
