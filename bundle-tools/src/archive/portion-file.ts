import { join } from 'node:path';
import { writeFileDurable } from '../platform/files.ts';
import { portionFile } from './folder-source.ts';

/** Whether a name under `o/` is a piece of an object. */
export const isPiece = (name: string): boolean => /\.c[0-9]{6}$/.test(name);

/** Marks a folder as one of several: objects may be absent or lie there in pieces. */
export const writePortionFile = (folder: string, portion: number): void =>
  writeFileDurable(join(folder, portionFile), `${JSON.stringify({ format: 'sallyport-portion/1', portion })}\n`, 0o644);
