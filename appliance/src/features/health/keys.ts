import { toFailure } from '../../platform/errors.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { personKeysFile } from '../../platform/person-keys.ts';

/** Certificates are public; they lie beside the keys. */
export const isPublicKeyFile = (file: string): boolean => file.endsWith('.pem');

/** What is wrong with files in keys/, a line each: the master key is not there, a file is damaged or of another master key. */
export function keyFaults(keyring: Pick<Keyring, 'fileNames' | 'readFile' | 'source'>): string[] {
  const names = keyring.fileNames();
  const missing =
    keyring.source === 'file' && !names.includes('master.key')
      ? ['keys/master.key is missing: bring it back from a backup before the next start']
      : [];
  const unread = names
    .filter((file) => !isPublicKeyFile(file) && file !== 'master.key' && file !== personKeysFile)
    .flatMap((file) => {
      try {
        keyring.readFile(file);
        return [];
      } catch (error) {
        // The line is the report: every key file is looked at.
        return [toFailure(error).message];
      }
    });
  return [...missing, ...unread];
}
