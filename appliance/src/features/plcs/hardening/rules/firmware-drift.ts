import type { HardeningRule } from '../types.ts';

/** Versions as numbers: `V2.9` and `2.9.0` begin alike, a project often names fewer parts than the device (OT 4). */
const partsOf = (version: string): string[] =>
  version
    .trim()
    .replace(/^[A-Za-z\s:.]+/, '')
    .split(/[.\s_-]/)
    .map((part) => part.replace(/^0+(?=\d)/, '').toLowerCase());

/** What runs is another version than what was planned. */
export const rule: HardeningRule = {
  name: 'firmware-drift',
  severity: 'warning',
  judge: ({ observed, configured }) => {
    const [found, planned] = [observed['firmware'], configured['firmware']];
    if (found === undefined || planned === undefined) return { answer: 'unknown' };
    const [a, b] = [partsOf(found), partsOf(planned)];
    const length = Math.min(a.length, b.length);
    return a.slice(0, length).join('.') === b.slice(0, length).join('.')
      ? { answer: 'ok' }
      : { answer: 'found', evidence: `${planned} / ${found}` };
  },
};
