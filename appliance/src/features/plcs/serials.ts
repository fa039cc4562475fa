// Serial numbers that name nobody: blank, all of one sign, filled in by makers for want of a number (OT 2.3).

const placeholders: ReadonlySet<string> = new Set([
  'NA',
  'NONE',
  'NULL',
  'UNKNOWN',
  'UNDEFINED',
  'NOTAVAILABLE',
  'TBD',
]);

/** The form in which serial numbers are compared; empty for one that identifies nothing. */
export const serialKey = (serial: string): string => {
  const joined = serial.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '');
  const digits = joined.replace(/^0X/, '');
  if (digits.length < 3 || /^(.)\1*$/u.test(digits) || placeholders.has(joined)) return '';
  return /^0?123456789/.test(digits) ? '' : joined;
};
