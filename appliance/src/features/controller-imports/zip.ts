import { createHash } from 'node:crypto';
import { type ZipLimits, zipParts } from '@sallyport/bundle-tools/archive/zip-entries';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { AppError, toFailure } from '../../platform/errors.ts';
import { detectForm, headBytes } from './detect.ts';
import { type ReadOptions, readForm } from './read-form.ts';
import type { FileReadings, ImportForm, ImportLimits, RefusedPlace } from './types.ts';

// Packages: .amlx and .aasx, and a plain zip of exports, one per controller say. Members are told by their content, none is
// written anywhere, and a package in a package is not opened.

const zipLimits: ZipLimits = {
  maxEntries: 4_096,
  maxEntryBytes: 32 * 1024 * 1024,
  maxTotalBytes: 512 * 1024 * 1024,
  maxRatio: 200,
};

/** Parts of the package itself and what only goes along: pictures, manuals, thumbnails. */
const isData = (name: string): boolean =>
  !/(?:^|\/)(?:\[Content_Types\]\.xml|_rels\/|[^/]+\.rels$|aasx-origin$|docProps\/)/i.test(name) &&
  /\.(?:aml|caex|l5x|json|xml|csv|txt)$/i.test(name);

const detectMember = (bytes: Uint8Array): ImportForm | undefined => {
  try {
    const form = detectForm(Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, headBytes)));
    return form === 'zip' || form === 'capture' ? undefined : form;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
};

/** The readings of all members of one form; that of the first decides. UNSUPPORTED_TYPE where none has any. */
export const readZip = async (path: string, options: ReadOptions & { limits: ImportLimits }): Promise<FileReadings> => {
  const { limits } = options;
  let form: ImportForm | undefined;
  const found: Omit<FileReadings, 'form'> = { readings: [], refused: [], control: [], looked: 0, unread: 0 };
  const refuse = (where: string, detail: string, code: RefusedPlace['code'] = 'member'): void => {
    if (found.refused.length < limits.maxRefused) found.refused.push({ where: where.slice(0, 200), code, detail });
  };
  const readMember = async (name: string, bytes: Uint8Array): Promise<void> => {
    const one = detectMember(bytes);
    if (one === undefined) return;
    form ??= one;
    if (one !== form) {
      refuse(name, one);
      return;
    }
    const chunks = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes;
    };
    const sha256 = (): string => createHash('sha256').update(bytes).digest('hex');
    try {
      const part = await readForm(one, chunks(), { ...options, sha256, member: name });
      if (found.readings.length + part.readings.length > limits.maxReadings)
        throw new AppError('TOO_LARGE', `more than ${limits.maxReadings} controllers in one file`);
      found.readings.push(
        ...part.readings.map((reading) => ({ ...reading, where: `${name}: ${reading.where ?? ''}`.slice(0, 512) })),
      );
      for (const place of part.refused) refuse(`${name}: ${place.where}`, place.detail, place.code);
      found.looked += part.looked;
      found.unread += part.unread;
    } catch (error) {
      const { code, message } = toFailure(error);
      if (code === 'INTERNAL' || code === 'TOO_LARGE') throw error;
      refuse(name, `${code}: ${message}`.slice(0, 300));
    }
  };
  try {
    for await (const part of zipParts(path, zipLimits)) {
      if (!isData(part.name)) {
        // A name that leads out of the folder is told, whatever it calls itself.
        if ('refused' in part && part.refused === 'name') refuse(part.name, part.refused);
        continue;
      }
      if ('refused' in part) refuse(part.name, part.refused);
      else await readMember(part.name, part.bytes);
    }
  } catch (error) {
    if (error instanceof BundleError) throw new AppError('MALFORMED', error.message, {}, { cause: error });
    throw error;
  }
  if (form === undefined && found.refused.some(({ detail }) => detail === 'name'))
    throw new AppError('MALFORMED', 'members of the package lead out of its folder');
  if (form === undefined) throw new AppError('UNSUPPORTED_TYPE', 'the package holds none of the forms that are read');
  return { form, ...found };
};
