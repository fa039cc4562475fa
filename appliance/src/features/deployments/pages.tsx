import { defined } from '@sallyport/bundle-tools/platform/defined';
import { Deployment as DeploymentView, type TaskRow } from '@sallyport/ui/deployments/deployment.tsx';
import { DeploymentNew, typeNumberFrom } from '@sallyport/ui/deployments/deployment-new.tsx';
import { type DeploymentRow, Deployments } from '@sallyport/ui/deployments/deployments.tsx';
import { Confirm } from '@sallyport/ui/frame/confirm.tsx';
import { currentCursor, filterValues } from '@sallyport/ui/list';
import type { FieldErrors, Installation, Reference } from '@sallyport/ui/model';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { enteredLine } from '../../platform/entered-line.ts';
import { AppError } from '../../platform/errors.ts';
import type { Scope } from '../../platform/scope.ts';
import { reachOf } from '../../platform/selection.ts';
import { changedSince, nothingChosen, rowsOf, selectedIn } from '../../server/console/bulk.tsx';
import { goWith } from '../../server/console/cookies.ts';
import { faultsOf } from '../../server/console/form.ts';
import { deciderFor, scopeFor, signedIn } from '../../server/console/guard.ts';
import { eachOf, type FileColumns, inColumns, sendRows } from '../../server/console/list-file.ts';
import { listAt, listState, pageRows, param, references, slicePage } from '../../server/console/lists.ts';
import { isLocalPath } from '../../server/console/local-path.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceModel } from '../devices/view.ts';
import { selectableUpdates } from '../updates/view.ts';
import { noneHeld } from './gate.ts';
import { type DeviceSelection, selectedDevices } from './selected-devices.ts';
import type { DeploymentService } from './service.ts';
import { deploymentTargets } from './targets.ts';
import {
  type Deployment,
  type DeploymentPreview,
  type DeploymentTask,
  type NewDeployment,
  ONE_DEVICE_FIRST,
} from './types.ts';

const maxName = 200;
/** Devices that the question names. */
const maxNamed = 20;
const maxOutput = 8_000;
const defaultTimeoutMinutes = 30;

type OrderHold = ReturnType<ReturnType<DeploymentService['holds']>>;
type OrderLine = { order: DeploymentTask; device: string; update: string; hold: OrderHold };

const orderColumns: FileColumns<OrderLine> = [
  ['field.state', ({ order }, ctx) => ctx.tDynamic(`installation.${order.state}`)],
  ['field.device', ({ device }) => device],
  ['updates.update', ({ update }) => update],
  ['deployments.outcome', ({ order }) => order.reason],
  ['deployments.held', ({ hold }) => hold?.code ?? null],
  ['deployments.opensAt', ({ hold }) => (hold?.opensAt == null ? null : new Date(hold.opensAt))],
  ['deployments.unasked', ({ order }, ctx) => (order.asksPermit === false ? ctx.tDynamic('common.yes') : null)],
  ['deployments.begun', ({ order }) => (order.actingAt === null ? null : new Date(order.actingAt))],
  ['deployments.attempt', ({ order }) => order.attempt],
];

const holdShown = (hold: OrderHold) =>
  hold === null
    ? undefined
    : { code: hold.code, expectedMinutes: hold.expectedMinutes, ...defined({ opensAt: hold.opensAt ?? undefined }) };

