// Serial numbers that identify nothing: blank, all of one sign, filled in by makers for want of a number (OT 2.3).

const placeholders: ReadonlySet<string> = new Set([
  'NA',
  'NONE',
  'NULL',
  'UNKNOWN',
  'UNDEFINED',
  'NOTAVAILABLE',
  'TBD',
]);

/** `0x0051823f` of a capture and `16#0051_823F` of a project are `0051823F` of a list. */
const hexadecimal = /^\s*(?:0x|16#)([0-9a-f_]{1,20})\s*$/i;

/** The form in which serial numbers are compared; empty for one that identifies nothing. */
export const serialKey = (serial: string): string => {
  const hex = hexadecimal.exec(serial)?.[1]?.replaceAll('_', '').toUpperCase();
  const joined = hex === undefined ? serial.toUpperCase().replace(/[^\p{L}\p{N}]/gu, '') : hex.padStart(8, '0');
  if (joined.length < 3 || /^(.)\1*$/u.test(joined) || placeholders.has(joined)) return '';
  return /^0?123456789/.test(joined) ? '' : joined;
};
