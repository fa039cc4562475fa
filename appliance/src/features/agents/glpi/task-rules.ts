import type { FieldErrors } from '../../../platform/errors.ts';

const format = { key: 'validation.format' };

/** What is wrong with a search for a file: hashes are hex in lower case, a folder is named in full and is not the root. */
export const fileSearchFaults = (body: Readonly<Record<string, unknown>>): FieldErrors => {
  const faults: FieldErrors = {};
  const folder = String(body['folder'] ?? '');
  // A search through everything reads every file of a disk.
  if (!/^(?:\/[^/]+|[A-Za-z]:[\\/][^\\/]+)/.test(folder) || /[\u0000-\u001f]/.test(folder)) faults['folder'] = format;
  if (!/^[0-9a-f]{128}$/.test(String(body['sha512'] ?? ''))) faults['sha512'] = format;
  if (!/^[0-9a-f]{64}$/.test(String(body['sha256'] ?? ''))) faults['sha256'] = format;
  return faults;
};
