import { hash } from 'node:crypto';
import { applianceRelease } from '../../../platform/release.ts';
import type { MapContext } from './map-types.ts';
import type { Message } from './message.ts';

// Nine tenths of a report are packages, and mostly they are as they were. Their bytes are cut out, and where their
// digest is the one that the stored section was read from, they are not read again. The digest is only ever kept for bytes
// that were read whole once, when cutting them out was seen to leave everything else as it was.

/** Another version may read the same bytes otherwise. */
const { version: readerVersion } = applianceRelease();

/** The collections that are made of the packages of a report. */
export const packageCollections: readonly string[] = ['software', 'os-update'];
/** Further sections that the same collections are made of. */
const besides = ['databases_services', 'remote_mgmt'];

/** What a message says besides its packages. */
const withoutPackages = ({ sections, ...head }: Message): string =>
  JSON.stringify([head, ...[...sections].filter(([name]) => name !== 'softwares')]);

/** Whether a report names no packages but those that were cut out. */
export const isWithout = ({ sections }: Message): boolean => (sections.get('softwares') ?? []).length === 0;

/** Whether a report says the same without its packages, apart from them. */
export const isCutExact = (whole: Message, rest: Message): boolean =>
  whole.sections.has('softwares') && isWithout(rest) && withoutPackages(whole) === withoutPackages(rest);

/** The digest of everything that the collections of packages are made of, 32 bytes. */
export const packagesDigest = (part: Buffer, { system, isOcs, offsetMinutes, rows }: MapContext): Uint8Array => {
  const context = [readerVersion, system, isOcs, offsetMinutes, besides.map(rows)];
  return hash('sha256', `${JSON.stringify(context)}\n${hash('sha256', part)}`, 'buffer');
};
