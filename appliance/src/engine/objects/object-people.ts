import type { ObjectFormProps } from '@sallyport/ui/objects/object-form.tsx';
import { paths } from '@sallyport/ui/paths';
import type { Context } from 'hono';
import { isGrantKind, type ManagedObjects, type WrittenObject } from '../../features/accounts/types.ts';
import { roleReach } from '../../features/accounts/view.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { goWith } from '../../server/console/cookies.ts';
import { deciderFor, signedIn } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorWords } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv } from '../../server/console/types.ts';
import type { Kind, Obj } from './types.ts';

/** What waits at an account or role, and who stands behind an account. */
function peopleOf(deps: ConsoleDeps, c: Context<ConsoleEnv>, kind: Kind, object: Obj): ObjectFormProps['people'] {
  if (!isGrantKind(kind.name)) return undefined;
  const { accounts, objects } = deps;
  const ctx = viewContext(deps, c, 'part');
  const waiting = accounts.changes.of(kind.name, object.id);
  const hindrance = waiting && accounts.changes.hindrance(signedIn(c).actor, kind.name, object.id, waiting);
  return {
    waiting: waiting && {
      what: waiting.what,
      by: actorWords(ctx, objects)(waiting.by),
      at: waiting.at,
      fields: Object.entries(waiting.patch)
        .filter(([name, value]) => JSON.stringify(value) !== JSON.stringify(object.body[name] ?? null))
        .map(([name, value]) => [
          ctx.tDynamic(`kind.${kind.name}.field.${name}`, {}, name),
          Array.isArray(value) ? value.join(', ') : String(value ?? ''),
        ]),
      // An old log-in is mended by giving the password again, which the page asks for by itself.
      hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
    },
    touched: kind.name === 'account' ? accounts.touches.of(object.id) : [],
    reach: kind.name === 'role' ? roleReach(deps, object.body) : undefined,
    hasSessions: kind.name === 'account' && accounts.sessions.list(object.id).length > 0,
  };
}

const consentWords = {
  waiting: 'consents.waiting',
  inForce: 'consents.inForce',
  agreedBy: 'consents.agreedBy',
} as const;
const excuseWords = {
  waiting: 'excuses.waiting',
  inForce: 'excuses.inForce',
  agreedBy: 'excuses.agreedBy',
} as const;

const filesWords = {
  waiting: 'eventFiles.waiting',
  inForce: 'eventFiles.inForce',
  agreedBy: 'eventFiles.agreedBy',
} as const;

/** Of a kind that is in force once another person agreed: that it waits for that person, or who agreed. */
function consentOf(deps: ConsoleDeps, c: Context<ConsoleEnv>, kind: Kind, object: Obj): ObjectFormProps['consent'] {
  if (object.deletedAt !== undefined) return undefined;
  const { deployConsents, redundancy, receivers, objects } = deps;
  const ofKind = {
    'deploy-consent': { agreed: deployConsents, words: consentWords, decide: paths.deploymentConsentDecide },
    'redundancy-excuse': { agreed: redundancy.excuses, words: excuseWords, decide: paths.redundancyExcuseDecide },
    'event-files': { agreed: receivers.fileAgreements, words: filesWords, decide: paths.eventFilesDecide },
  } as const;
  if (!Object.hasOwn(ofKind, kind.name)) return undefined;
  const { agreed, words, decide } = ofKind[kind.name as keyof typeof ofKind];
  const nameOf = actorWords(viewContext(deps, c, 'part'), objects);
  const { by, at, agreedBy } = agreed.get(object.id);
  const action = decide(object.id);
  if (agreedBy !== null) return { words, action, agreedBy: nameOf(agreedBy) };
  const hindrance = agreed.hindrance(signedIn(c).actor, object.id);
  return {
    words,
    action,
    asked: {
      by: nameOf(by),
      at: Date.parse(at),
      // An old log-in is mended by giving the password again, which the page asks for by itself.
      hindrance: hindrance === 'APPROVAL_FRESH' ? undefined : hindrance,
    },
  };
}

/** A token that waits after a return to an older database (features/rollback/held-tokens.ts). */
export const isHeldToken = (kind: Kind, { body }: Pick<Obj, 'body'>): boolean =>
  kind.name === 'token' && typeof body['held'] === 'string' && body['disabled'] !== true;

/** What a rule of notifications would have sent, as it stands in the form; undefined for other kinds, and for one that cannot be read. */
export function tellsOf(
  deps: Pick<ConsoleDeps, 'notifications'>,
  kind: Kind,
  values: Readonly<Record<string, unknown>>,
): ObjectFormProps['tells'] {
  if (kind.name !== 'notification-rule') return undefined;
  try {
    return deps.notifications.preview(values);
  } catch (error) {
    if (toFailure(error).code !== 'INVALID') throw error;
    return undefined;
  }
}

/** What stands above the form of an object. */
export const noticesOf = (
  deps: ConsoleDeps,
  c: Context<ConsoleEnv>,
  kind: Kind,
  object: Obj,
): Pick<ObjectFormProps, 'people' | 'consent' | 'isHeld'> => ({
  people: peopleOf(deps, c, kind, object),
  consent: consentOf(deps, c, kind, object),
  isHeld: isHeldToken(kind, object),
});

/** Says yes or no to what waits, or vouches for an account; the yes may bring a link. */
export function decideAbout(
  deps: ConsoleDeps,
  managed: ManagedObjects,
  c: Context<ConsoleEnv>,
  kind: Kind,
  id: string,
): WrittenObject | undefined {
  const actor = deciderFor(c, 'accounts:write');
  const action = c.get('form').text('action');
  const isAccount = kind.name === 'account';
  if (!isGrantKind(kind.name)) throw new AppError('NOT_FOUND', 'nothing waits here');
  if (action === 'approve') return managed.approve(actor, kind.name, id);
  if (action === 'refuse') managed.refuse(actor, kind.name, id);
  else if (action === 'vouch' && isAccount) deps.accounts.vouch(actor, id);
  else throw new AppError('MALFORMED', 'there is no such action');
  return undefined;
}

/** Leads to the object, and says that a second person is waited for. */
export function waits(c: Context<ConsoleEnv>, { kind, id }: Obj, name: string): Response {
  return goWith(c, paths.object(kind, id), { message: { key: 'toast.waits', params: { name } } });
}
