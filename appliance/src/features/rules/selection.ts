import { deviceFilterNames } from '../devices/types.ts';

/** Parameters of the list of devices that say which devices; the rest is how they are shown. */
const selectionParameters: readonly string[] = ['q', ...deviceFilterNames];

const maxParameters = 50;

/** A filter as it is kept: the parameters that choose devices, in their order; undefined when nothing is left of it. */
export const cleanFilter = (text: string): string | undefined => {
  const given = [...new URLSearchParams(text.trim().replace(/^.*\?/, ''))];
  const kept = given.filter(([name, value]) => value.trim() !== '' && selectionParameters.includes(name));
  if (kept.length === 0 || kept.length > maxParameters) return undefined;
  return new URLSearchParams(kept).toString();
};
