import { AppError } from '../../platform/errors.ts';
import type { Actor } from '../objects/types.ts';
import { freshMs } from './approve.ts';

/** The person gave password and code a short while ago; clocks that were put back make it older, too. */
function isFresh({ authenticatedAt }: Actor, now: number): boolean {
  return authenticatedAt !== undefined && Math.abs(now - authenticatedAt) <= freshMs;
}

/**
 * Before what is grave: accounts, roles, tokens, the own second factor and password, settings of safety. SESSION_ONLY for
 * a token, REAUTHENTICATE for a session whose person proved itself too long ago. The appliance and its own command line
 * have no session; what they may do is decided where they act.
 */
export function assertFresh(actor: Actor, now: number): void {
  if (actor.type === 'system' || actor.type === 'cli') return;
  if (actor.type !== 'account') throw new AppError('SESSION_ONLY', 'only a person who is signed in does this');
  if (!isFresh(actor, now))
    throw new AppError('REAUTHENTICATE', 'the log-in is older than 10 minutes: give password and code again');
}
