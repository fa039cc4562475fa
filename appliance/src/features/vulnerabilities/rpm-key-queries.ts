import type { Database } from '../../platform/database.ts';
import { statements } from '../../platform/statements.ts';

// rpm keeps the public keys of repositories in its database as packages called gpg-pubkey, whose version is the key's id. Our agent
// leaves them out; FusionInventory, OCS, GLPI's agent and osquery report them. They are no software: nothing is ever published
// about them and nothing judges them, so they stand in the inventory and count neither as judged nor as left out.

/** Tells how many of some items are keys of rpm. */
export function rpmKeys(db: Database): (items: Uint32Array) => number {
  const sql = statements(db);
  const keys = sql.values<[], number>(
    `select id from inv_software where name collate nocase = 'gpg-pubkey' and type = 'rpm'`,
  );
  return (items) => {
    const found = new Set(keys());
    return found.size === 0 ? 0 : items.reduce((n, item) => n + (found.has(item) ? 1 : 0), 0);
  };
}
