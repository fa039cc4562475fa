import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { Persons, type PersonsProps } from '@sallyport/ui/erasure/persons.tsx';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import type { Scope } from '../../platform/scope.ts';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { actorFor, deciderFor, scopeFor } from '../../server/console/guard.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { type Erasure, isIncomplete, type PersonTrace } from './types.ts';

const toastOf = (erasure: Erasure): string => {
  if (erasure.state === 'waiting') return 'persons.toastAsked';
  if (erasure.state === 'refused') return 'persons.toastRefused';
  return isIncomplete(erasure) ? 'persons.toastNotYet' : 'persons.toastErased';
};

/** A person's values: found by the exact name, which never stands in an address, and erased. */
export const personPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { persons, objects, backups, paths: folders } = deps;

  /** What lies in the backups folder, and what the journal knows to be elsewhere. */
  const backupRows = (): PersonsProps['backups'] => {
    const nameOf = actorNames(objects);
    const here = isThere(folders.backups)
      ? readdirSync(folders.backups).map((name) => ({ name, at: statSync(join(folders.backups, name)).mtimeMs }))
      : [];
    const elsewhere = backups
      .list()
      .filter(({ place }) => place === 'elsewhere')
      .map(({ id, file, madeAt, destroyed }) => ({
        name: file,
        at: madeAt,
        elsewhere: { id, destroyed: destroyed && { ...destroyed, by: nameOf(destroyed.by) } },
      }));
    return [...here, ...elsewhere].sort((a, b) => b.at - a.at);
  };

  const foundOf = (scope: Scope, name: string, trace: PersonTrace): NonNullable<PersonsProps['found']> => ({
    name,
    ...trace,
    devices: [...model.references(model.idsOf(trace.devices, scope)).values()],
  });

  const show = (
    c: Context<ConsoleEnv>,
    view: { found?: PersonsProps['found']; errors?: FieldErrors; reason?: string } = {},
  ): Response | Promise<Response> => {
    const actor = deciderFor(c, 'provision:write');
    const nameOf = actorNames(objects);
    return c.html(
      <Persons
        ctx={viewContext(deps, c)}
        needsTwo={persons.needsTwo()}
        backups={backupRows()}
        {...defined({ found: view.found })}
        erasures={persons.list().map((row) => ({
          ...row,
          askedBy: nameOf(row.askedBy),
          decidedBy: row.decidedBy === null ? undefined : nameOf(row.decidedBy),
          decidedAt: row.decidedAt ?? undefined,
          mine: deps.gate.hindrance(actor, { act: 'person-erase', thing: row.id }) === 'APPROVAL_SELF',
          remains: row.remains.map((left) =>
            left.what === 'backup' && left.destroyed !== undefined
              ? { ...left, destroyed: { ...left.destroyed, by: nameOf(left.destroyed.by) } }
              : left,
          ),
          isIncomplete: isIncomplete(row),
        }))}
        values={{ reason: view.reason ?? '' }}
        {...defined({ errors: view.errors })}
      />,
      view.errors === undefined ? 200 : 422,
    );
  };

  const withFrom = (c: Context<ConsoleEnv>) => ({ ...actorFor(c, 'provision:write'), from: c.get('from') });

  const find = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = withFrom(c);
    const name = c.get('form').text('name').trim();
    if (name === '') return show(c, { errors: { name: { key: 'validation.required' } } });
    return show(c, { found: foundOf(scopeFor(c, 'provision:write'), name, persons.trace(actor, name)) });
  };

  const erase = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = withFrom(c);
    const form = c.get('form');
    const name = form.text('name').trim();
    try {
      const done = persons.erase(actor, { name, confirm: form.text('confirm'), reason: form.text('reason') });
      return goWith(c, paths.persons(), { message: { key: toastOf(done) } });
    } catch (error) {
      const found = foundOf(scopeFor(c, 'provision:write'), name, persons.trace(actor, name));
      return show(c, { found, errors: faultsOf(error), reason: form.text('reason') });
    }
  };

  const decide = (c: Context<ConsoleEnv>): Response => {
    const form = c.get('form');
    const agree = form.text('agree') === '1';
    const decided = persons.decide(
      { ...deciderFor(c, 'provision:write'), from: c.get('from') },
      form.text('id'),
      agree,
    );
    return goWith(c, paths.persons(), { message: { key: toastOf(decided) } });
  };

  const forget = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = { ...actorFor(c, 'settings:write'), from: c.get('from') };
    const form = c.get('form');
    const { file } = backups.forget(actor, form.text('backup'), form.text('reason'));
    return goWith(c, paths.persons(), { message: { key: 'persons.toastForgotten', params: { file } } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.persons.pattern, (c) => show(c))
    .post(paths.backupForget.pattern, forget)
    .post(paths.personFind.pattern, find)
    .post(paths.personErase.pattern, erase)
    .post(paths.personDecide.pattern, decide);
};
