import { win32 } from 'node:path';
import { env } from '@sallyport/bundle-tools/platform/ambient';

/** A program of Windows by its whole path: a search would begin where others may have put one of this name. */
export const systemProgram = (...path: string[]): string =>
  win32.join(env('SystemRoot') ?? 'C:\\Windows', 'System32', ...path);
