import { BundleError } from '../errors.ts';

/** What one file on a medium may hold: FAT32's largest file, and the capacities of written discs. Bytes. */
const mediumPresets = {
  fat32: 4_294_967_295,
  dvd: 4_700_372_992,
  bd25: 25_025_314_816,
} as const;

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3, t: 1024 ** 4 };
const smallestBytes = 8 * 1024;

const isPreset = (text: string): text is keyof typeof mediumPresets => Object.hasOwn(mediumPresets, text);

/** The size of a volume as a person writes it: a preset, or a number of bytes with K, M, G or T (of 1024). USAGE. */
export const parseVolumeBytes = (text: string): number => {
  const word = text.trim().toLowerCase();
  if (isPreset(word)) return mediumPresets[word];
  const match = /^(\d{1,15})([kmgt]?)(?:i?b)?$/.exec(word);
  const bytes = match === null ? Number.NaN : Number(match[1]) * (units[match[2] ?? ''] ?? Number.NaN);
  if (!Number.isSafeInteger(bytes) || bytes < smallestBytes)
    throw new BundleError(
      'USAGE',
      `${text} is no volume size; give ${Object.keys(mediumPresets).join(', ')} or bytes, such as 700M, from ${smallestBytes} on`,
    );
  return bytes;
};
