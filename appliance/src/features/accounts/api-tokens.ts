import { createHash } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { ObjectService } from '../../engine/objects/service.ts';
import { type Actor, requireRight } from '../../engine/objects/types.ts';
import { AppError, invalid } from '../../platform/errors.ts';
import { heldWords } from '../devices/types.ts';
import type { Refusals } from './refusals.ts';
import { heldBy, limitGrants, limitRights } from './rights.ts';

// Tokens of the API are objects of the kind `token`, purpose `api`; only the SHA-256 of the secret is kept. The secret
// has 256 random bits, so a plain hash is enough.

const prefix = 'sallyport-api-';
const pattern = /^sallyport-api-[A-Za-z0-9_-]{43}$/;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

export const apiTokens = (parts: { objects: ObjectService; clock: () => number; refusals: Refusals }) => {
  const { objects, clock, refusals } = parts;

  const refuse = (reason: string, from: string, token?: string): AppError => {
    refusals.note({
      type: 'token-refused',
      from,
      actor: token === undefined ? undefined : `token:${token}`,
      params: { reason },
    });
    return new AppError('TOKEN', 'no valid token');
  };

  return {
    createApiToken: (
      actor: Actor,
      token: { name: string; account: string; rights?: readonly string[]; expiresAt?: string },
    ): { id: string; secret: string } => {
      requireRight(actor, 'accounts:write');
      const account = objects.find('account', token.account);
      // A token acts as its account: made for another one it would be that person.
      if (actor.type !== 'system' && (actor.type !== 'account' || token.account !== actor.id))
        throw invalid({ account: { key: 'validation.ownAccount' } });
      if (account === undefined) throw invalid({ account: { key: 'validation.reference' } });
      const secret = `${prefix}${Buffer.from(randomBytes(32)).toString('base64url')}`;
      const created = objects.create(actor, 'token', {
        name: token.name,
        purpose: 'api',
        hash: hashOf(secret),
        account: account.id,
        ...(token.rights === undefined || token.rights.length === 0 ? {} : { rights: [...token.rights] }),
        ...defined({ expiresAt: token.expiresAt }),
      });
      return { id: created.id, secret };
    },

    authenticateToken: (secret: string | undefined, from: string): Actor => {
      if (secret === undefined || !pattern.test(secret)) throw refuse('no-token', from);
      const token = objects.findBy('token', 'hash', hashOf(secret));
      if (token === undefined) throw refuse('unknown-token', from);
      const { purpose, disabled, expiresAt, held: heldSince, account: accountId } = token.body;
      if (purpose !== 'api') throw refuse('other-purpose', from, token.id);
      if (disabled === true) throw refuse('disabled', from, token.id);
      if (typeof expiresAt === 'string' && Date.parse(expiresAt) <= clock()) throw refuse('expired', from, token.id);
      const account = typeof accountId === 'string' ? objects.find('account', accountId) : undefined;
      if (account === undefined || account.body['disabled'] === true) throw refuse('no-account', from, token.id);
      // Only who has the secret of a token that is right in all else learns it.
      if (typeof heldSince === 'string') {
        refuse('held', from, token.id);
        throw new AppError('TOKEN_HELD', heldWords);
      }
      const held = heldBy(objects, account);
      return {
        type: 'token',
        id: token.id,
        label: String(token.body['name'] ?? ''),
        from,
        rights: limitRights(held.rights, token.body['rights']),
        grants: limitGrants(held.grants, token.body['rights']),
      };
    },
  };
};
