import { AppError } from '../../platform/errors.ts';
import { readAas } from './aas/read-aas.ts';
import { readAml } from './aml/read-aml.ts';
import { wholeBytes } from './bytes.ts';
import { readCaptureFile } from './capture/read-capture-file.ts';
import { readCsv } from './csv/read-csv.ts';
import { readL5x } from './l5x/read-l5x.ts';
import type { CsvOptions, FileReadings, ImportForm, ImportLimits } from './types.ts';

export type ReadOptions = {
  nowMs: number;
  /** The expected form: another one is refused. */
  as?: ImportForm;
  csv?: CsvOptions;
  limits?: ImportLimits;
  onBytes?: (done: number, total: number) => void;
  signal?: AbortSignal;
};

/** Text of JSON or XML that is read as a whole. */
const documentText = (bytes: Buffer): string => {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || bytes[1] === 0;
  try {
    return new TextDecoder(isUtf16 ? 'utf-16le' : 'utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError('MALFORMED', 'its bytes are no text', { offset: 0 }, { cause });
  }
};

/** One document of a known form. `sha256` is asked for when all bytes were read. */
export const readForm = async (
  form: ImportForm,
  chunks: AsyncIterable<Uint8Array>,
  options: ReadOptions & { limits: ImportLimits; sha256: () => string | undefined; member?: string },
): Promise<FileReadings> => {
  const { limits, nowMs, sha256 } = options;
  switch (form) {
    case 'aml':
      return readAml(chunks, { nowMs, limits, sha256 });
    case 'l5x':
      return readL5x(chunks, { nowMs, sha256 });
    case 'aas':
      return readAas(documentText(await wholeBytes(chunks, limits.maxWholeBytes)), options);
    case 'csv':
      return readCsv(await wholeBytes(chunks, limits.maxWholeBytes), { ...options.csv, nowMs, limits });
    case 'capture':
      return readCaptureFile(chunks);
  }
};
