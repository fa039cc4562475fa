import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { Queries, type QueryRow } from '@sallyport/ui/queries/queries.tsx';
import { type AnswerRow, Query, type QueryProps, QueryRegion } from '@sallyport/ui/queries/query.tsx';
import { QueryNew } from '@sallyport/ui/queries/query-new.tsx';
import { type Context, Hono } from 'hono';
import { type Actor, scopeOf } from '../../engine/objects/types.ts';
import type { Cell } from '../../platform/csv/write.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import { follow } from '../../server/console/follow.tsx';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, sendRows } from '../../server/console/list-file.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { type DeviceAnswer, type LiveQuery, maxSqlLength, shownState } from './types.ts';
import { isValueFault } from './value-guard.ts';

const listedQueries = 100;
const pageDevices = 50;
const shownRows = 20;
const maxDevices = 1_000;
const csvDevices = 500;
const maxCsvLines = 100_000;
const defaultWaitSeconds = 60;

const toAnswer = (answer: DeviceAnswer): AnswerRow => ({
  id: answer.publicId,
  name: answer.name,
  state: shownState(answer),
  answeredAt: answer.answeredAt ?? undefined,
  wallMs: answer.wallMs ?? undefined,
  rowCount: answer.rowCount ?? undefined,
  message: answer.message ?? undefined,
  rows: answer.rows.slice(0, shownRows),
  hidden: Math.max(0, (answer.rowCount ?? 0) - Math.min(shownRows, answer.rows.length)),
});

