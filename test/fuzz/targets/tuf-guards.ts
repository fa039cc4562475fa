import { guardMetadata, roleLimits } from '@sallyport/bundle-tools/trust/guards';
import { createWorld } from '../../../bundle-tools/test/kit.ts';
import type { FuzzTarget } from '../target.ts';

const roles = Object.keys(roleLimits) as (keyof typeof roleLimits)[];

// The first byte picks the role and whether the rules of production hold.
export const target: FuzzTarget = {
  name: 'tuf-guards',
  maxBytes: 8_192,
  run: (data) => {
    const pick = data[0] ?? 0;
    guardMetadata(data.subarray(1), roles[pick % roles.length]!, pick < 128);
  },
  seeds: () => {
    const world = createWorld(['a']);
    world.remove();
    const files: Record<string, Uint8Array> = { root: world.root, ...world.published };
    return roles.flatMap((role, index) =>
      [index, 128 + index].map((pick) => Buffer.concat([Buffer.of(pick), files[role] ?? Buffer.alloc(0)])),
    );
  },
  words: [
    '"_type"',
    '"delegations"',
    '"hashes"',
    '"sha512"',
    '"md5"',
    '"threshold"',
    '"keyids"',
    '"consistent_snapshot"',
    '"spec_version":"1.0.31"',
    '"ecdsa"',
    '"path_hash_prefixes"',
    '"succinct_roles"',
  ],
};
