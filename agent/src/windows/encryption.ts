import { type Item, item, sortItems } from '../collectors/collector.ts';
import { numberOf, type Row, rowsOf, textOf } from './report.ts';

// BitLocker, from Win32_EncryptableVolume.

/** GetConversionStatus. */
const states = ['plain', 'encrypted', 'encrypting', 'decrypting', 'paused', 'paused'] as const;

/** GetEncryptionMethod. */
const methods = [
  undefined,
  'AES 128 with diffuser',
  'AES 256 with diffuser',
  'AES 128',
  'AES 256',
  'hardware',
  'XTS-AES 128',
  'XTS-AES 256',
] as const;

/** GetKeyProtectorType. */
const guards: Readonly<Record<number, string>> = {
  1: 'TPM',
  2: 'external key',
  3: 'recovery password',
  4: 'TPM and PIN',
  5: 'TPM and startup key',
  6: 'TPM, PIN and startup key',
  7: 'public key',
  8: 'password',
  9: 'TPM certificate',
  10: 'Active Directory account',
};

const failure = (code: number | undefined): string | undefined =>
  code === undefined || code === 0 ? undefined : `0x${(code >>> 0).toString(16).padStart(8, '0')}`;

const guardNames = (row: Row): string[] => {
  const value = row['guards'];
  const kinds = (Array.isArray(value) ? value : [value]).filter((kind) => typeof kind === 'number');
  return [...new Set(kinds.map((kind) => guards[kind] ?? `kind ${kind}`))].sort();
};

/** One item per volume. */
export const windowsEncryption = (section: Row): Item[] =>
  sortItems(
    rowsOf(section, 'volumes').map((row) => {
      const isLocked = numberOf(row, 'locked') === 1;
      const protection = numberOf(row, 'protection');
      return item({
        volume: textOf(row, 'letter') || textOf(row, 'id'),
        disk: textOf(row, 'id'),
        method: methods[numberOf(row, 'method') ?? 0],
        // A locked volume does not tell its state.
        state: isLocked ? 'locked' : (states[numberOf(row, 'conversion') ?? -1] ?? 'unknown'),
        percent: isLocked ? undefined : numberOf(row, 'percent'),
        keyGuarded: protection === undefined || protection > 1 ? undefined : protection === 1,
        guards: guardNames(row),
        error: isLocked ? undefined : failure(numberOf(row, 'result')),
      });
    }),
    'volume',
  );
