import { clockAnchor, toRow } from '@sallyport/ui/anchors';
import { paths } from '@sallyport/ui/paths';
import { allSettings } from './all-settings.ts';
import type { ObjectService } from './engine/objects/service.ts';
import type { AccountService } from './features/accounts/service.ts';
import { type ApprovalGate, type GrantKind, grantKinds } from './features/accounts/types.ts';
import type { RecoveryKeyService } from './features/backups/recovery-key.ts';
import type { Rollouts } from './features/deployments/rollout.ts';
import type { DeployConsents } from './features/deployments/types.ts';
import type { DeviceTaskService } from './features/device-tasks/service.ts';
import { secondPersonsAct } from './features/device-tasks/types.ts';
import type { DeviceService } from './features/devices/service.ts';
import type { ProtectedAddresses } from './features/discovery/protected-service.ts';
import type { DiscoveryService } from './features/discovery/service.ts';
import type { PersonService } from './features/erasure/service.ts';
import type { ExchangeService } from './features/exchange/service.ts';
import type { IdentificationService } from './features/identification/service.ts';
import { approvableOf, type IntegrityService } from './features/integrity/types.ts';
import type { PatchService } from './features/patches/service.ts';
import type { SampleService } from './features/queries/types.ts';
import type { ReceiverService } from './features/receivers/service.ts';
import type { RedundancyService } from './features/redundancy/service.ts';
import type { RollbackDetector } from './features/rollback/service.ts';
import type { WaitingSources, WaitingThing } from './features/waiting/service.ts';
import { type Scope, wholeSite } from './platform/scope.ts';
import type { SiteClock } from './platform/site-clock.ts';

const most = 10_000;

type Parts = {
  accounts: Pick<AccountService, 'changes' | 'touches'>;
  deviceTasks: Pick<DeviceTaskService, 'list' | 'moves'>;
  devices: Pick<DeviceService, 'find'>;
  discovery: Pick<DiscoveryService, 'hindrance' | 'approvable'>;
  gate: Pick<ApprovalGate, 'personsBehind'>;
  identification: Pick<IdentificationService, 'list' | 'approvable'>;
  integrity: Pick<IntegrityService, 'proposals'>;
  objects: ObjectService;
  patches: Pick<PatchService, 'openRequests' | 'measures'>;
  persons: Pick<PersonService, 'list'>;
  samples: Pick<SampleService, 'list'>;
  recoveryKey: Pick<RecoveryKeyService, 'look' | 'approvable'>;
  rollbackDetector: Pick<RollbackDetector, 'unacknowledged' | 'approvable' | 'tokens'>;
  exchange: Pick<ExchangeService, 'clockBackAsked' | 'clockBackApprovable'>;
  protectedAddresses: Pick<ProtectedAddresses, 'requests' | 'approvable'>;
  deployConsents: Pick<DeployConsents, 'list' | 'approvable'>;
  receivers: Pick<ReceiverService, 'fileAgreements'>;
  redundancy: Pick<RedundancyService, 'excuses'>;
  deployments: { rollouts: Pick<Rollouts, 'held' | 'approvable'> };
  time: Pick<SiteClock, 'now'>;
};

