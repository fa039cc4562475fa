import { AppError } from '../../platform/errors.ts';
import { fileHead, hashedFile } from './bytes.ts';
import { detectForm } from './detect.ts';
import { type ReadOptions, readForm } from './read-form.ts';
import { type FileReadings, type ImportForm, type ImportLimits, importLimits } from './types.ts';
import { readZip } from './zip.ts';

export type ReadFile = FileReadings & { sha256: string; sizeBytes: number };

const mostBytes = (form: ImportForm | 'zip', limits: ImportLimits): number =>
  form === 'capture'
    ? limits.maxCaptureBytes
    : form === 'csv' || form === 'aas'
      ? limits.maxWholeBytes
      : limits.maxXmlBytes;

/** What a file says about controllers. Told by its content; UNSUPPORTED_TYPE, TOO_LARGE, MALFORMED with offset or line. */
export const readControllerFile = async (path: string, options: ReadOptions): Promise<ReadFile> => {
  const limits = options.limits ?? importLimits;
  const { head, sizeBytes } = await fileHead(path);
  const detected = detectForm(head);
  if (sizeBytes > mostBytes(detected, limits))
    throw new AppError('TOO_LARGE', `a file of this form has at most ${mostBytes(detected, limits)} bytes`);
  const assertForm = (form: ImportForm): void => {
    if (options.as !== undefined && options.as !== form)
      throw new AppError('UNSUPPORTED_TYPE', `it is ${form}, not ${options.as}`);
  };
  const { chunks, sha256 } = hashedFile(path, (done) => options.onBytes?.(done, sizeBytes), options.signal);
  if (detected === 'zip') {
    for await (const _ of chunks) {
      // The hash of the package; its members are found by its directory.
    }
    const found = await readZip(path, { ...options, limits });
    assertForm(found.form);
    return { ...found, sha256: sha256(), sizeBytes };
  }
  assertForm(detected);
  let digest: string | undefined;
  const once = (): string => {
    digest ??= sha256();
    return digest;
  };
  const found = await readForm(detected, chunks, { ...options, limits, sha256: once });
  return { ...found, sha256: once(), sizeBytes };
};
