import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BundleError } from '@sallyport/bundle-tools/errors';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { ensureDir, writeFileDurable } from '@sallyport/bundle-tools/platform/files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { toTrustName } from '@sallyport/bundle-tools/protocol/trust';
import { type HeldMetadata, type RefreshedTrust, refreshTrust } from '@sallyport/bundle-tools/trust/core';
import { type Connection, toError } from '../platform/connect.ts';

// The chain that this device has pinned, and its own newest versions of it. The appliance only hands out files: what it
// cannot make verify is refused here, and files older than those held are a rollback.

export type TrustedTargets = RefreshedTrust['targets'];

export type AgentTrust = {
  pin(root: Uint8Array): void;
  /** Verifies what the server offers against what is held, keeps what is newer. Throws a BundleError. */
  refresh(connection: Connection): Promise<{ targets: TrustedTargets; stale: { role: string; expired: string }[] }>;
};

const roles = ['timestamp', 'snapshot', 'targets'] as const;

/** Opens the trust folder of the state. */
export const openTrust = (folder: string): AgentTrust => {
  ensureDir(folder, 0o700);
  const pathOf = (role: string): string => join(folder, `${role}.json`);
  const read = (role: string): Uint8Array | undefined =>
    isThere(pathOf(role)) ? new Uint8Array(readFileSync(pathOf(role))) : undefined;
  const held = (): HeldMetadata => {
    const root = read('root');
    if (root === undefined) throw new BundleError('ROOT_CHAIN', 'no root is pinned');
    return { root, timestamp: read('timestamp'), snapshot: read('snapshot'), targets: read('targets') };
  };
  return {
    pin: (root) => writeFileDurable(pathOf('root'), root, 0o600),
    refresh: async (connection) => {
      const refreshed = await refreshTrust({
        held: held(),
        source: {
          get: async (name, maxBytes) => {
            const reply = await connection.call({
              method: 'GET',
              path: `/trust/${toTrustName(name)}`,
              maxBytes: maxBytes + 1,
            });
            if (reply.status === 404) return 'NOT_FOUND';
            if (reply.status !== 200) throw toError(reply);
            return new Uint8Array(reply.body);
          },
        },
        // BUNDLES 7: an agent cannot judge time, so nothing below the root is refused for its age.
        referenceTime: new Date(0),
        production: true,
        // As soon as a file is trusted it guards against what is older, even when a later one fails.
        onTrusted: (role, _version, bytes) => writeFileDurable(pathOf(role), bytes, 0o600),
      });
      const now = nowMs();
      if (Date.parse(refreshed.expires.root) < now) {
        throw new BundleError('EXPIRED', `the root expired at ${refreshed.expires.root}`);
      }
      const stale = roles
        .filter((role) => Date.parse(refreshed.expires[role]) < now)
        .map((role) => ({ role, expired: refreshed.expires[role] }));
      return { targets: refreshed.targets, stale };
    },
  };
};
