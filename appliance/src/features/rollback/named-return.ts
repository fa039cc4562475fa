import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Database } from '../../platform/database.ts';
import type { Keyring } from '../../platform/keyring.ts';
import { readWitness, writeWitness } from './file.ts';
import { rollbackStore } from './store.ts';
import { wentBack } from './types.ts';

/**
 * Names the return of a database that was put back on purpose, as a restore does; nothing where it is not behind what was seen.
 * `isOwn`: an upgrade that failed puts it back, and no person asked for it. For who is about to have the data directory opened.
 */
export function nameReturn(db: Database, keyring: Keyring, file: string, isOwn: boolean): void {
  const witness = readWitness(keyring);
  const store = rollbackStore(db);
  if (witness !== undefined && wentBack(witness.position, store.position(), store.hashAt))
    writeWitness(keyring, { ...witness, restored: { at: nowMs(), file }, isOwnWayBack: isOwn });
}
