import { defined } from '@sallyport/bundle-tools/platform/defined';
import type { Ctx } from '@sallyport/ui/context';
import { Device, type Fact, type FactGroup } from '@sallyport/ui/devices/device.tsx';
import { DeviceChanges } from '@sallyport/ui/devices/device-changes.tsx';
import { DeviceCollection } from '@sallyport/ui/devices/device-collection.tsx';
import { DeviceDeviations } from '@sallyport/ui/devices/device-deviations.tsx';
import { DeviceEdit } from '@sallyport/ui/devices/device-edit.tsx';
import { DeviceEvents } from '@sallyport/ui/devices/device-events.tsx';
import { DeviceFindings } from '@sallyport/ui/devices/device-findings.tsx';
import { DeviceUpdates } from '@sallyport/ui/devices/device-updates.tsx';
import { currentCursor, filterValues } from '@sallyport/ui/list';
import type { FieldErrors } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { type Change, type Collection, type InventorySource, readRight } from '../../engine/inventory/types.ts';
import {
  changeFields,
  changeLanguage,
  changeQueryOf,
  collectionExtras,
  collectionScope,
  fieldColumns,
  readableCollections,
  rowValues,
} from '../../engine/inventory/view.ts';
import { actorRef, hasRight, holdsThroughout } from '../../engine/objects/types.ts';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError, toFailure } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { askedList } from '../../server/console/asked-list.ts';
import { goWith } from '../../server/console/cookies.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import {
  listState,
  numberCursor,
  pageRows,
  param,
  references,
  slicePage,
  termsOf,
} from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames, changeRow, eventRows } from '../../server/console/records.ts';
import { withRightsThere } from '../../server/console/rights-there.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import { baselineViews } from '../baselines/view.ts';
import { ofSystem } from '../exchange/view.ts';
import { changeTag, heldBy, whyOf } from '../rules/view.ts';
import { coverageView } from '../vulnerabilities/view.ts';
import { type DeviceTabs, openFindings } from './device-tabs.ts';
import { editMeanwhile } from './edit-meanwhile.ts';
import type { DeviceModel, ListedDevice } from './view.ts';

const lastChanges = 8;
const maxOtherRows = 1_000;

