import { refreshTrust } from '@sallyport/bundle-tools/trust/core';
import { signRaw } from '../../../bundle-tools/test/forge-tuf.ts';
import { createWorld, digestOf, kitTime, makeRoot } from '../../../bundle-tools/test/kit.ts';
import { objectIn } from '../json.ts';
import type { FuzzTarget } from '../target.ts';

// A whole refresh: the input is what is signed of root 2, timestamp, snapshot and targets, one per line. Each is signed
// by its true keys and the hashes between them are made to fit, so that what the words mean is what is looked at.

const world = createWorld(['a']);
world.remove();
const { keys } = world;
const signedPart = (file: Uint8Array): string => JSON.stringify(objectIn(file)?.['signed']);

const listed = (file: Uint8Array, held: unknown): object => ({
  ...(typeof held === 'object' && held !== null ? held : {}),
  length: file.length,
  hashes: { sha256: digestOf(file) },
});

/** Signs a line; what is no JSON object is given as it is. */
const sign = (line: string, signers: Parameters<typeof signRaw>[1], name?: string, over?: Uint8Array): Uint8Array => {
  const signed = objectIn(line);
  if (signed === undefined) return Buffer.from(line);
  const meta = signed['meta'];
  if (name !== undefined && over !== undefined && typeof meta === 'object' && meta !== null && name in meta)
    signed['meta'] = { ...meta, [name]: listed(over, (meta as Record<string, unknown>)[name]) };
  try {
    return signRaw(signed, signers);
  } catch {
    // Canonical JSON has no form for it.
    return Buffer.from(line);
  }
};

export const target: FuzzTarget = {
  name: 'tuf-refresh',
  maxBytes: 16_384,
  stretch: false,
  run: async (data) => {
    const [root = '', timestampLine = '', snapshotLine = '', targetsLine = ''] = data.toString('utf8').split('\n');
    const targets = sign(targetsLine, [keys.curator]);
    const snapshot = sign(snapshotLine, [keys.snapshot], 'targets.json', targets);
    const timestamp = sign(timestampLine, [keys.timestamp], 'snapshot.json', snapshot);
    const isProduction = data.length % 2 === 0;
    await refreshTrust({
      held: { root: world.root },
      source: {
        get: async (name, maxBytes) => {
          const file =
            name === '2.root.json'
              ? root === ''
                ? undefined
                : sign(root, keys.root)
              : /^(?:\d+\.)?snapshot\.json$/.test(name)
                ? snapshot
                : /^(?:\d+\.)?targets\.json$/.test(name)
                  ? targets
                  : name === 'timestamp.json'
                    ? timestamp
                    : undefined; // prettier-ignore
          return file === undefined || file.length > maxBytes ? 'NOT_FOUND' : file;
        },
      },
      referenceTime: new Date(kitTime),
      production: isProduction,
    });
  },
  seeds: () => {
    const { timestamp, snapshot, targets } = world.published;
    const parts = [timestamp, snapshot, targets].map(signedPart).join('\n');
    return [`${signedPart(makeRoot(2, keys))}\n${parts}`, `\n${parts}`, `\n${parts} `];
  },
  words: [
    '"version"',
    '"meta"',
    '"delegations"',
    '"roles"',
    '"threshold":2',
    '"keyids":[]',
    '"targets.json"',
    '"hashes":{}',
  ],
};
