import { defined } from '@sallyport/bundle-tools/platform/defined';
import { currentCursor } from '@sallyport/ui/list';
import { paths } from '@sallyport/ui/paths';
import { FollowedPage } from '@sallyport/ui/updates/followed.tsx';
import { Update } from '@sallyport/ui/updates/update.tsx';
import { type UpdateRow, Updates } from '@sallyport/ui/updates/updates.tsx';
import { type Context, Hono } from 'hono';
import { requireRight } from '../../engine/objects/types.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError } from '../../platform/errors.ts';
import {
  askedFields,
  askedList,
  askedPage,
  askedWords,
  countedViews,
  type FieldWords,
} from '../../server/console/asked-list.ts';
import { bulkAct, nothingChosen, selectedRows } from '../../server/console/bulk.tsx';
import { faultsOf } from '../../server/console/form.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, type FileColumns, inColumns, mostRows, sendRows } from '../../server/console/list-file.ts';
import { listState, pageRows, param, slicePage, termsOf } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import type { UpdateItem } from './types.ts';
import { orderIn, selectableUpdates } from './view.ts';

const fileColumns: FileColumns<UpdateItem> = [
  ['updates.update', (item) => item.name],
  ['updates.version', (item) => item.version],
  ['csv.source', (item) => item.source],
  ['field.arch', (item) => item.arch],
  ['updates.suites', (item) => item.suites],
  ['updates.security', (item, ctx) => (item.security ? ctx.tDynamic('common.yes') : ctx.tDynamic('common.no'))],
  ['common.approval', (item, ctx) => ctx.tDynamic(`approval.${item.approval}`)],
  ['updates.supply', (item, ctx) => ctx.tDynamic(`supply.${item.supply}`)],
  ['updates.asOfColumn', (item) => (item.asOf === undefined ? null : new Date(item.asOf))],
  ['nav.devices', (item) => item.devices],
  ['common.vulnerabilities', (item) => item.findings],
  ['common.size', (item) => item.sizeBytes],
];

const words: Readonly<Record<string, FieldWords>> = {
  name: { label: 'updates.update' },
  version: { label: 'updates.version' },
  approval: { label: 'common.approval', choices: 'approval' },
  supply: { label: 'updates.supply', choices: 'supply' },
  security: { label: 'updates.security' },
  deployable: { label: 'filter.deployable' },
  decision: { label: 'common.decision', choices: 'decision' },
  devices: { label: 'nav.devices' },
  findings: { label: 'common.vulnerabilities' },
  size: { label: 'common.size' },
};

const updateRow = (item: UpdateItem): UpdateRow => ({
  ...item,
  source: item.source || undefined,
  arch: item.arch || undefined,
  supplyReason: item.reason,
  licence: item.licence === undefined ? undefined : item.licenceAccepted ? 'accepted' : 'to-accept',
});

const actions = ['approve', 'decline', 'clear'] as const;
type Action = (typeof actions)[number];
const isAction = (text: string): text is Action => actions.some((action) => action === text);

