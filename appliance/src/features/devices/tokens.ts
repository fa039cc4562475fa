import { createHash } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { Door } from '../inventory/types.ts';
import type { ObjectOf, ObjectService } from '../objects/service.ts';
import { addressRanges } from './address-ranges.ts';

// Enrolment tokens are objects of the kind `token`; only the SHA-256 of the secret is kept. The secret has 256 random
// bits, so a plain hash is enough and a look-up by hash leaks nothing about others.

/** What a token lets in; one for `glpi` serves OCS, too. */
export type TokenPurpose = 'agent' | 'osquery' | 'glpi';

export type EnrolmentToken = {
  id: string;
  group: string | null;
  maxUses: number | null;
  expiresAt: number | null;
  approve: 'manual' | 'auto';
  /** Of the user and password that a GLPI client must give beside the token; null where the token is enough. */
  basicHash: string | null;
  /** Whether it lets a client at this address in by itself. */
  approves(address: string): boolean;
};

/** The purpose of tokens by the door that they open. */
export const purposeOf: Readonly<Partial<Record<Door, TokenPurpose>>> = {
  native: 'agent',
  osquery: 'osquery',
  glpi: 'glpi',
  ocs: 'glpi',
};

/** A new secret, as it is written into the token file. */
export const newTokenSecret = (purpose: TokenPurpose = 'agent'): string =>
  `sallyport-${purpose}-${Buffer.from(randomBytes(32)).toString('base64url')}`;

/** What is stored of a secret. */
export const tokenHash = (secret: string): string => createHash('sha256').update(secret.trim()).digest('hex');

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

/** The token with this secret; undefined for a wrong, foreign or deleted one. */
export const findEnrolmentToken = (
  objects: ObjectService,
  purpose: TokenPurpose,
  secret: string,
): EnrolmentToken | undefined => {
  const object = objects.findBy('token', 'hash', tokenHash(secret));
  return object === undefined || object.body['purpose'] !== purpose || object.body['disabled'] === true
    ? undefined
    : toToken(object);
};