/** A device: facts, its collections, findings, updates, changes, events, and what administrators say about it. */
export const devicePages = (deps: ConsoleDeps, model: DeviceModel, tabsOf: DeviceTabs): Pages => {
  const extras = collectionExtras(deps);
  const { baselines, inventory, devices, deviceFilters, objects, events, vulnerabilities, updates, rules } = deps;
  const views = baselineViews(deps, model);

  const collections = inventory.collections();
  const changesIn = changeLanguage(collections, true);
  const asChange = (change: Change) => changeRow(collections, change, actorNames(objects));

  /** The context of the pages of a device. */
  const contextOf = (c: Context<ConsoleEnv>, { publicId }: ListedDevice): Ctx =>
    withRightsThere(c, viewContext(deps, c), (held) => model.idsOf([publicId], held).length === 1);

  /** What every tab stands in. */
  const framed = (c: Context<ConsoleEnv>, device: ListedDevice) => {
    const scope = scopeFor(c, 'devices:read');
    return { ctx: contextOf(c, device), device: model.toHead(device, scope), tabs: tabsOf(device, scope) };
  };

  const isPersonal = (collection: Collection): boolean =>
    Object.values(collection.fields).some((field) => field.personal);

  const countOf = (collection: Collection, device: number): number =>
    inventory.ofAnyCollection.list({ collection: collection.name, device, limit: 1 }).total;

  /** Sources that report the same section and do not count. */
  const otherSources = (
    device: ListedDevice,
    collection: Collection,
    best: InventorySource | undefined,
  ): InventorySource[] =>
    inventory
      .heldSections(device.id)
      .filter((section) => section.collection === collection.name && section.source !== best)
      .map(({ source }) => source);

  const factGroup = (device: ListedDevice, collection: Collection): FactGroup | undefined => {
    const [row] = inventory.ofAnyCollection.section(device.id, collection.name);
    if (row === undefined) return undefined;
    const others = otherSources(device, collection, row._source).map((source) =>
      inventory.ofAnyCollection.section(device.id, collection.name, { source }),
    );
    const facts = fieldColumns(collection, { link: true })
      .filter((column) => !column.personal && row[column.name] !== null && row[column.name] !== undefined)
      .map(
        (column): Fact => ({
          label: `collection.${collection.name}.field.${column.name}`,
          value: row[column.name] ?? null,
          type: column.type,
          ...defined({ unit: column.unit }),
          source: `source.${row._source}`,
          others: others.flatMap(([other]) => {
            const value = other?.[column.name] ?? null;
            return other === undefined || value === null || JSON.stringify(value) === JSON.stringify(row[column.name])
              ? []
              : [{ value, source: `source.${other._source}`, at: other._collectedAt }];
          }),
          // A check-in whose hash is the same says the values again.
          at: Math.max(row._collectedAt, device.lastSeenAt ?? 0),
          ...(column.name === 'restartPending' && row[column.name] === true ? { level: 'warning' as const } : {}),
        }),
      );
    return facts.length === 0 ? undefined : { title: { key: `collection.${collection.name}.title` }, facts };
  };

  const enteredGroup = (device: ListedDevice): FactGroup | undefined => {
    const decision = objects.find('device-decision', device.publicId);
    if (decision === undefined) return undefined;
    const latest = objects.revisions('device-decision', device.publicId)[0];
    const source = latest === undefined ? '' : actorNames(objects)(latest.actor);
    const fact = (field: string, value: string | null): Fact[] =>
      value === null || value === ''
        ? []
        : [{ label: `kind.device-decision.field.${field}`, value, type: 'text', source, at: decision.updatedAt }];
    const facts = [
      ...fact('displayName', device.displayName),
      ...fact('description', (decision.body['description'] as string | undefined) ?? null),
      ...fact('group', device.groupName),
    ];
    return facts.length === 0 ? undefined : { title: { key: 'facts.entered' }, facts };
  };

  const summary = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const scope = scopeFor(c, 'devices:read');
    // The journal and bookmarks still name records that became part of another one.
    const kept = devices.keptAs(param(c, 'id'));
    if (kept !== undefined && model.idsOf([kept], scope).length === 1) return c.redirect(paths.device(kept), 303);
    const device = model.get(param(c, 'id'), scope);
    const entered = enteredGroup(device);
    const groups = inventory
      .collections()
      .filter((collection) => collection.single)
      .map((collection) => factGroup(device, collection))
      .filter((group) => group !== undefined);
    const description = objects.find('device-decision', device.publicId)?.body['description'];
    const [certificate] = devices
      .certificates(device.id)
      .filter(({ state }) => state === 'active' || state === 'issued');
    return c.html(
      <Device
        {...framed(c, device)}
        groups={entered === undefined ? groups : [...groups, entered]}
        personal={inventory
          .collections()
          .filter(isPersonal)
          .map((collection) => ({ collection: collection.name, count: countOf(collection, device.id) }))}
        why={whyOf(device)}
        numbers={{ findings: openFindings(device), updates: model.neededUpdates(device) }}
        coverage={coverageView(device.coverage, deps.exchange.knowledge(), vulnerabilities.known())}
        tags={rules.tagsOf(device.id)}
        // The group that a rule would move it to may be out of reach.
        held={scope.site ? heldBy(rules, device) : undefined}
        changes={inventory.changes({ device: device.id, limit: lastChanges }).map(asChange)}
        {...(typeof description === 'string' && description !== '' ? { description } : {})}
        showOthers={c.req.query('others') === '1'}
        {...(certificate === undefined
          ? {}
          : { certificate: { fingerprint: certificate.fingerprint, notAfter: certificate.notAfter } })}
        clients={devices.sourcesOf(device.id).map((source) => ({
          source: source.source,
          agent: source.agent,
          state: source.state,
          address: source.from,
          lastSeenAt: source.lastSeenAt,
        }))}
        deployable={updates
          .forDevice(device.id, scope)
          .filter(({ update, isNeeded }) => isNeeded && update.approval === 'approved' && update.supply === 'arrived')
          .map(({ update }) => ({ id: update.id, name: `${update.name} ${update.version}` }))}
      />,
    );
  };

  const showCollection = (
    c: Context<ConsoleEnv>,
    device: ListedDevice,
    collection: Collection,
    personal: boolean,
  ): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const columns = fieldColumns(collection, { link: true }).map((column) =>
      // Asked for, they are what is to be seen.
      personal ? { ...column, byDefault: collection.fields[column.name]?.column !== false } : column,
    );
    const list = { ...listState(c, []), path: paths.deviceTab(device.publicId, collection.name) };
    const sort = columns.find((column) => column.name === list.sort && column.sortable)?.name;
    const cursor = currentCursor(list);
    const found = inventory.ofAnyCollection.list({
      collection: collection.name,
      device: device.id,
      limit: pageRows,
      descending: list.descending,
      personal,
      ...(list.q === '' ? {} : { search: list.q }),
      ...defined({ sort }),
      told: extras.told(collection),
      ...defined({ after: cursor }),
    });
    const [first] = inventory.ofAnyCollection.section(device.id, collection.name);
    const others = otherSources(device, collection, first?._source);
    // What does not count is shown as it was reported, without lists' tools.
    const asked = others.find((source) => source === c.req.query('door'));
    const reported =
      asked === undefined
        ? []
        : inventory.ofAnyCollection.section(device.id, collection.name, { source: asked, personal });
    const row = asked === undefined ? first : reported[0];
    const rows = asked === undefined ? found.rows : reported.slice(0, maxOtherRows);
    const personalState = !isPersonal(collection) ? 'none' : personal ? 'shown' : 'withheld';
    return c.html(
      <DeviceCollection
        {...framed(c, device)}
        ctx={{ ...contextOf(c, device), url: list.path }}
        collection={collection.name}
        single={collection.single ?? false}
        titleField={collection.title}
        columns={[...columns, ...extras.columns(collection)]}
        list={list}
        rows={rows.map((item) => {
          const extra = extras.row(actor, collection, device.publicId, item);
          const own =
            collection.name === 'software'
              ? paths.softwareItem(item.id)
              : paths.inventoryItem(collection.name, item.id);
          return {
            id: item.id,
            ...(collection.mode === 'shared' && hasRight(actor, readRight(collection)) ? { href: own } : {}),
            ...extra,
            values: { ...rowValues(item, columns), ...extra.values },
          };
        })}
        total={asked === undefined ? found.total : reported.length}
        next={asked === undefined ? found.next : undefined}
        alsoReported={others.filter((source) => source !== asked)}
        showing={asked === undefined || first === undefined ? undefined : { best: first._source }}
        reported={row === undefined ? null : { source: row._source, at: row._collectedAt }}
        personal={personalState}
      />,
    );
  };

  const findings = (c: Context<ConsoleEnv>, device: ListedDevice): Response | Promise<Response> => {
    const scope = scopeFor(c, 'vulnerabilities:read');
    model.get(device.publicId, scope);
    const list = listState(c, ['decision', 'severity']);
    const decisions = filterValues(list, 'decision');
    const severities = filterValues(list, 'severity');
    const text = list.q.toLowerCase();
    const all = vulnerabilities.forDevice(device.id, scope);
    const shown = all.filter(
      (finding) =>
        (decisions.length === 0 || decisions.includes(finding.decision)) &&
        (severities.length === 0 || severities.includes(finding.severity)) &&
        (text === '' ||
          [finding.package, finding.advisory, finding.summary, ...finding.aliases].some((value) =>
            value.toLowerCase().includes(text),
          )),
    );
    const page = slicePage(shown, currentCursor(list), (finding) => finding.id);
    return c.html(
      <DeviceFindings
        {...framed(c, device)}
        list={list}
        page={{
          ...page,
          rows: page.rows.map((finding) => ({ ...finding, since: finding.firstSeen })),
        }}
        coverage={coverageView(device.coverage, deps.exchange.knowledge(), vulnerabilities.known())}
        unjudged={vulnerabilities
          .unjudged(device.id)
          .map(({ item, name, version }) => ({ name: `${name} ${version}`, href: paths.softwareItem(item) }))}
        notComparable={all.filter(({ verdict }) => verdict === 'review').length}
      />,
    );
  };

  const deviceUpdates = (c: Context<ConsoleEnv>, device: ListedDevice): Response | Promise<Response> => {
    const scope = scopeFor(c, 'updates:read');
    model.get(device.publicId, scope);
    const followed = updates.followed()(inventory.section(device.id, 'platform')[0]);
    return c.html(
      <DeviceUpdates
        {...framed(c, device)}
        coverage={coverageView(device.coverage, deps.exchange.knowledge(), vulnerabilities.known())}
        catalogue={updates.hasCatalogue()}
        followed={followed}
        notFilled={ofSystem(deps.exchange.unfulfilled(), followed)}
        rows={updates.forDevice(device.id, scope).map(({ update, installedVersion, installation, deployment, at }) => ({
          id: update.id,
          name: update.name,
          installedVersion,
          version: update.version,
          security: update.security,
          approval: update.approval,
          supply: update.supply,
          supplyReason: update.reason,
          asOf: update.asOf,
          installation,
          at,
          deployment,
        }))}
      />,
    );
  };

  const changes = (c: Context<ConsoleEnv>, device: ListedDevice): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const isReached = (held: Scope): boolean => model.idsOf([device.publicId], held).length === 1;
    const readable = readableCollections(collections, actor, isReached);
    const ctx = contextOf(c, device);
    const asked = askedList(c, ctx, changesIn, changeFields(changesIn, readable));
    if (asked instanceof Response) return asked;
    const { list, filter, filtering, status } = asked;
    const after = numberCursor(list);
    const query = { device: device.id, limit: pageRows, after };
    const rows =
      filtering.fault === undefined
        ? inventory.changes({ ...query, ...changeQueryOf(filter, collections, readable).asked })
        : [];
    const last = rows.length === pageRows ? rows.at(-1) : undefined;
    return c.html(
      <DeviceChanges
        {...framed(c, device)}
        ctx={ctx}
        list={list}
        rows={rows.map(asChange)}
        next={last === undefined ? undefined : String(last.id)}
        filters={filtering}
      />,
      status,
    );
  };

  const deviations = (c: Context<ConsoleEnv>, device: ListedDevice): Response | Promise<Response> => {
    const scope = scopeFor(c, 'devices:read');
    const readable = collections.filter((one) => holdsThroughout(signedIn(c).actor, readRight(one), scope));
    const list = listState(c, []);
    const after = numberCursor(list);
    const found = baselines.deviations({
      scope,
      device: device.id,
      collection: readable.map(({ name }) => name),
      limit: pageRows,
      after,
    });
    return c.html(
      <DeviceDeviations
        {...framed(c, device)}
        list={list}
        page={{
          rows: views.deviations(found.rows, scope),
          total: found.total,
          next: found.next === undefined ? undefined : String(found.next),
        }}
        limitDays={views.limitDays()}
        baselines={baselines
          .over(device)
          .filter((one) => baselines.isReached(one, scope))
          .map(({ id, name, approvedAt, expiresAt }) => ({
            id,
            name,
            approvedAt: expiresAt ?? approvedAt,
            expired: expiresAt !== null && expiresAt <= deps.clock(),
          }))}
      />,
    );
  };

  const deviceEvents = (c: Context<ConsoleEnv>, device: ListedDevice): Response | Promise<Response> => {
    const scope = scopeFor(c, 'events:read');
    model.get(device.publicId, scope);
    const ctx = contextOf(c, device);
    const list = listState(c, events.language.parameters);
    const after = numberCursor(list);
    const found = events.list({
      scope,
      filter: events.language.read([...termsOf(list), ['device', device.publicId]]),
      limit: pageRows,
      after,
    });
    const named = new Map(devices.records(device.id).map((id) => [id, { id: device.publicId, name: device.name }]));
    return c.html(
      <DeviceEvents
        {...framed(c, device)}
        ctx={ctx}
        list={list}
        page={{
          rows: eventRows(ctx, deps, scope, found.rows, named),
          total: found.total,
          next: found.next === undefined ? undefined : String(found.next),
        }}
      />,
    );
  };

  const tab = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const device = model.get(param(c, 'id'), scopeFor(c, 'devices:read'));
    const name = param(c, 'tab');
    if (name === 'findings') return findings(c, device);
    if (name === 'updates') return deviceUpdates(c, device);
    if (name === 'changes') return changes(c, device);
    if (name === 'deviations') return deviations(c, device);
    if (name === 'events') return deviceEvents(c, device);
    if (name === 'summary') return c.redirect(paths.device(device.publicId), 303);
    const collection = inventory.collection(name);
    model.get(device.publicId, scopeFor(c, readRight(collection)));
    return showCollection(c, device, collection, false);
  };

  const editForm = (c: Context<ConsoleEnv>, errors?: FieldErrors, isLate = false): Response | Promise<Response> => {
    const scope = scopeFor(c, 'devices:write');
    const device = model.get(param(c, 'id'), scopeFor(c, 'devices:write'));
    const decision = objects.find('device-decision', device.publicId);
    const form = c.get('form');
    const value = (name: 'displayName' | 'description' | 'group'): string =>
      errors === undefined ? String(decision?.body[name] ?? '') : form.text(name);
    const groups = references(objects, 'group').filter(({ id }) => deviceFilters.groupsIn(scope)?.has(id) !== false);
    const ctx = contextOf(c, device);
    const late = isLate ? editMeanwhile(objects, ctx, device.publicId, form, groups) : undefined;
    return c.html(
      <DeviceEdit
        ctx={ctx}
        device={model.toHead(device, scopeFor(c, 'devices:read'))}
        revision={decision?.revision ?? 0}
        values={{ displayName: value('displayName'), description: value('description'), group: value('group') }}
        groups={groups}
        {...defined({ errors, ...late })}
      />,
      errors === undefined && !isLate ? 200 : 422,
    );
  };

  const edit = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const device = model.get(param(c, 'id'), scopeFor(c, 'devices:write'));
    const form = c.get('form');
    const revision = objects.find('device-decision', device.publicId)?.revision ?? 0;
    try {
      if (form.text('revision') !== String(revision))
        throw new AppError('CONFLICT', 'somebody else changed it meanwhile', { revision });
      const value = (name: string): string | null => form.text(name).trim() || null;
      objects.put(
        actor,
        'device-decision',
        device.publicId,
        { displayName: value('displayName'), description: value('description'), group: value('group') },
        form.text('comment') === '' ? {} : { comment: enteredLine(form.text('comment'), 'comment') },
      );
      return goWith(c, paths.device(device.publicId), { message: { key: 'toast.devices.edited' } });
    } catch (error) {
      const { code, details } = toFailure(error);
      if (code === 'CONFLICT')
        return revision > 0 ? editForm(c, undefined, true) : editForm(c, { '': { key: 'validation.conflict' } });
      if (code !== 'INVALID' || details.fields === undefined) throw error;
      return editForm(c, details.fields);
    }
  };

  const personal = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const device = model.get(param(c, 'id'), scopeFor(c, 'devices:read'));
    const collection = inventory.collection(param(c, 'collection'));
    model.get(device.publicId, collectionScope(actor, collection));
    if (!isPersonal(collection)) throw new AppError('NOT_FOUND', 'the collection has no personal values');
    // Before the first value is shown: what cannot be recorded is not shown.
    events.record('personal-read', {
      device: device.id,
      actor: actorRef(actor),
      from: c.get('from'),
      params: { collection: collection.name },
    });
    return showCollection(c, device, collection, true);
  };

  return new Hono<ConsoleEnv>()
    .get(paths.deviceEdit.pattern, (c) => editForm(c))
    .post(paths.deviceTags.pattern, changeTag(deps))
    .post(paths.deviceEdit.pattern, edit)
    .post(paths.devicePersonal.pattern, personal)
    .get(paths.device.pattern, summary)
    .get(paths.deviceTab.pattern, tab);
};
