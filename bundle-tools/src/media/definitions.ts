import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { toTime } from '../platform/ambient.ts';

// What an engine is, as it says itself: `ClamAV 1.4.6/27831/Mon Nov 24 08:00:00 2026`. With definitions of one's own
// only, it says `ClamAV 1.4.6`; their date is then that of the newest file.

const versionForm = /^ClamAV ([0-9A-Za-z.+~-]{1,40})(?:\/([0-9]{1,10})\/([A-Za-z0-9: ]{10,40}))?$/;
const definitionFile = /\.(?:cvd|cld|cud|hdb|hdu|hsb|hsu|mdb|mdu|msb|msu|ndb|ndu|ldb|ldu|cdb|yar|yara)$/;
const maxEntries = 10_000;

type EngineVersion = { readonly version: string; readonly definitionsAt: string };

/** When the newest definitions in a folder were made; undefined when it holds none. */
const newestIn = (database: string): string | undefined => {
  let names: string[];
  try {
    names = readdirSync(database).slice(0, maxEntries);
  } catch {
    return undefined;
  }
  const times = names
    .filter((name) => definitionFile.test(name))
    .map((name) => statSync(join(database, name), { throwIfNoEntry: false })?.mtimeMs ?? 0);
  return times.length === 0 ? undefined : toTime(Math.max(...times));
};

/** Reads the version text of an engine; undefined when it is none, or when the engine has no definitions. */
export const engineVersion = (text: string, database: string): EngineVersion | undefined => {
  const match = versionForm.exec(text.replace(/\0/g, '').trim());
  if (match === null) return undefined;
  const [, program = '', number, date] = match;
  // The engine writes the time of this computer's zone.
  const dateMs = date === undefined ? Number.NaN : Date.parse(date);
  const definitionsAt = Number.isFinite(dateMs) ? toTime(dateMs) : newestIn(database);
  if (definitionsAt === undefined) return undefined;
  return { version: number === undefined ? program : `${program}/${number}`, definitionsAt };
};
