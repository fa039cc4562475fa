import { createHash } from 'node:crypto';
import type { TrustedTarget } from '../../src/trust/core.ts';

const algorithms = ['sha256', 'sha512'] as const;

/** The digests of a target that we can check, as pairs of algorithm and hex. */
export const usableHashes = (target: TrustedTarget): [string, string][] =>
  algorithms.flatMap((algorithm): [string, string][] => {
    const hex = target.hashes[algorithm];
    return hex === undefined ? [] : [[algorithm, hex]];
  });

/** True if the bytes have the length and every digest that we can check, of which there must be one. */
export const isTarget = (bytes: Uint8Array, target: TrustedTarget): boolean => {
  const hashes = usableHashes(target);
  return (
    bytes.length === target.length &&
    hashes.length > 0 &&
    hashes.every(([algorithm, hex]) => createHash(algorithm).update(bytes).digest('hex') === hex)
  );
};
