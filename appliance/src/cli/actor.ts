import { userInfo } from 'node:os';
import type { Actor, Right } from '../features/objects/types.ts';

/** Whoever may read the data directory may do everything: the journal names the operating-system user. */
export const cliActor = (): Actor => {
  const { username } = userInfo();
  return { type: 'cli', id: username, label: username, rights: new Set<Right>(['all']) };
};