/** Where what waits lies, by act. */
export function waitingSources(parts: Parts): WaitingSources {
  const { accounts, deviceTasks, devices, discovery, gate, identification, integrity } = parts;
  const { objects, patches, persons, samples, recoveryKey, rollbackDetector, exchange, protectedAddresses, time } =
    parts;
  const { deployConsents, receivers, redundancy } = parts;
  const { rollouts } = parts.deployments;

  const nameOf = (body: Readonly<Record<string, unknown>>, id: string): string => String(body['name'] ?? id);
  const newest = (kind: string, id: string): string => objects.revisions(kind, id)[0]?.actor ?? '';
  const deviceName = (id: number): string => devices.find(id)?.hostname ?? `#${id}`;

  /** Orders about one device of a kind that wait for a second person. */
  const tasksThatWait = (scope: Scope, waits: 'kept-file' | 'close-list'): WaitingThing[] =>
    deviceTasks.list({ scope, limit: most, waits }).flatMap((task) => {
      const { wanted } = task;
      const act = secondPersonsAct(wanted);
      if (act === undefined) return [];
      const named = wanted?.kind === 'kept-file' ? wanted.name : wanted?.kind === 'close-list' ? wanted.source : '';
      return [
        {
          id: task.id,
          what: `${deviceName(task.device)}: ${named}`,
          reason: task.reason ?? '',
          by: task.askedBy,
          at: task.askedAt,
          path: paths.deviceTasks(devices.find(task.device)?.publicId ?? ''),
          approvable: { act, thing: task.id, devices: [task.device] },
        },
      ];
    });

  /** What waits in the object itself (waiting-change.ts). */
  const changed = (kind: GrantKind): WaitingThing[] =>
    objects.list({ kind, limit: most }).rows.flatMap(({ id, body }) => {
      const found = accounts.changes.of(kind, id);
      return found === undefined
        ? []
        : [
            {
              id: `${kind}:${id}`,
              what: nameOf(body, id),
              reason: '',
              by: found.by,
              at: found.at,
              path: paths.object(kind, id),
              approvable: { act: 'account-change', authors: [found.persons] },
            },
          ];
    });

  const settingsThatWait = (act: 'setting-change' | 'connection-change'): WaitingThing[] =>
    Object.entries(allSettings).flatMap(([name, { area }]) => {
      const found = accounts.changes.of('setting', name);
      const approvable = found && accounts.changes.approvable('setting', name, found);
      return approvable?.act !== act
        ? []
        : [
            {
              id: name,
              what: name,
              reason: '',
              by: found?.by ?? '',
              at: found?.at ?? 0,
              path: paths.settings({ area }),
              approvable,
            },
          ];
    });

  return {
    'range-confirm': () =>
      objects.setting('devices.scan-second-person')
        ? objects
            .list({ kind: 'address-range', limit: most })
            .rows.filter(({ id }) => discovery.hindrance(id) === 'unconfirmed')
            .map(({ id, body, updatedAt }) => ({
              id,
              what: nameOf(body, id),
              reason: '',
              by: newest('address-range', id),
              at: updatedAt,
              path: paths.discoveryRange(id),
              approvable: discovery.approvable(id),
            }))
        : [],
    'identification-approve': () =>
      identification
        .list(wholeSite('figures'))
        .filter(({ state, job }) => state === 'unapproved' && Date.parse(String(job.body['until'])) > time.now())
        .map(({ job }) => ({
          id: job.id,
          what: nameOf(job.body, job.id),
          reason: '',
          by: newest('controller-identification', job.id),
          at: job.updatedAt,
          path: paths.identificationJob(job.id),
          approvable: identification.approvable(job.id),
        })),
    'program-approve': () =>
      integrity.proposals().map(({ publicId, name, proposal }) => ({
        id: publicId,
        what: name,
        reason: proposal.reason,
        by: proposal.by,
        at: proposal.at,
        path: paths.controllerProgram(publicId),
        approvable: approvableOf(publicId, proposal),
      })),
    'patch-sign': () =>
      patches.openRequests().map(({ patch, request }) => ({
        id: String(request.id),
        what: patch.patchId,
        step: { of: request.type === 'extension' ? 'deadline' : 'state', code: request.target },
        reason: request.reason,
        by: request.askedBy,
        at: request.askedAt,
        window: patch.window ?? undefined,
        path: paths.patch(patch.id),
        approvable: { act: 'patch-sign', thing: String(request.id) },
      })),
    'risk-accept': () =>
      patches.measures
        .acceptances()
        .filter(({ state, effect }) => (state === 'waiting' || state === 'changed') && effect !== 'package')
        .map(({ id, name, reason }) => ({
          id,
          what: name,
          reason,
          by: newest('risk-acceptance', id),
          at: objects.get('risk-acceptance', id).updatedAt,
          path: paths.measures(),
          approvable: patches.measures.approvable(id),
        })),
    'device-task-confirm': (scope) => tasksThatWait(scope, 'kept-file'),
    'list-close': (scope) => tasksThatWait(scope, 'close-list'),
    'sample-approve': (scope) =>
      samples
        .list({ scope, limit: most })
        .filter(({ state }) => state === 'asked')
        .map((sample) => ({
          id: sample.id,
          what: `${deviceName(sample.device)}: ${sample.path ?? ''}`,
          reason: sample.reason ?? '',
          by: sample.askedBy,
          at: sample.askedAt,
          path: paths.samples(),
          approvable: { act: 'sample-approve', thing: sample.id, devices: [sample.device] },
        })),
    'person-erase': () =>
      persons
        .list()
        .filter(({ state }) => state === 'waiting')
        .map((one) => ({
          id: one.id,
          what: one.reference.slice(0, 16),
          reason: one.reason,
          by: one.askedBy,
          at: one.askedAt,
          path: paths.persons(),
          approvable: { act: 'person-erase', thing: one.id },
        })),
    'account-change': () => grantKinds.flatMap(changed),
    'account-vouch': () =>
      objects.list({ kind: 'account', limit: most }).rows.flatMap(({ id, body }) => {
        const last = accounts.touches.of(id).at(-1);
        return last === undefined
          ? []
          : [
              {
                id,
                what: nameOf(body, id),
                reason: '',
                by: '',
                at: last.at,
                path: paths.object('account', id),
                approvable: { act: 'account-vouch', authors: [gate.personsBehind({ type: 'account', id })] },
              },
            ];
      }),
    'setting-change': () => settingsThatWait('setting-change'),
    'connection-change': () => settingsThatWait('connection-change'),
    'agents-move': () =>
      deviceTasks.moves.waiting(most).map((order) => ({
        id: order.id,
        what: order.server ?? '',
        reason: order.reason ?? '',
        by: order.askedBy,
        at: order.askedAt,
        path: paths.agentMoves(),
        approvable: deviceTasks.moves.approvable(order.id),
      })),
    'address-release': () =>
      protectedAddresses.requests().map(({ id, addresses, reason, by, at }) => ({
        id: String(id),
        what: addresses
          .map(({ address }) => address)
          .join(', ')
          .slice(0, 200),
        reason,
        by,
        at,
        path: paths.discoveryProtected(),
        approvable: protectedAddresses.approvable(id),
      })),
    'deploy-consent': () =>
      deployConsents
        .list()
        .filter(({ agreedBy }) => agreedBy === null)
        .map(({ id, name, reason, by, at }) => ({
          id,
          what: name,
          reason,
          by,
          at: Date.parse(at),
          path: paths.object('deploy-consent', id),
          approvable: deployConsents.approvable(id),
        })),
    'redundancy-excuse': () =>
      redundancy.excuses
        .list()
        .filter(({ agreedBy }) => agreedBy === null)
        .map(({ id, name, reason, by, at }) => ({
          id,
          what: name,
          reason,
          by,
          at: Date.parse(at),
          path: paths.object('redundancy-excuse', id),
          approvable: redundancy.excuses.approvable(id),
        })),
    'event-files': () =>
      receivers.fileAgreements
        .list()
        .filter(({ agreedBy }) => agreedBy === null)
        .map(({ id, name, reason, by, at }) => ({
          id,
          what: name,
          reason,
          by,
          at: Date.parse(at),
          path: paths.object('event-files', id),
          approvable: receivers.fileAgreements.approvable(id),
        })),
    'rollout-continue': () =>
      rollouts.held().map(({ deployment: id, comment, sinceMs }) => ({
        id,
        what: nameOf(objects.get('deployment', id).body, id),
        reason: comment ?? '',
        by: newest('deployment', id),
        at: sinceMs,
        path: paths.deployment(id),
        approvable: rollouts.approvable(id),
      })),
    'clock-back': () => {
      const found = exchange.clockBackAsked();
      const approvable = exchange.clockBackApprovable();
      return found === undefined || approvable === undefined
        ? []
        : [
            {
              id: 'clock',
              what: found.to,
              reason: found.reason,
              by: found.by,
              at: found.at,
              path: `${paths.exchange()}#${clockAnchor}`,
              approvable,
            },
          ];
    },
    'return-acknowledge': () =>
      rollbackDetector.unacknowledged().flatMap((back) =>
        back.asked === undefined
          ? []
          : [
              {
                id: back.id,
                what: back.cause,
                reason: back.asked.reason,
                by: back.asked.by,
                at: back.asked.at,
                path: paths.rollback(),
                approvable: rollbackDetector.approvable(back.id, back.asked.at),
              },
            ],
      ),
    'token-release': () =>
      rollbackDetector.tokens.list().flatMap(({ id, name, asked }) =>
        asked === undefined
          ? []
          : [
              {
                id,
                what: name,
                reason: asked.reason,
                by: asked.by,
                at: asked.at,
                path: toRow(paths.rollback(), id),
                approvable: rollbackDetector.tokens.approvable(id),
              },
            ],
      ),
    'recovery-key-renew': () => {
      const { asked } = recoveryKey.look();
      return asked === null
        ? []
        : [
            {
              id: String(asked.at),
              what: 'recovery-key',
              reason: asked.reason,
              by: asked.by,
              at: asked.at,
              path: paths.recoveryKey(),
              approvable: recoveryKey.approvable(asked),
            },
          ];
    },
  };
}
