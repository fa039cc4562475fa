import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Discovery } from '@sallyport/ui/discovery/discovery.tsx';
import { type DirectoryRow, DiscoveryDirectories } from '@sallyport/ui/discovery/discovery-directories.tsx';
import { DiscoveryRange, DiscoveryRanges, type RangeRow } from '@sallyport/ui/discovery/discovery-ranges.tsx';
import { currentCursor } from '@sallyport/ui/list';
import type { FieldErrors, Message } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { collectionWords, fieldColumns, rowValues } from '../../engine/inventory/view.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import type { JobRun } from '../../platform/job-store.ts';
import { wholeSite } from '../../platform/scope.ts';
import { askedFields, askedList, askedPage, countedViews } from '../../server/console/asked-list.ts';
import { goWith, setToast } from '../../server/console/cookies.ts';
import { actorFor, deciderFor, scopeFor } from '../../server/console/guard.ts';
import { pageRows, param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import { receiveFile } from '../../server/console/staged-uploads.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import type { DiscoveryRun } from './service.ts';
import type { DirectorySummary, ScanProgress, ScanSummary, StoreProgress } from './types.ts';

const maxLdifBytes = 2 * 1024 * 1024 * 1024;
const listed = ['directory-user', 'directory-group', 'directory-member', 'directory-ou', 'directory-domain'];

/** What was found, directories, address ranges. */
export const discoveryPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { discovery, inventory, devices, objects } = deps;
  const collection = inventory.collection('discovery');

  const showFound = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const ctx = viewContext(deps, c);
    const language = inventory.language(collection);
    const asked = askedList(c, ctx, language, askedFields(language.vocabulary, collectionWords(collection)));
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const columns = fieldColumns(collection, { link: false });
    const isSortable = columns.some((column) => column.name === list.sort && column.sortable);
    const query = {
      scope: scopeFor(c, 'devices:read'),
      collection: collection.name,
      descending: list.descending,
      limit: pageRows,
      ...(isSortable && list.sort !== undefined ? { sort: list.sort } : {}),
      ...defined({ after: currentCursor(list) }),
    };
    const found = askedPage(asked, (filter) => inventory.ofAnyCollection.list({ ...query, filter }));
    const named = model.references(found.rows.map((row) => Number(row['_device'])));
    const { discovered, pending, managed } = devices.counts();
    return c.html(
      <Discovery
        ctx={countedViews(
          ctx,
          asked.list,
          language,
          (filter) => inventory.ofAnyCollection.list({ ...query, limit: 1, filter }).total,
        )}
        list={list}
        columns={columns}
        filters={filtering}
        counts={{ discovered, pending, managed }}
        page={{
          ...found,
          rows: found.rows.map((row) => {
            const id = Number(row['_device']);
            return {
              device: named.get(id) ?? { id: String(id), name: `#${id}` },
              state: devices.find(id)?.state ?? 'revoked',
              values: rowValues(row, columns),
            };
          }),
        }}
      />,
      asked.status,
    );
  };

  const stepOf = (run: JobRun | undefined): Message | undefined => {
    if (run === undefined) return undefined;
    const progress = (run.progress ?? { step: 'connect', entries: 0 }) as StoreProgress;
    return { key: `discovery.step.${progress.step}`, params: { n: progress.entries } };
  };

  const directoryRow = (run: DiscoveryRun<DirectorySummary>): DirectoryRow => {
    const { summary, ...last } = run.last;
    return {
      id: run.id,
      name: run.name,
      address: `${String(run.body['host'])}:${String(run.body['port'])}`,
      record: run.device === null ? undefined : devices.find(run.device)?.publicId,
      security: run.body['security'] as DirectoryRow['security'],
      disabled: run.body['disabled'] === true,
      last,
      counts: summary === null ? undefined : { ...summary, changes: summary.added + summary.removed + summary.changed },
      running: stepOf(run.running),
    };
  };

  const showDirectories = (
    c: Context<ConsoleEnv>,
    extra: { fault?: { message: Message; detail: string }; errors?: FieldErrors } = {},
  ): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    const counts = new Map(inventory.counts(wholeSite('site-right')).map((count) => [count.collection, count.rows]));
    return c.html(
      <DiscoveryDirectories
        ctx={viewContext(deps, c)}
        rows={discovery.directories().map(directoryRow)}
        lists={listed.map((name) => ({ collection: name, rows: counts.get(name) ?? 0 }))}
        {...extra}
      />,
      Object.keys(extra).length === 0 ? 200 : 422,
    );
  };

  /** A directory that does not answer is what was asked about, not a fault of the page. */
  const isAnswer = (code: string): boolean =>
    [
      'NOT_NAMED',
      'FORBIDDEN_ADDRESS',
      'UNREACHABLE',
      'PEER',
      'DIRECTORY',
      'TIMEOUT',
      'MALFORMED',
      'TOO_LARGE',
    ].includes(code);

  const actOnDirectory = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const id = param(c, 'id');
    const name = String(objects.get('directory-source', id).body['name']);
    const action = c.get('form').text('action');
    if (action === 'test') {
      try {
        const { vendor, bases } = await discovery.testDirectory(actor, id);
        setToast(c, {
          message: { key: 'discovery.testOk', params: { name, vendor, bases: bases.join('; ').slice(0, 300) } },
        });
      } catch (error) {
        const { code, message } = toFailure(error);
        if (!isAnswer(code)) throw error;
        return showDirectories(c, {
          fault: { message: { key: 'discovery.testFailed', params: { name, code } }, detail: message },
        });
      }
    } else if (action === 'poll') {
      discovery.start(actor, 'poll', id);
      setToast(c, { message: { key: 'discovery.started', params: { name } } });
    } else if (action === 'stop') {
      discovery.stop(actor, 'poll', id);
      setToast(c, { message: { key: 'discovery.stopping', params: { name } } });
    } else throw new AppError('MALFORMED', 'the form has no action');
    return c.redirect(paths.discoveryDirectories(), 303);
  };

  const importFile = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const actor = actorFor(c, 'devices:write');
    const path = join(deps.paths.staging, `ldif-${Buffer.from(randomBytes(12)).toString('hex')}`);
    let isTaken = false;
    try {
      const upload = await receiveFile(deps, c, path, maxLdifBytes);
      if (upload.sizeBytes === 0) return await showDirectories(c, { errors: { file: { key: 'validation.required' } } });
      const source = objects.find('directory-source', upload.fields.get('source') ?? '');
      if (source === undefined)
        return await showDirectories(c, { errors: { source: { key: 'validation.reference' } } });
      discovery.startImport(actor, source.id, path);
      isTaken = true;
      return goWith(c, paths.discoveryDirectories(), {
        message: { key: 'discovery.started', params: { name: String(source.body['name']) } },
      });
    } finally {
      if (!isTaken) rmSync(path, { force: true });
    }
  };

  const rangeRow = (run: DiscoveryRun<ScanSummary>): RangeRow => {
    const { summary, ...last } = run.last;
    return {
      id: run.id,
      name: run.name,
      network: String(run.body['network']),
      ratePerSecond: Number(run.body['ratePerSecond']),
      hindrance: discovery.hindrance(run.id),
      last,
      counts: summary ?? undefined,
      running:
        run.running === undefined
          ? undefined
          : ((run.running.progress ?? { done: 0, total: 0, found: 0 }) as ScanProgress),
    };
  };

  const showRanges = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    actorFor(c, 'devices:read');
    return c.html(<DiscoveryRanges ctx={viewContext(deps, c)} rows={discovery.ranges().map(rangeRow)} />);
  };

  const showRange = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    const actor = actorFor(c, 'devices:read');
    const id = param(c, 'id');
    const run = discovery.ranges().find((range) => range.id === id);
    if (run === undefined) throw new AppError('NOT_FOUND', 'there is no such range');
    const by = run.body['confirmedBy'];
    return c.html(
      <DiscoveryRange
        ctx={viewContext(deps, c)}
        row={rangeRow(run)}
        plan={discovery.plan(actor, id)}
        confirmedBy={
          typeof by === 'string' && discovery.hindrance(id) !== 'unconfirmed' ? actorNames(objects)(by) : undefined
        }
        secondPerson={objects.setting('devices.scan-second-person')}
        errors={errors}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  const actOnRange = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const actor = deciderFor(c, 'devices:write');
    const id = param(c, 'id');
    const name = String(objects.get('address-range', id).body['name']);
    const form = c.get('form');
    const action = form.text('action');
    if (action === 'confirm') {
      try {
        discovery.confirm(actor, id, { digest: form.text('digest'), addresses: Number(form.text('typed').trim()) });
      } catch (error) {
        const { code, details } = toFailure(error);
        if (code === 'INVALID') return showRange(c, details.fields);
        if (code === 'CONFLICT') return showRange(c, { '': { key: 'validation.conflict' } });
        throw error;
      }
      setToast(c, { message: { key: 'discovery.confirmed', params: { name } } });
    } else if (action === 'scan') {
      discovery.start(actor, 'scan', id);
      setToast(c, { message: { key: 'discovery.started', params: { name } } });
    } else if (action === 'stop') {
      discovery.stop(actor, 'scan', id);
      setToast(c, { message: { key: 'discovery.stopping', params: { name } } });
    } else throw new AppError('MALFORMED', 'the form has no action');
    return c.redirect(paths.discoveryRange(id), 303);
  };

  return new Hono<ConsoleEnv>()
    .get(paths.discovery.pattern, showFound)
    .get(paths.discoveryDirectories.pattern, (c) => showDirectories(c))
    .post(paths.discoveryDirectory.pattern, actOnDirectory)
    .post(paths.discoveryImport.pattern, importFile)
    .get(paths.discoveryRanges.pattern, showRanges)
    .get(paths.discoveryRange.pattern, (c) => showRange(c))
    .post(paths.discoveryRange.pattern, actOnRange);
};
