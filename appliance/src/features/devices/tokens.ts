import { createHash } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { ObjectService } from '../objects/service.ts';
import type { Obj } from '../objects/types.ts';

// Enrolment tokens are objects of the kind `token`; only the SHA-256 of the secret is kept. The secret has 256 random
// bits, so a plain hash is enough and a look-up by hash leaks nothing about others.

export type EnrolmentToken = {
  id: string;
  group: string | null;
  maxUses: number | null;
  expiresAt: number | null;
  approve: 'manual' | 'auto';
};

const prefix = 'sallyport-agent-';

/** A new secret, as it is written into the token file. */
export const newTokenSecret = (): string => `${prefix}${Buffer.from(randomBytes(32)).toString('base64url')}`;

/** What is stored of a secret. */
export const tokenHash = (secret: string): string => createHash('sha256').update(secret.trim()).digest('hex');

const toToken = (object: Obj): EnrolmentToken => {
  const { group, uses, expiresAt, approve } = object.body;
  return {
    id: object.id,
    group: typeof group === 'string' && group !== '' ? group : null,
    maxUses: typeof uses === 'number' ? uses : null,
    expiresAt: typeof expiresAt === 'string' ? Date.parse(expiresAt) : null,
    approve: approve === 'auto' ? 'auto' : 'manual',
  };
};

/** The agents' token with this secret; undefined for a wrong, foreign or deleted one. */
export const findEnrolmentToken = (objects: ObjectService, secret: string): EnrolmentToken | undefined => {
  const object = objects.findBy('token', 'hash', tokenHash(secret));
  return object === undefined || object.body['purpose'] !== 'agent' || object.body['disabled'] === true
    ? undefined
    : toToken(object);
};
