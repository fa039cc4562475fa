import type { InventorySource } from '../../engine/inventory/types.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { addressRanges } from '../../platform/address-ranges.ts';
import { AppError } from '../../platform/errors.ts';
import { type EnrolmentToken, heldWords, type TokenPurpose, tokenHash } from './types.ts';

// Enrolment tokens are objects of the kind `token`; only the SHA-256 of the secret is kept. The secret has 256 random
// bits, so a plain hash is enough and a look-up by hash leaks nothing about others.

/** The purpose of tokens by the source that they open. */
export const purposeOf: Readonly<Partial<Record<InventorySource, TokenPurpose>>> = {
  native: 'agent',
  osquery: 'osquery',
  glpi: 'glpi',
  ocs: 'glpi',
};

const toToken = (object: ObjectOf<'token'>): EnrolmentToken => {
  const { group, uses, expiresAt, approve, approveFrom, basicHash } = object.body;
  const ranges = Array.isArray(approveFrom)
    ? addressRanges(approveFrom.filter((range) => typeof range === 'string'))
    : undefined;
  return {
    id: object.id,
    group: typeof group === 'string' && group !== '' ? group : null,
    maxUses: typeof uses === 'number' ? uses : null,
    expiresAt: typeof expiresAt === 'string' ? Date.parse(expiresAt) : null,
    approve: approve === 'auto' ? 'auto' : 'manual',
    basicHash: typeof basicHash === 'string' && basicHash !== '' ? basicHash : null,
    approves: (address) => approve === 'auto' && (ranges === undefined || ranges.contains(address)),
  };
};

/** The token with this secret; undefined for a wrong, foreign or deleted one. TOKEN_HELD, or what `refusal` makes of it. */
export const findEnrolmentToken = (
  objects: ObjectService,
  purpose: TokenPurpose,
  secret: string,
  refusal: () => AppError = () => new AppError('TOKEN_HELD', heldWords),
): EnrolmentToken | undefined => {
  const object = objects.findBy('token', 'hash', tokenHash(secret));
  if (object === undefined || object.body['purpose'] !== purpose || object.body['disabled'] === true) return undefined;
  if (typeof object.body['held'] === 'string') throw refusal();
  return toToken(object);
};
