import { isDeepStrictEqual } from 'node:util';
import { type ReadOptions, readForm } from '@sallyport/appliance/features/controller-imports/read-form';
import {
  type FileReadings,
  type ImportForm,
  importLimits,
} from '@sallyport/appliance/features/controller-imports/types';
import { readingSchema } from '@sallyport/bundle-tools/controllers/reading';
import { demand } from './target.ts';

const options: ReadOptions = { nowMs: Date.UTC(2026, 0, 1) };

const pieces = async function* (data: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < data.length; at += size) yield data.subarray(at, at + size);
};

const read = (form: ImportForm, data: Buffer, size: number): Promise<FileReadings> =>
  readForm(form, pieces(data, size), { ...options, limits: importLimits, sha256: () => undefined });

/** What a file says keeps to the contract, and does not depend on the pieces in which it comes. */
export const readTwice = async (form: ImportForm, data: Buffer): Promise<FileReadings> => {
  const whole = await read(form, data, Math.max(1, data.length));
  for (const reading of whole.readings)
    demand(readingSchema.safeParse(reading).success, 'a reading keeps to its contract');
  const again = await read(form, data, 61);
  demand(isDeepStrictEqual(again, whole), 'the pieces in which a file comes do not matter');
  return whole;
};
