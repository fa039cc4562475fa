import { isIP } from 'node:net';
import type { ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { fact, macOf } from '../facts.ts';
import type { CsvColumn } from '../types.ts';
import { choiceOf } from './choices.ts';

/** What spreadsheets and people write where there is nothing. */
const nothing = /^(?:[-–—.?]+|n\/?a|none|null|нет данных|неизвестно|unknown|белгісіз|деректер жоқ|#n\/a|#н\/д)$/i;

const dateOf = (text: string): string | undefined => {
  const found =
    /^(\d{4})-(\d{2})-(\d{2})(?:[T ].*)?$/.exec(text) ??
    (() => {
      const dotted = /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/.exec(text);
      return dotted === null ? null : [text, dotted[3], dotted[2], dotted[1]];
    })();
  if (found === null) return undefined;
  const [, year, month, day] = found.map((piece) => String(piece).padStart(2, '0'));
  const at = Date.parse(`${year}-${month}-${day}T00:00:00Z`);
  return Number.isNaN(at) || new Date(at).getUTCDate() !== Number(day)
    ? undefined
    : `${year}-${month}-${day}T00:00:00Z`;
};

const integers: ReadonlySet<CsvColumn> = new Set(['rack', 'slot', 'subslot', 'vlan', 'leadTimeDays']);
const dates: ReadonlySet<CsvColumn> = new Set(['endOfSupport', 'restoreTestedAt']);
const ipAddresses: ReadonlySet<CsvColumn> = new Set(['address', 'mask', 'gateway']);

/** Cells that may hold several values. */
const lists: ReadonlySet<CsvColumn> = new Set(['address', 'mac']);
const maxAddresses = 32;

const read = (column: CsvColumn, text: string): string | undefined => {
  if (ipAddresses.has(column)) {
    // `10.0.0.5/24` says the address and, in other words, the mask.
    const address = text.replace(/\/\d{1,2}$/, '');
    return isIP(address) === 0 ? undefined : address;
  }
  if (column === 'mac') return macOf(text);
  if (integers.has(column)) return /^\d{1,6}(?:\.0)?$/.test(text) ? String(Number(text)) : undefined;
  if (dates.has(column)) return dateOf(text);
  if (column === 'cipTuple') {
    const match = /^(\d{1,5})\s*[/.,-]\s*(\d{1,5})\s*[/.,-]\s*(\d{1,5})$/.exec(text);
    return match === null ? undefined : match.slice(1).join('/');
  }
  return choiceOf(column, text);
};

/** A cell as a value: nothing where it says nothing, `wrong` where it is not what its column holds. */
export const cellFacts = (column: CsvColumn, cell: string): ReadingFact[] | 'wrong' => {
  const text = cell.trim();
  if (text === '' || nothing.test(text)) return [];
  // Lists of devices give all addresses of one in a cell.
  const several = lists.has(column) ? text.split(/[\s,;|]+/).filter((one) => one !== '') : [];
  if (several.length > 1) {
    const values = [...new Set(several.map((one) => read(column, one)))];
    if (values.length > maxAddresses || values.includes(undefined)) return 'wrong';
    return values.flatMap((value) => fact(column, value, cell));
  }
  const value = read(column, text);
  return value === undefined ? 'wrong' : fact(column, value, cell);
};
