import { AppError } from '../../../platform/errors.ts';
import type { FileReadings, ImportLimits } from '../types.ts';
import { jsonNameplates } from './json.ts';
import { nameplateReading } from './nameplate.ts';
import { xmlNameplates } from './xml.ts';

/** Nameplates of an environment, in JSON or XML by its first sign. */
export const readAas = (source: string, options: { nowMs: number; limits: ImportLimits }): FileReadings => {
  const { nowMs, limits } = options;
  const isXml = /^\ufeff?\s*</.test(source);
  const { nameplates, submodels } = isXml ? xmlNameplates(source) : jsonNameplates(source);
  if (nameplates.length > limits.maxReadings)
    throw new AppError('TOO_LARGE', `more than ${limits.maxReadings} nameplates in one file`);
  const refused: FileReadings['refused'] = [];
  const readings = nameplates.flatMap((nameplate) => {
    const reading = nameplateReading(nameplate, nowMs);
    if (reading !== undefined) return [reading];
    if (refused.length < limits.maxRefused)
      refused.push({ where: nameplate.where.slice(0, 200), code: 'no-identity', detail: '' });
    return [];
  });
  return { form: 'aas', readings, refused, control: [], looked: submodels, unread: submodels - nameplates.length };
};