/** Live queries: ask, watch the answers come, take them away. */
export const queryPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { liveQueries: queries, objects } = deps;

  const toRow = (query: LiveQuery, nameOf: (ref: string) => string): QueryRow => ({
    ...query,
    createdBy: nameOf(query.createdBy),
  });

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'queries:read');
    const nameOf = actorNames(objects);
    return c.html(
      <Queries
        ctx={viewContext(deps, c)}
        rows={queries.list({ scope, limit: listedQueries }).map((query) => toRow(query, nameOf))}
      />,
    );
  };

  type Wanted = { sql: string; wait: string; devices: string[] };
  const showForm = (c: Context<ConsoleEnv>, wanted: Wanted, errors?: FieldErrors): Response | Promise<Response> =>
    c.html(
      <QueryNew
        ctx={viewContext(deps, c)}
        sql={wanted.sql}
        wait={wanted.wait}
        devices={wanted.devices.map((id) => ({ id, name: model.get(id, scopeFor(c, 'queries:write')).name }))}
        deviceCount={
          wanted.devices.length === 0 ? queries.countTargets(scopeFor(c, 'queries:write')) : wanted.devices.length
        }
        maxLength={maxSqlLength}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );

  const newForm = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'queries:write');
    const asked = new URL(c.req.url).searchParams;
    const again = asked.get('again');
    return showForm(c, {
      sql: again === null ? '' : queries.get(again, scope).sql,
      wait: String(defaultWaitSeconds),
      devices: [...new Set(asked.getAll('device'))].slice(0, maxDevices),
    });
  };

  /** A fault of a question, shown at its field. */
  const faultsOf = (error: unknown): FieldErrors => {
    const { code, message, details } = toFailure(error);
    if (code === 'INVALID' && details.fields !== undefined) return details.fields;
    if (code === 'MALFORMED') return { sql: { key: 'validation.sqlUnreadable' } };
    const what = details['refused'];
    const value = details['value'];
    if (code === 'FORBIDDEN' && typeof what === 'string' && isValueFault(value))
      return { sql: { key: `validation.sqlValue.${value}`, params: { what } } };
    if (code === 'FORBIDDEN' && typeof what === 'string')
      return { sql: { key: 'validation.sqlRefused', params: { what } } };
    throw error instanceof Error ? error : new AppError('INTERNAL', message);
  };

  const run = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    const wanted: Wanted = {
      sql: form.text('sql').trim(),
      wait: form.text('wait').trim(),
      devices: [...new Set(form.texts('device'))].slice(0, maxDevices),
    };
    if (wanted.sql === '') return showForm(c, wanted, { sql: { key: 'validation.required' } });
    try {
      const made = queries.run(actor, {
        sql: wanted.sql,
        waitSeconds: /^\d{1,5}$/.test(wanted.wait) ? Number(wanted.wait) : 0,
        ...(wanted.devices.length === 0 ? {} : { devices: wanted.devices }),
      });
      return c.redirect(paths.query(made.id), 303);
    } catch (error) {
      return showForm(c, wanted, faultsOf(error));
    }
  };

  const afterOf = (c: Context<ConsoleEnv>): number => {
    const text = new URL(c.req.url).searchParams.get('after') ?? '0';
    return /^\d{1,15}$/.test(text) ? Number(text) : 0;
  };

  const partsOf = (actor: Actor, id: string, after: number): Omit<QueryProps, 'ctx'> => {
    const query = queries.get(id, scopeOf(actor, 'queries:read'));
    const answers = queries.answers(actor, id, { after, limit: pageDevices + 1 });
    const page = answers.slice(0, pageDevices);
    const last = page.at(-1);
    return {
      ...toRow(query, actorNames(objects)),
      deadlineAt: query.deadlineAt,
      answers: page.map(toAnswer),
      ...(answers.length > pageDevices && last !== undefined
        ? { next: paths.query(id, { after: String(last.device) }) }
        : {}),
    };
  };

  const stream = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const { id } = queries.get(param(c, 'id'), scopeFor(c, 'queries:read'));
    return follow(deps, c, paths.query(id), (ctx) => {
      const parts = partsOf(actor, id, 0);
      return { part: <QueryRegion ctx={ctx} {...parts} />, isEnded: parts.state !== 'running' };
    });
  };

  /** Every row of every device; a device without an answer has a line with its state. */
  const csv = (c: Context<ConsoleEnv>): Response => {
    const { actor } = signedIn(c);
    const { id } = queries.get(param(c, 'id'), scopeFor(c, 'queries:read'));
    const ctx = viewContext(deps, c, 'part');
    const columns = new Set<string>();
    const lines: { answer: DeviceAnswer; row: Readonly<Record<string, string>> }[] = [];
    for (let after = 0; lines.length < maxCsvLines; ) {
      const page = queries.answers(actor, id, { after, limit: csvDevices });
      for (const answer of page) {
        for (const row of answer.rows.length === 0 ? [{}] : answer.rows) {
          for (const name of Object.keys(row)) columns.add(name);
          lines.push({ answer, row });
        }
      }
      after = page.at(-1)?.device ?? 0;
      if (page.length < csvDevices) break;
    }
    const names = [...columns];
    return sendRows(deps, c, ctx, {
      name: `query-${id.slice(0, 8)}`,
      title: ctx.t('nav.queries'),
      page: paths.query(id),
      filter: '',
      head: [ctx.t('field.device'), ctx.t('field.state'), ctx.t('queries.message'), ...names],
      rows: eachOf(lines.slice(0, maxCsvLines), ({ answer, row }): Cell[] => [
        answer.name,
        ctx.t(`queries.answer.${shownState(answer)}`),
        answer.message ?? '',
        ...names.map((name) => row[name] ?? ''),
      ]),
    });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.queries.pattern, showList)
    .get(paths.queryNew.pattern, newForm)
    .post(paths.queryNew.pattern, run)
    .get(paths.queryStream.pattern, stream)
    .get(paths.queryCsv.pattern, csv)
    .post(paths.queryStop.pattern, (c) => {
      const { id } = queries.stop(signedIn(c).actor, param(c, 'id'));
      return c.redirect(paths.query(id), 303);
    })
    .get(paths.query.pattern, (c) => {
      const { actor } = signedIn(c);
      return c.html(<Query ctx={viewContext(deps, c)} {...partsOf(actor, param(c, 'id'), afterOf(c))} />);
    });
};
