import { createHash } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../../appliance/src/compose.ts';
import { accountPersons } from '../../appliance/src/engine/objects/person-store.ts';
import { type Actor, type Right, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { approvalStore } from '../../appliance/src/features/accounts/approval-store.ts';
import { approvalGate } from '../../appliance/src/features/accounts/approve.ts';
import type { ApprovalGate } from '../../appliance/src/features/accounts/types.ts';
import type { Database } from '../../appliance/src/platform/database.ts';
import { devicesReached } from '../../appliance/src/platform/scope.ts';
import { jsonOf, tryCommand } from './commands.ts';

// People of tests below the log-in: each has a person of its own, and has always just signed in. And people at the command line.

const blind = (address: string): Buffer => createHash('sha256').update(address.toLowerCase()).digest();

/** Somebody who has just signed in, once `introduce` has told the database of him. */
export const signedIn = (id: string, ...rights: Right[]): Actor => ({
  type: 'account',
  id,
  label: id,
  rights: new Set(rights.length === 0 ? ['all'] : rights),
  get authenticatedAt() {
    return nowMs();
  },
});

/** Gives each account a person of its own, as the making of an account does. */
export const introduce = (db: Database, ...ids: string[]): void => {
  const persons = accountPersons({ db, blind });
  for (const id of ids) persons.written('account', id, {}, { type: 'system', id: 'test' });
};

const nothing = (): never => {
  throw new Error('nobody is alone in this test');
};

/** The gate of a test over its database. */
export const testGate = (db: Database): ApprovalGate =>
  approvalGate({
    devicesIn: (scope) => devicesReached(db, scope),
    controllersIn: () => false,
    persons: accountPersons({ db, blind }),
    store: approvalStore(db),
    couldApprove: () => new Set(['somebody', 'else']),
    events: { record: nothing },
    clock: nowMs,
  });

/**
 * Makes an account and signs it in with `sallyport login`, as a user of the operating system of its own: the prefix of the
 * commands that this person gives.
 */
export const loggedIn = async (
  { accounts, objects, paths }: Pick<Appliance, 'accounts' | 'objects' | 'paths'>,
  folder: string,
  name: string,
): Promise<string[]> => {
  const password = 'correct horse battery';
  const { id } = objects.create(systemActor, 'account', { name, roles: ['administrator'] });
  await accounts.useLink(accounts.makeLink(systemActor, id).token, { password, again: password, from: 'test' });
  const runtime = join(folder, `runtime-${id}`);
  mkdirSync(runtime, { mode: 0o700 });
  const prefix = ['env', `XDG_RUNTIME_DIR=${runtime}`];
  const args = ['login', name, '--password-stdin', '--json', '--data', paths.data];
  jsonOf(`sallyport login ${name}`, await tryCommand('sallyport', args, prefix, `${password}\n`));
  return prefix;
};
