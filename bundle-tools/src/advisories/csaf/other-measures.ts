import type { Interval } from './bounds.ts';

// Bounds of other things than versions: dates of manufacture, and the first digits of serial numbers.

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const namedDate =
  /^(<=?|>=?) ?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ /.-]?(\d{1,2})?[ ,/.-]+((?:19|20)\d\d)$/;
const namedMonth = /^(<=?|>=?) ?(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]* ?((?:19|20)\d\d)$/;
const numberedDate = /^(<=?|>=?) ?((?:19|20)\d\d)[-/.](\d{1,2})[-/.](\d{1,2})$/;
const americanDate = /^(<=?|>=?) ?(\d{1,2})\/(\d{1,2})\/((?:19|20)\d\d)$/;

const monthNumber = (name: string | undefined): string => String(months.indexOf(name ?? '') + 1);

const interval = (operator: string, version: string): Interval => {
  const bound = { version, inclusive: operator.endsWith('=') };
  return operator.startsWith('<') ? { high: bound } : { low: bound };
};

/** A month as a bound: up to a month is up to its end. */
const monthInterval = (operator: string, year: number, month: number): Interval => {
  const isWhole = operator === '<=' || operator === '>';
  const [y, m] = isWhole ? (month === 12 ? [year + 1, 1] : [year, month + 1]) : [year, month];
  const bound = { version: `${y}.${m}.1`, inclusive: operator.startsWith('>') };
  return operator.startsWith('<') ? { high: bound } : { low: bound };
};

/** `< April/22/2023`, `<= 2019-08-21`, `<= production date December 2020`. */
export const dateInterval = (text: string): Interval | undefined => {
  const plain = text.replace(/^([<>]=?) ?production date /, '$1');
  const named = namedDate.exec(plain);
  const found =
    named?.[3] !== undefined
      ? [named[1], named[4], monthNumber(named[2]), named[3]]
      : (numberedDate.exec(plain)?.slice(1) ?? americanDateParts(plain));
  const [operator, ...date] = found ?? [];
  if (operator !== undefined) return interval(operator, date.map(Number).join('.'));
  const month = namedMonth.exec(plain);
  if (month?.[1] === undefined) return undefined;
  return monthInterval(month[1], Number(month[3]), Number(monthNumber(month[2])));
};

/** `8/30/2024`: a day behind twelve tells which number is the month. */
const americanDateParts = (text: string): (string | undefined)[] | undefined => {
  const [, operator, month, day, year] = americanDate.exec(text) ?? [];
  return operator === undefined || Number(day) <= 12 || Number(month) > 12 ? undefined : [operator, year, month, day];
};

const counts: Readonly<Record<string, number>> = { two: 2, three: 3, four: 4, five: 5, six: 6 };
const serialText =
  /^(<=?|>=?)? ?(?:with )?(?:the )?(?:first )?(\d|two|three|four|five|six) {1,2}digits of (?:the )?serial (?:numbers?|no\.?)(?: are)? ?(<=?|>=?)? ?"?([\dxyz]+)"?(?: \4)?$/;
const serialPrefix = /^(<=?) ?serial numbers? (\d{3,10})\*+$/;

/** `<= the first 5 digits of serial number 24051`, as MELSEC firmware is told apart. */
export const serialInterval = (text: string): Interval | undefined => {
  const [, before, count = '', behind, version] = serialText.exec(text) ?? [];
  const operator = before ?? behind;
  if (version !== undefined && operator !== undefined)
    return version.length === (counts[count] ?? Number(count)) ? interval(operator, version) : undefined;
  const prefix = serialPrefix.exec(text);
  return prefix?.[1] === undefined || prefix[2] === undefined ? undefined : interval(prefix[1], prefix[2]);
};