/** Updates: what is needed, what is here, what was decided. */
export const updatePages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { updates, objects, store, vulnerabilities } = deps;
  const { language } = updates;
  const fields = askedFields(language.vocabulary, words);

  /** What "none" is worth: whether there is a catalogue, the devices not looked at yet, those not judged or only in part. */
  const judged = (c: Context<ConsoleEnv>) => {
    const scope = scopeFor(c, 'updates:read');
    const covered = deps.deviceList.coverageCounts(scope);
    const notLookedAt = updates.notLookedAt(scope);
    return { catalogue: updates.hasCatalogue(), notLookedAt, notJudged: covered['not-judged'] + covered.partly };
  };

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'updates:read');
    const ctx = viewContext(deps, c);
    const asked = askedList(c, ctx, language, fields);
    if (asked instanceof Response) return asked;
    const { list, filtering } = asked;
    const query = { scope, ...orderIn(list), limit: pageRows, after: currentCursor(list) };
    const found = askedPage(asked, (filter) => updates.listCounted({ ...query, filter }));
    const counts = 'counts' in found ? found.counts : updates.counts(scope);
    return c.html(
      <Updates
        ctx={countedViews(ctx, asked.list, language, (filter) => updates.listCounted({ ...query, filter }).total, {
          name: 'approval.undefined',
          query: 'supply=arrived&approval=undefined',
          count: counts.undecided,
        })}
        list={list}
        page={{ ...found, rows: found.rows.map(updateRow) }}
        filters={filtering}
        counts={counts}
        judged={judged(c)}
        notFilled={deps.exchange.unfulfilled()}
      />,
      asked.status,
    );
  };

  const nameOf = (id: string): string => {
    const stored = updates.stored(id);
    return stored === undefined ? id : `${stored.update.name} ${stored.update.version}`;
  };

  const showUpdate = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'updates:read');
    const item = updates.get(param(c, 'id'), scope);
    const list = listState(c, []);
    const page = slicePage(updates.concerned(item, scope), currentCursor(list), String);
    const named = model.references(page.rows);
    const decision = objects.find('update-decision', item.id);
    const decidedBy = decision === undefined ? undefined : objects.revisions('update-decision', item.id)[0];
    const decided =
      decision === undefined || decidedBy === undefined
        ? undefined
        : {
            who: actorNames(objects)(decidedBy.actor),
            at: decidedBy.at,
            revision: decision.revision,
            ...(typeof decision.body['comment'] === 'string' ? { comment: decision.body['comment'] } : {}),
          };
    const text = item.licence === undefined ? undefined : updates.licenceText(item.id);
    return c.html(
      <Update
        ctx={viewContext(deps, c)}
        update={updateRow(item)}
        notLookedAt={updates.notLookedAt(scope)}
        purl={item.purl}
        signer={item.signer}
        files={item.files.map((file) => ({ ...file, held: store.has(file.sha256) }))}
        depends={item.depends.map((id) => ({ id, name: nameOf(id) }))}
        supersedes={item.supersedes.map((id) => ({ id, name: nameOf(id) }))}
        supersededBy={
          item.supersededBy === undefined ? undefined : { id: item.supersededBy, name: nameOf(item.supersededBy) }
        }
        licence={
          item.licence === undefined
            ? undefined
            : {
                sha256: item.licence,
                ...defined({ text }),
                ...(item.licenceAccepted && decided !== undefined
                  ? { accepted: { who: decided.who, at: decided.at } }
                  : {}),
              }
        }
        decided={decided}
        devices={{
          ...page,
          rows: updates.onDevices(item.id, page.rows, scope).map(({ device, installedVersion, task }) => ({
            device: named.get(device) ?? { id: String(device), name: `#${device}` },
            installedVersion,
            installation: task === undefined || task.state === 'skipped' ? undefined : task.state,
            at: task?.at,
            deployment: task?.deployment,
            code: task?.reason ?? undefined,
          })),
        }}
        findings={vulnerabilities
          .ofPackage(item.ecosystem, item.source, { scope, limit: 100 })
          .map(({ id, advisory }) => ({ id, advisory }))}
      />,
    );
  };

  const decide = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const scope = scopeFor(c, 'updates:read');
    const form = c.get('form');
    const action = form.text('action');
    if (!isAction(action)) throw new AppError('MALFORMED', 'there is no such action');
    // What is decided about an update is decided for the site.
    requireRight(actor, 'updates:write');
    const selected = selectedRows(c, deps.selections, selectableUpdates(updates, scope));
    const items = selected.picked;
    if (items.length === 0) return nothingChosen(c, paths.updates());
    const licences = new Map(
      items
        .filter((item) => action === 'approve' && item.licence !== undefined && !item.licenceAccepted)
        .map((item) => [item.licence ?? '', item]),
    );
    const devices = new Set(items.flatMap((item) => updates.concerned(item, scope))).size;
    const [only] = items;
    return bulkAct(c, viewContext(deps, c), {
      selected,
      name: `updates.${action}`,
      params: { devices },
      list: paths.updates(),
      action: paths.updatesDecide(),
      fields: [['action', action]],
      items: (some) =>
        some.map(({ id, name, version }) => ({ id, name: `${name} ${version}`, href: paths.update(id) })),
      asks: {
        comment: true,
        licences: [...licences].map(([sha256, item]) => ({
          sha256,
          name: `${item.name} ${item.version}`,
          text: updates.licenceText(item.id) ?? '',
        })),
      },
      run: () => {
        const ids = items.map(({ id }) => id);
        try {
          const comment = enteredLine(form.text('comment'), 'comment');
          const options = comment === '' ? {} : { comment };
          if (action === 'approve') updates.approve(actor, ids, { ...options, acceptLicences: form.texts('licence') });
          else updates[action](actor, ids, options);
        } catch (error) {
          return { errors: faultsOf(error) };
        }
        return {
          toast: { message: { key: `toast.updates.${action}`, params: { n: items.length } } },
          ...(items.length === 1 && only !== undefined ? { to: paths.update(only.id) } : {}),
        };
      },
    });
  };

  const sendList = (c: Context<ConsoleEnv>): Response => {
    const scope = scopeFor(c, 'updates:read');
    const list = listState(c, language.parameters);
    const ctx = viewContext(deps, c, 'part');
    const { head, cellsOf } = inColumns(ctx, fileColumns);
    const filter = language.read(termsOf(list));
    const found = updates.list({ scope, ...orderIn(list), filter, limit: mostRows(c) });
    const { catalogue, notLookedAt, notJudged } = judged(c);
    const notes = [
      ...(catalogue ? [] : [`${ctx.t('coverage.not-judged')}: ${ctx.t('updates.noCatalogue')}`]),
      ...(notLookedAt === 0 ? [] : [ctx.t('updates.notLookedAt', { n: notLookedAt })]),
      ...(notJudged === 0 ? [] : [ctx.t('updates.notJudged', { n: notJudged })]),
    ];
    return sendRows(deps, c, ctx, {
      name: 'updates',
      title: ctx.t('nav.updates'),
      page: paths.updates(),
      filter: askedWords(ctx, list, language, fields),
      head,
      rows: { ...eachOf(found.rows, cellsOf), count: found.total },
      notes,
    });
  };

  const licence = (c: Context<ConsoleEnv>): Response => {
    const text = updates.licenceText(param(c, 'id'));
    if (text === undefined) throw new AppError('NOT_FOUND', 'the licence text is not here');
    return c.text(text);
  };

  const showFollowed = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const rows = updates.followedSystems(scopeFor(c, 'updates:read'));
    return c.html(<FollowedPage ctx={viewContext(deps, c)} rows={rows} />);
  };

  return new Hono<ConsoleEnv>()
    .get(paths.updates.pattern, showList)
    .get(paths.updatesFollowed.pattern, showFollowed)
    .get(paths.updatesCsv.pattern, sendList)
    .post(paths.updatesDecide.pattern, decide)
    .get(paths.update.pattern, showUpdate)
    .get(paths.updateLicence.pattern, licence);
};
