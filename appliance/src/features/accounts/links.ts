import { createHash } from 'node:crypto';
import { randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { EventService } from '../../engine/events/service.ts';
import type { ObjectOf, ObjectService } from '../../engine/objects/service.ts';
import { type Actor, actorRef, requireRight } from '../../engine/objects/types.ts';
import { type Database, immediate } from '../../platform/database.ts';
import { AppError } from '../../platform/errors.ts';

// Links that set a password once are tokens with the purpose `first`; only the SHA-256 of the secret is kept. Looking at
// one changes nothing, so that a preview or a reload does not use it up.

const linkHours = 24;
const pattern = /^[A-Za-z0-9_-]{43}$/;

const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');

/** `waives`: two persons agreed that the second factor may be lost, too. */
type FoundLink = { id: string; account: ObjectOf<'account'>; expiresAt: number; waives: boolean };

/** One-time links of accounts. */
export const oneTimeLinks = (parts: {
  db: Database;
  objects: ObjectService;
  events: EventService;
  clock: () => number;
}) => {
  const { db, objects, events, clock } = parts;

  const removeOf = (actor: Actor, account: string): void => {
    const held = objects.list({ kind: 'token', where: { purpose: 'first', account }, limit: 1_000 });
    for (const { id } of held.rows) objects.remove(actor, 'token', id);
  };

  const find = (secret: string): FoundLink | undefined => {
    if (!pattern.test(secret)) return undefined;
    const token = objects.findBy('token', 'hash', hashOf(secret));
    if (token === undefined || token.body['purpose'] !== 'first' || token.body['disabled'] === true) return undefined;
    const { expiresAt, account: accountId } = token.body;
    const until = typeof expiresAt === 'string' ? Date.parse(expiresAt) : 0;
    const account = typeof accountId === 'string' ? objects.find('account', accountId) : undefined;
    if (until <= clock() || account === undefined || account.body['disabled'] === true) return undefined;
    return { id: token.id, account, expiresAt: until, waives: token.body['waives'] === true };
  };

  return {
    removeOf,
    find,
    /** Throws NOT_FOUND, without a reason. */
    get: (secret: string): FoundLink => {
      const link = find(secret);
      if (link === undefined) throw new AppError('NOT_FOUND', 'the link is unknown, used or too old');
      return link;
    },
    make: (actor: Actor, id: string, options: { waives?: boolean } = {}): { token: string; expiresAt: number } => {
      requireRight(actor, 'accounts:write');
      return immediate(db, () => {
        const account = objects.get('account', id);
        const secret = Buffer.from(randomBytes(32)).toString('base64url');
        const expiresAt = clock() + linkHours * 3_600_000;
        // A new link replaces an unused one.
        removeOf(actor, account.id);
        objects.create(actor, 'token', {
          name: 'one-time link',
          purpose: 'first',
          hash: hashOf(secret),
          uses: 1,
          expiresAt: toTime(expiresAt),
          account: account.id,
          ...(options.waives === true ? { waives: true } : {}),
        });
        events.record('one-time-link-made', { actor: actorRef(actor), params: { account: account.id } });
        return { token: secret, expiresAt };
      });
    },
  };
};
