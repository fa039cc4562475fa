import { paths } from '@sallyport/ui/paths';
import type { NextStepLink } from '@sallyport/ui/worklist/next-step.tsx';
import type { ObjectService } from '../../engine/objects/service.ts';
import type { Actor, Right } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';
import type { BackupService } from '../backups/service.ts';
import type { DeviceService } from '../devices/service.ts';
import type { ExchangeService } from '../exchange/service.ts';
import type { WorkKind } from './types.ts';

// What a new appliance needs before it works, in this order. Each step is detected and never ticked by hand: one that is undone
// is back.

type Parts = {
  readonly objects: Pick<ObjectService, 'find' | 'list'>;
  readonly exchange: Pick<ExchangeService, 'state' | 'imports'>;
  readonly backups: Pick<BackupService, 'age'>;
  readonly devices: Pick<DeviceService, 'hasManaged'>;
};

type FirstStep = {
  readonly name: string;
  readonly does: Right;
  readonly path: string;
  /** The step that has to be done before. */
  readonly after?: string;
  readonly isDone: (parts: Parts, reader: Actor) => boolean;
};

const mostAccounts = 1_000;

export const firstSteps: readonly FirstStep[] = [
  {
    name: 'two-step',
    does: 'settings:read',
    path: paths.me(),
    isDone: ({ objects }, reader) =>
      reader.type !== 'account' || objects.find('account', reader.id)?.body.twoStep === true,
  },
  {
    name: 'backup',
    does: 'settings:write',
    path: paths.backups(),
    isDone: ({ backups }) => backups.age().last !== undefined,
  },
  {
    name: 'second-administrator',
    does: 'accounts:write',
    path: paths.objectNew('account'),
    isDone: ({ objects }) =>
      objects
        .list({ kind: 'account', limit: mostAccounts })
        .rows.filter(({ body }) => body.disabled !== true && body.roles.includes('administrator')).length > 1,
  },
  {
    name: 'trust',
    does: 'exchange:write',
    path: paths.introduction(),
    isDone: ({ exchange }) => exchange.state().trust !== null,
  },
  {
    name: 'device',
    does: 'accounts:write',
    path: paths.deviceAdd(),
    after: 'trust',
    isDone: ({ devices }) => devices.hasManaged(wholeSite('figures')),
  },
  {
    name: 'group',
    does: 'devices:write',
    path: paths.objectNew('group'),
    isDone: ({ objects }) => objects.list({ kind: 'group', limit: 1 }).total > 0,
  },
  {
    name: 'request',
    does: 'exchange:write',
    path: paths.exchangeSend(),
    // Without a device it asks for nothing.
    after: 'device',
    isDone: ({ exchange }) => exchange.state().requestNumber > 0,
  },
  {
    name: 'bundle',
    does: 'exchange:write',
    path: paths.exchangeReceive(),
    after: 'request',
    // The trust file is a bundle as well: only an answer is what was asked for.
    isDone: ({ exchange }) =>
      exchange
        .imports({ limit: 200 })
        .some(({ state, summary }) => state === 'done' && summary?.requestNumber !== undefined),
  },
];

/** The step that comes once another is done: the one that waited for it, else the first that is not done. */
export function stepAfter(parts: Parts, reader: Actor, done: string): NextStepLink | undefined {
  const open = firstSteps.filter(({ isDone }) => !isDone(parts, reader));
  if (open.some(({ name }) => name === done)) return undefined;
  const next = open.find(({ after }) => after === done) ?? open[0];
  return next === undefined ? undefined : { name: next.name, path: next.path };
}

/** The steps that are not done, as work. */
export const firstStepWork = (parts: Parts): WorkKind[] => [
  {
    name: 'first-step',
    sees: 'settings:read',
    does: 'settings:write',
    find: (reader) =>
      firstSteps
        .filter(({ isDone }) => !isDone(parts, reader))
        .map(({ name, path, after, does }, at) => ({
          key: name,
          params: {},
          words: { step: `work.step.${name}`, why: `work.step.${name}.why` },
          level: 'waiting',
          targets: 1,
          order: at,
          does,
          path,
          ...(after === undefined ? {} : { waitsFor: `first-step.${after}` }),
        })),
  },
];
