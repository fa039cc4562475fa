import {
  type AskedForm,
  type DeviceTaskRow,
  DeviceTasks,
  type KeptFileOption,
} from '@sallyport/ui/device-tasks/device-tasks.tsx';
import { paths } from '@sallyport/ui/paths';
import { type Context, Hono } from 'hono';
import { type Actor, deciderScope } from '../../engine/objects/types.ts';
import type { FieldErrors } from '../../platform/errors.ts';
import { faultsOf } from '../../server/console/form.ts';
import { scopeFor, signedIn } from '../../server/console/guard.ts';
import { param } from '../../server/console/lists.ts';
import { viewContext } from '../../server/console/page.tsx';
import { actorNames } from '../../server/console/records.ts';
import type { ConsoleDeps, ConsoleEnv, Pages } from '../../server/console/types.ts';
import type { DeviceTabs } from '../devices/device-tabs.ts';
import type { DeviceModel } from '../devices/view.ts';
import { type Ask, type DeviceTask, secondPersonsAct } from './types.ts';

const listed = 50;
const listedFiles = 500;
const usualLines = 200;

const formOf = { 'show-log': 'log', 'kept-file': 'file', 'close-list': 'list' } as const;

/** What was asked of one device: its own log, and files that a security product keeps. */
export const deviceTaskPages = (deps: ConsoleDeps, model: DeviceModel, tabsOf: DeviceTabs): Pages => {
  const { deviceTasks, objects, inventory, devices } = deps;

  /** A file by its list, product and number, as the field of a form. */
  const filesOf = (device: number): KeptFileOption[] =>
    (['quarantine', 'backup'] as const)
      .flatMap((list) =>
        inventory.section(device, `${list}-file`).map((row) => ({
          value: JSON.stringify([list, row['product'], row['number']]),
          label: `${String(row['name'])} (${String(row['product'])}, ${String(row['number'])})`,
        })),
      )
      .slice(0, listedFiles);

  const rowOf = (task: DeviceTask, nameOf: (ref: string) => string, reader: Actor): DeviceTaskRow => {
    const { wanted } = task;
    const act = secondPersonsAct(wanted);
    return {
      id: task.id,
      kind: wanted === null ? 'unknown' : wanted.kind === 'kept-file' ? wanted.act : wanted.kind,
      ...(wanted?.kind === 'show-log' ? { lines: wanted.lines } : {}),
      ...(wanted?.kind === 'move-server' ? { server: wanted.server } : {}),
      ...(wanted?.kind === 'close-list' ? { source: wanted.source } : {}),
      ...(wanted?.kind === 'kept-file' ? { file: { name: wanted.name, product: wanted.product } } : {}),
      reason: task.reason ?? '',
      state: task.state,
      code: task.code ?? undefined,
      output: task.output ?? undefined,
      askedBy: nameOf(task.askedBy),
      askedAt: task.askedAt,
      confirmedBy: task.confirmedBy === null ? undefined : nameOf(task.confirmedBy),
      endedAt: task.endedAt ?? undefined,
      takesTwo: act !== undefined,
      needsAnother:
        act !== undefined &&
        deps.gate.hindrance(reader, { act, thing: task.id, devices: [task.device] }) === 'APPROVAL_SELF',
    };
  };

  const show = (
    c: Context<ConsoleEnv>,
    failed?: { form: AskedForm; errors: FieldErrors },
  ): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const scope = scopeFor(c, 'devices:read');
    const device = model.get(param(c, 'id'), scope);
    const nameOf = actorNames(objects);
    const ctx = viewContext(deps, c);
    const form = c.get('form');
    const typed = (name: string): string => (failed === undefined ? '' : form.text(name));
    const hasAgent =
      device.state === 'managed' &&
      devices.sourcesOf(device.id).some(({ source, state }) => source === 'native' && state === 'approved');
    return c.html(
      <DeviceTasks
        ctx={ctx}
        device={model.toHead(device, scope)}
        tabs={tabsOf(device, scope)}
        rows={deviceTasks.list({ scope, device: device.id, limit: listed }).map((task) => rowOf(task, nameOf, actor))}
        unavailable={hasAgent ? undefined : ctx.t('deviceTasks.noAgent')}
        files={filesOf(device.id)}
        gone={deviceTasks.goneSources(device.id).map(({ source, items, heardAt }) => ({
          source,
          packages: items,
          heardAt,
        }))}
        values={{
          lines: typed('lines') || String(usualLines),
          file: typed('number'),
          act: typed('act') || 'rescan',
          reason: typed('reason'),
          source: typed('source'),
        }}
        asked={failed?.form}
        errors={failed?.errors}
      />,
      failed === undefined ? 200 : 422,
    );
  };

  const wantedOf = (c: Context<ConsoleEnv>): Ask => {
    const form = c.get('form');
    if (form.text('kind') === 'close-list') return { kind: 'close-list', source: form.text('source') };
    if (form.text('kind') !== 'kept-file') return { kind: 'show-log', lines: Number(form.text('lines')) };
    const named = /^\["(quarantine|backup)",("(?:[^"\\]|\\.)*"),("(?:[^"\\]|\\.)*")\]$/.exec(form.text('number'));
    const act = form.text('act');
    return {
      kind: 'kept-file',
      list: named?.[1] === 'backup' ? 'backup' : 'quarantine',
      product: named === null ? '' : String(JSON.parse(named[2] ?? '""')),
      number: named === null ? '' : String(JSON.parse(named[3] ?? '""')),
      act: act === 'restore' || act === 'delete' ? act : 'rescan',
    };
  };

  const ask = (c: Context<ConsoleEnv>): Response | Promise<Response> => {
    const { actor } = signedIn(c);
    const id = param(c, 'id');
    const wanted = wantedOf(c);
    try {
      deviceTasks.ask(actor, id, wanted, c.get('form').text('reason'));
      return c.redirect(paths.deviceTab(id, 'tasks'), 303);
    } catch (error) {
      return show(c, { form: formOf[wanted.kind], errors: faultsOf(error) });
    }
  };

  return new Hono<ConsoleEnv>()
    .get(paths.deviceTasks.pattern, (c) => show(c))
    .post(paths.deviceTasks.pattern, ask)
    .post(paths.deviceTaskDecide.pattern, (c) => {
      const { actor } = signedIn(c);
      const scope = deciderScope(actor, 'devices:write');
      const device = model.get(param(c, 'id'), scope);
      const task = deviceTasks.get(param(c, 'task'), scope);
      // The address names both; a task of another device is none here.
      if (task.device !== device.id) return c.notFound();
      if (c.get('form').text('decision') === 'confirm') deviceTasks.confirm(actor, task.id);
      else deviceTasks.cancel(actor, task.id);
      return c.redirect(paths.deviceTab(device.publicId, 'tasks'), 303);
    });
};
