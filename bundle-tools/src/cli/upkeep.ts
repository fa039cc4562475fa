import { signedCatalog } from '../host/catalogs.ts';
import { type KeyWarning, keyWarnings, warningText } from '../host/key-warnings.ts';
import { tidySealKeys } from '../host/seal-keys.ts';
import type { HostState } from '../host/state.ts';
import { rolesIn } from '../host/trust-drawing.ts';
import { getNewest } from '../host/trust-files.ts';
import { nowMs } from '../platform/ambient.ts';
import type { Io } from './io.ts';

/** What runs out on this host, as notes and for the JSON result. */
const noteExpiring = (state: HostState, io: Io): { readonly expiring: ReadonlyArray<KeyWarning> } => {
  const files = {
    root: getNewest(state, 'root'),
    targets: getNewest(state, 'targets'),
    snapshot: getNewest(state, 'snapshot'),
    timestamp: getNewest(state, 'timestamp'),
  };
  const expiring = keyWarnings(rolesIn(files, nowMs()));
  for (const warning of expiring) io.note(warningText(warning));
  return { expiring };
};

/** At the end of each command that signs with the host's keys: old seal keys go, and a warning names what expires. */
export const upkeep = (state: HostState, io: Io): { readonly expiring: ReadonlyArray<KeyWarning> } => {
  for (const fingerprint of tidySealKeys(state, signedCatalog(state).policy, nowMs()))
    io.note(
      `deleted the old seal key ${fingerprint.slice(0, 16)}; requests that were sealed to it can be read no more`,
    );
  return noteExpiring(state, io);
};