/** Deployments: what was ordered, what came of it, and the page that asks before ordering. */
export const deploymentPages = (deps: ConsoleDeps, model: DeviceModel): Pages => {
  const { deployments, deployConsents, updates, objects, deviceFilters, deviceQueries } = deps;
  const find = deploymentTargets(deps);
  const devicesOf = selectedDevices(deps, model);

  const toRow = (deployment: Deployment, nameOf: (ref: string) => string): DeploymentRow => {
    return {
      ...deployment,
      state: deployment.state === 'finished' && deployment.counts.failed > 0 ? 'failed' : deployment.state,
      createdBy: nameOf(deployment.createdBy),
      updates: deployment.updates.length,
      tasks: deployment.counts,
    };
  };

  const showList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const list = listState(c, []);
    const cursor = currentCursor(list);
    const nameOf = actorNames(objects);
    const page = deployments.list({
      scope: scopeFor(c, 'deployments:read'),
      limit: pageRows,
      ...defined({ after: cursor }),
      ...(list.q === '' ? {} : { search: list.q }),
    });
    return c.html(
      <Deployments
        ctx={viewContext(deps, c)}
        list={list}
        page={{
          ...page,
          rows: page.rows.map((row) => toRow(row, nameOf)),
        }}
      />,
    );
  };

  const outputOf = (task: DeploymentTask): { exitCode?: number; output?: string } => {
    const last = task.result?.steps.at(-1);
    if (last === undefined) return {};
    return {
      ...(typeof last.exit === 'number' ? { exitCode: last.exit } : {}),
      ...(last.output ? { output: last.output.slice(-maxOutput) } : {}),
    };
  };

  const nameOfUpdate = (id: string): string => {
    const stored = updates.stored(id);
    return stored === undefined ? id : `${stored.update.name} ${stored.update.version}`;
  };

  const ordersShown = (c: Context<ConsoleEnv>, id: string): DeploymentTask[] => {
    const states = filterValues(listState(c, ['state']), 'state');
    return deployments
      .tasks(id, scopeFor(c, 'deployments:read'))
      .filter(({ state }) => state !== 'skipped' && (states.length === 0 || states.includes(state)));
  };

  const deviceNames = (orders: readonly DeploymentTask[]): ((device: number) => string) => {
    const named = model.references([...new Set(orders.map(({ device }) => device))]);
    return (device) => named.get(device)?.name ?? `#${device}`;
  };

  const showOne = (c: Context<ConsoleEnv>, errors?: FieldErrors): Response | Promise<Response> => {
    const scope = scopeFor(c, 'deployments:read');
    const deployment = deployments.get(param(c, 'id'), scope);
    const nameOf = actorNames(objects);
    const rings = deployments.rollouts
      .of(deployment.id, scope)
      .map((ring) => ({ ...ring, decidedBy: ring.decidedBy === null ? null : nameOf(ring.decidedBy) }));
    const list = listState(c, ['state']);
    const tasks = ordersShown(c, deployment.id);
    const page = slicePage(tasks, currentCursor(list), ({ id }) => id);
    const named = model.references(page.rows.map(({ device }) => device));
    const holdOf = deployments.holds();
    const group = objects.find('deployment', deployment.id)?.body['group'];
    const reached = deviceFilters.groupsIn(scope);
    const isGroupIn = typeof group === 'string' && (reached === undefined || reached.has(group));
    const groupName = isGroupIn ? objects.find('group', group)?.body['name'] : undefined;
    return c.html(
      <DeploymentView
        ctx={viewContext(deps, c)}
        deployment={toRow(deployment, nameOf)}
        group={typeof group === 'string' && typeof groupName === 'string' ? { id: group, name: groupName } : undefined}
        updates={deployment.updates.map((id) => ({ id, name: nameOfUpdate(id) }))}
        list={list}
        tasks={{
          ...page,
          rows: page.rows.map(
            (task): TaskRow => ({
              id: task.id,
              device: named.get(task.device) ?? { id: String(task.device), name: `#${task.device}` },
              update: { id: task.updateId, name: nameOfUpdate(task.updateId) },
              state: task.state as Installation,
              at: task.verifiedAt ?? task.finishedAt ?? task.startedAt ?? task.queuedAt,
              attempt: task.attempt,
              ring: task.ring,
              code: task.reason ?? undefined,
              hold: holdShown(holdOf(task)),
              isUnasked: task.asksPermit === false,
              ...outputOf(task),
            }),
          ),
        }}
        timeoutMinutes={deployment.timeoutMinutes}
        rings={rings}
        hindrance={
          deployment.state === 'held' ? deployments.rollouts.hindrance(signedIn(c).actor, deployment.id) : undefined
        }
        {...(errors === undefined ? {} : { errors })}
        held={deployments.held(deployment.id, scope).held}
      />,
      errors === undefined ? 200 : 422,
    );
  };

  /** The orders of the page, as they are filtered there. */
  const ordersFile = (c: Context<ConsoleEnv>): Response => {
    const ctx = viewContext(deps, c);
    const { id, name } = deployments.get(param(c, 'id'), scopeFor(c, 'deployments:read'));
    const orders = ordersShown(c, id);
    const holdOf = deployments.holds();
    const { head, cellsOf } = inColumns<OrderLine>(ctx, orderColumns);
    const nameOf = deviceNames(orders);
    return sendRows(deps, c, ctx, {
      name: 'deployment-orders',
      title: name,
      page: paths.deployment(id),
      filter: filterValues(listState(c, ['state']), 'state')
        .map((state) => ctx.tDynamic(`installation.${state}`))
        .join(', '),
      head,
      rows: eachOf(orders, (order) =>
        cellsOf({ order, device: nameOf(order.device), update: nameOfUpdate(order.updateId), hold: holdOf(order) }),
      ),
    });
  };

  type Wanted = {
    name: string;
    updates: readonly string[];
    /** Devices that the form names; undefined: it names none. */
    devices?: readonly string[] | undefined;
    /** Devices that a list selects. */
    selection?: DeviceSelection | undefined;
    group: string;
    view: string;
    timeoutMinutes: number;
    /** Empty: all at once. */
    ringPlan: string;
    /** Where *Cancel* leads. */
    back: string;
  };

  type Preview = DeploymentPreview & { targets: Reference[]; errors: FieldErrors };

  /** What a deployment like this would do; faults of the choice come as errors of their fields. */
  const previewOf = (c: Context<ConsoleEnv>, wanted: Wanted): Preview => {
    const none: Preview = {
      tasks: [],
      devices: 0,
      orders: 0,
      byHand: 0,
      excluded: 0,
      digest: '',
      rings: [],
      gate: null,
      held: noneHeld,
      expectedMinutes: 0,
      targets: [],
      errors: {},
    };
    if (wanted.updates.length === 0) return none;
    try {
      const preview = deployments.preview(toNew(c, wanted), scopeFor(c, 'deployments:write'));
      const ids = new Set<number>();
      for (const { device, skipped } of preview.tasks) {
        if (ids.size === maxNamed) break;
        if (skipped === undefined) ids.add(device);
      }
      return { ...preview, targets: [...model.references([...ids]).values()], errors: {} };
    } catch (error) {
      return { ...none, errors: faultsOf(error) };
    }
  };

  const viewsOf = (c: Context<ConsoleEnv>) => deps.listViews.of(signedIn(c).actor, paths.devices());

  const targetsOf = (c: Context<ConsoleEnv>, wanted: Wanted): Pick<NewDeployment, 'devices' | 'group'> => {
    if (wanted.selection !== undefined)
      return { devices: devicesOf(scopeFor(c, 'deployments:write'), wanted.selection) };
    if (wanted.devices !== undefined) return { devices: [...wanted.devices] };
    if (wanted.view !== '')
      return { devices: find.inView(signedIn(c).actor, wanted.view, scopeFor(c, 'deployments:write')) };
    return wanted.group === '' ? {} : { group: wanted.group };
  };

  const toNew = (c: Context<ConsoleEnv>, wanted: Wanted, more: Partial<NewDeployment> = {}): NewDeployment => ({
    updates: [...wanted.updates],
    timeoutMinutes: wanted.timeoutMinutes,
    ...(wanted.name === '' ? {} : { name: wanted.name }),
    ...(wanted.ringPlan === '' ? {} : { ringPlan: wanted.ringPlan }),
    ...targetsOf(c, wanted),
    ...more,
  });

  /** Seals what a form is about to show: how its devices are selected, and which orders it would give. */
  const sealed = (scope: Scope, wanted: Wanted, { devices, digest }: DeploymentPreview): string =>
    deps.selections.seal({
      kind: paths.deploymentNew(),
      ...wanted.selection,
      reach: reachOf(scope),
      count: devices,
      digest,
    });

  const showForm = (c: Context<ConsoleEnv>, wanted: Wanted, errors: FieldErrors = {}): Response | Promise<Response> => {
    const scope = scopeFor(c, 'deployments:write');
    const inReach = deviceFilters.groupsIn(scope);
    const preview = previewOf(c, wanted);
    const faults = { ...preview.errors, ...errors };
    const hasFaults = Object.keys(faults).length > 0;
    const items = wanted.updates.map((id) => updates.get(id, scope));
    const [first] = items;
    const more = items.length - 1;
    const { selection } = wanted;
    return c.html(
      <DeploymentNew
        ctx={viewContext(deps, c)}
        name={
          wanted.name || (first === undefined ? '' : `${first.name} ${first.version}${more > 0 ? ` +${more}` : ''}`)
        }
        updates={items.map((item) => ({
          id: item.id,
          name: item.title ?? item.name,
          version: item.version,
          sizeBytes: item.sizeBytes,
          devices: item.devices,
        }))}
        devices={wanted.devices?.map((id) => ({ id, name: model.get(id, scope).name }))}
        selected={
          selection && {
            count: devicesOf(scope, selection).length,
            ...(selection.list === undefined ? {} : { list: selection.list }),
          }
        }
        shown={sealed(scope, wanted, preview)}
        deviceCount={preview.devices}
        targets={preview.targets}
        groups={references(objects, 'group').filter(({ id }) => inReach === undefined || inReach.has(id))}
        group={wanted.group}
        views={viewsOf(c).map(({ id, name }) => ({ id: String(id), name }))}
        view={wanted.view}
        timeoutMinutes={wanted.timeoutMinutes}
        plans={references(objects, 'ring-plan')}
        ringPlan={wanted.ringPlan}
        rings={preview.rings}
        held={preview.held}
        expectedMinutes={preview.expectedMinutes}
        byHand={preview.byHand}
        excluded={preview.excluded}
        back={isLocalPath(wanted.back) ? wanted.back : undefined}
        {...(hasFaults ? { errors: faults } : {})}
      />,
      Object.keys(errors).length > 0 ? 422 : 200,
    );
  };

  const numberOr = (text: string, fallback: number): number =>
    /^\d{1,6}$/.test(text.trim()) ? Number(text) : fallback;

  const defaultRingPlan = (): string => (deployments.isFirst() ? ONE_DEVICE_FIRST : '');

  const newForm = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const query = new URL(c.req.url).searchParams;
    return showForm(c, {
      name: '',
      updates: [...new Set(query.getAll('update'))],
      devices: query.has('device') ? [...new Set(query.getAll('device'))] : undefined,
      group: query.get('group') ?? '',
      view: query.get('view') ?? '',
      timeoutMinutes: defaultTimeoutMinutes,
      // The first deployment of a site proposes what can do the least harm.
      ringPlan: defaultRingPlan(),
      back: query.get('back') ?? '',
    });
  };

  /** What the form of a list selected: its devices, or its updates. */
  const fromList = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const form = c.get('form');
    const scope = scopeFor(c, 'deployments:write');
    const address = form.text('list');
    const { path } = listAt(address, new URL(address, c.req.url).pathname, []);
    const chosen = selectedIn(form, path);
    const back = form.text('back') || address.replace(/[?&]all=1$/, '');
    const isOfUpdates = path === paths.updates();
    const named = isOfUpdates
      ? rowsOf(chosen, selectableUpdates(updates, scope)).map(({ id }) => id)
      : chosen.ids && deviceQueries.publicIds(model.idsOf(chosen.ids, scope));
    if (named?.length === 0) return nothingChosen(c, back);
    return showForm(c, {
      name: '',
      updates: isOfUpdates && named !== undefined ? named : [...new Set(form.texts('update'))],
      devices: isOfUpdates ? undefined : named,
      selection: isOfUpdates || chosen.list === undefined ? undefined : chosen,
      group: '',
      view: '',
      timeoutMinutes: defaultTimeoutMinutes,
      ringPlan: defaultRingPlan(),
      back,
    });
  };

  const create = async (c: Context<ConsoleEnv>): Promise<Response> => {
    const { actor } = signedIn(c);
    const form = c.get('form');
    if (form.has('list')) return fromList(c);
    const shown = form.has('shown') ? deps.selections.open(paths.deploymentNew(), form.text('shown')) : undefined;
    const isSelected = shown?.list !== undefined || shown?.ids !== undefined;
    const wanted: Wanted = {
      name: form.text('name').trim(),
      updates: [...new Set(form.texts('update'))],
      devices: form.text('target') === 'devices' ? [...new Set(form.texts('device'))] : undefined,
      selection: shown !== undefined && isSelected ? shown : undefined,
      group: form.text('group'),
      view: form.text('view'),
      timeoutMinutes: numberOr(form.text('timeoutMinutes'), defaultTimeoutMinutes),
      // A page that leads here does not know of rings.
      ringPlan: form.has('ringPlan') || !form.has('recount') ? form.text('ringPlan') : defaultRingPlan(),
      back: form.text('back'),
    };
    // Another target was chosen: it is counted, and nothing ordered.
    if (form.text('recount') !== '') return showForm(c, wanted);
    const { devices: count, digest, errors } = previewOf(c, wanted);
    const now = { reach: reachOf(scopeFor(c, 'deployments:write')), count, digest };
    const changed = shown && changedSince(shown, now);
    const faults: Record<string, FieldErrors[string]> = { ...errors };
    if (wanted.name.length > maxName) faults['name'] = { key: 'validation.tooLong', params: { max: maxName } };
    if (wanted.timeoutMinutes < 1) faults['timeoutMinutes'] = { key: 'validation.tooSmall', params: { min: 1 } };
    if (changed !== undefined) faults[''] = changed;
    else if (count >= typeNumberFrom && form.text('confirm').trim() !== String(count))
      faults['confirm'] = { key: 'validation.typeNumber', params: { n: count } };
    if (Object.keys(faults).length > 0) return showForm(c, wanted, faults);
    try {
      const comment = enteredLine(form.text('comment'), 'comment');
      const made = await deployments.create(
        actor,
        toNew(c, wanted, { digest, ...(comment === '' ? {} : { comment }) }),
      );
      return goWith(c, paths.deployment(made.id), {
        message: { key: 'toast.deployment.created', params: { n: count } },
      });
    } catch (error) {
      return showForm(c, wanted, faultsOf(error));
    }
  };

  const cancel = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const deployment = deployments.get(param(c, 'id'), scopeFor(c, 'deployments:write'));
    if (c.get('form').text('confirmed') === '1') {
      deployments.cancel(actor, deployment.id);
      return goWith(c, paths.deployment(deployment.id), { message: { key: 'toast.deployment.cancelled' } });
    }
    const open = deployment.counts.queued + deployment.counts.running;
    const params = { n: open, name: deployment.name };
    return c.html(
      <Confirm
        ctx={viewContext(deps, c)}
        question={{ key: 'confirm.deployment.cancel.question', params }}
        consequences={[{ key: 'confirm.deployment.cancel.consequence', params }]}
        items={[{ id: deployment.id, name: deployment.name, href: paths.deployment(deployment.id) }]}
        count={1}
        action={paths.deploymentCancel(deployment.id)}
        fields={[['confirmed', '1']]}
        button={{ key: 'confirm.deployment.cancel.button', params }}
        danger
        cancel={paths.deployment(deployment.id)}
      />,
    );
  };

  const decideRing = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const id = param(c, 'id');
    const action = c.get('form').text('action');
    if (action !== 'hold' && action !== 'resume' && action !== 'again' && action !== 'pass')
      throw new AppError('MALFORMED', 'there is no such action');
    const comment = c.get('form').text('comment').trim();
    if (comment === '' || comment.length > 500) return showOne(c, { comment: { key: 'validation.required' } });
    if (action === 'again') deployments.rollouts.resume(actor, id, comment, true);
    else deployments.rollouts[action](actor, id, comment);
    return goWith(c, paths.deployment(id), { message: { key: `toast.rings.${action}` } });
  };

  const decideConsent = (c: Context<ConsoleEnv>): Response => {
    const actor = deciderFor(c, 'deployments:write');
    const id = param(c, 'id');
    const action = c.get('form').text('action');
    if (action === 'approve') {
      deployConsents.agree(actor, id);
      return goWith(c, paths.object('deploy-consent', id), { message: { key: 'consents.toastInForce' } });
    }
    if (action !== 'refuse') throw new AppError('MALFORMED', 'there is no such action');
    deployConsents.refuse(actor, id);
    return goWith(c, paths.objects('deploy-consent'), { message: { key: 'consents.toastRefused' } });
  };

  return new Hono<ConsoleEnv>()
    .get(paths.deployments.pattern, showList)
    .get(paths.deploymentNew.pattern, newForm)
    .post(paths.deploymentNew.pattern, create)
    .get(paths.deployment.pattern, (c) => showOne(c))
    .post(paths.deploymentRings.pattern, decideRing)
    .get(paths.deploymentCsv.pattern, ordersFile)
    .post(paths.deploymentConsentDecide.pattern, decideConsent)
    .post(paths.deploymentCancel.pattern, cancel);
};
