import { randomBytes } from 'node:crypto';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Appliance } from '../../appliance/src/compose.ts';
import { type Actor, actorRef, type Body, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { managedObjects } from '../../appliance/src/features/accounts/managed-objects.ts';
import { rightsOf } from '../../appliance/src/features/accounts/rights.ts';
import { MACHINE, type TwoPersonAct } from '../../appliance/src/features/accounts/types.ts';
import type { ControllerFacts } from '../../appliance/src/features/controllers/types.ts';
import { integrityService } from '../../appliance/src/features/integrity/service.ts';
import { emptyWitness, readWitness, writeWitness } from '../../appliance/src/features/rollback/file.ts';
import type { Return } from '../../appliance/src/features/rollback/types.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';

import type { ApiSite } from '../../appliance/test/support/api-site.ts';
import { enrolled } from './enrolled.ts';
import { goneSource } from './gone-source.ts';

// How each act that takes two persons is asked for, over an appliance that a test has open. An act without a scenario does
// not compile.

type Scenario = {
  ask(actor: Actor): string | Promise<string>;
  approve(actor: Actor, thing: string): unknown;
};

export type ActSite = { appliance: Appliance; device: { id: number; publicId: string }; report: ApiSite['report'] };

/** People and scenarios over the site that `get` gives when it is asked. */
export function twoPersonScenarios(get: () => ActSite) {
  const site = {
    get appliance() {
      return get().appliance;
    },
    report: (...args: Parameters<ApiSite['report']>) => get().report(...args),
  };
  let made = 0;
  const name = (): string => `n-${randomBytes(6).toString('hex')}`;

  const account = (body: Body = {}): string => {
    const { objects } = site.appliance;
    const { id } = objects.create(systemActor, 'account', { name: name(), roles: ['administrator'], ...body });
    // Who signs for patches has a role of the process.
    objects.create(systemActor, 'patch-duty', { name: name(), duty: 'senior-approver', account: id });
    return id;
  };
  /** As a session of the account acts now. */
  const as = (id: string): Actor => ({
    type: 'account',
    id,
    label: id,
    rights: rightsOf(site.appliance.objects, site.appliance.objects.get('account', id)),
    authenticatedAt: site.appliance.time.now(),
  });
  // Below the door that makes tokens for oneself alone: the gate does not rest on it.
  const token = (maker: string, of: string): Actor => {
    const body = { name: name(), purpose: 'api', hash: randomBytes(32).toString('hex'), account: of };
    const { id } = site.appliance.objects.ofAnyKind.create(as(maker), 'token', body);
    return { ...as(of), type: 'token', id };
  };
  const commandLine = (user: string): Actor => ({
    type: 'cli',
    id: user,
    label: user,
    rights: new Set(['all'] as const),
  });

  const programs = (publicId: string) => {
    const one: ControllerFacts = {
      controller: site.appliance.controllers.find(publicId, wholeSite('job'))?.id ?? 0,
      publicId,
      name: publicId,
      zone: null,
      authorised: true,
      observed: { programChecksum1: '3c4d' },
      configured: {},
      readAt: { programChecksum1: nowMs() },
      services: [],
    };
    const facts = { find: () => one, byId: () => one, all: () => [one] };
    const { db, objects, events, gate } = site.appliance;
    return integrityService({ db, objects, events, gate, facts, harden: () => [] });
  };

  const scenarios: Record<TwoPersonAct, Scenario> = {
    'sample-approve': {
      ask: (actor) =>
        site.appliance.samples.ask(actor, { device: get().device.id, path: '/srv/x', reason: 'looks odd' }).id,
      approve: (actor, id) => site.appliance.samples.decide(actor, id, 'approve'),
    },
    'device-task-confirm': {
      ask: (actor) => {
        const { deviceTasks } = site.appliance;
        for (const { id, state } of deviceTasks.list({ scope: wholeSite('job'), limit: 100 }))
          if (state === 'asked' || state === 'queued') deviceTasks.cancel(systemActor, id);
        const file = { kind: 'kept-file', list: 'quarantine', product: 'Guard', number: '17', act: 'restore' } as const;
        return deviceTasks.ask(actor, get().device.publicId, file, 'clean').id;
      },
      approve: (actor, id) => site.appliance.deviceTasks.confirm(actor, id),
    },
    'person-erase': {
      ask: (actor) => {
        site.appliance.objects.setSetting(systemActor, 'accounts.erase-second-person', true);
        const who = name();
        site.report(get().device.id, 'accounts', [{ name: who, fullName: who, uid: 1_000 }]);
        return site.appliance.persons.erase(actor, { name: who, confirm: who, reason: 'request' }).id;
      },
      approve: (actor, id) => site.appliance.persons.decide(actor, id, true),
    },
    'range-confirm': {
      ask: (actor) => {
        site.appliance.objects.setSetting(systemActor, 'devices.scan-second-person', true);
        const range = { name: name(), network: '192.0.2.0/30', enabled: true, ports: ['22'] };
        return site.appliance.objects.create(actor, 'address-range', range).id;
      },
      approve: (actor, id) =>
        site.appliance.discovery.confirm(actor, id, site.appliance.discovery.plan(systemActor, id)),
    },
    'identification-approve': {
      ask: (actor) => {
        const { objects, controllers, identification } = site.appliance;
        const zone = objects.create(systemActor, 'controller-zone', {
          name: name(),
          level: '1',
          prefixes: ['192.0.2.0/24'],
          queryPolicy: 'details',
          queryIdentify: 'manual',
          queryDetails: 'manual',
          queryGapMs: 500,
        }).id;
        made += 1;
        const controller = controllers.create(systemActor, {
          name: name(),
          zone,
          address: `192.0.2.${(made % 200) + 1}`,
        }).publicId;
        identification.switchOn(systemActor);
        return objects.create(actor, 'controller-identification', {
          name: name(),
          controllers: [controller],
          protocols: ['modbus'],
          gapMs: 500,
          from: toTime(nowMs() - 60_000),
          until: toTime(nowMs() + 3_600_000),
        }).id;
      },
      approve: (actor, id) => {
        const { plan } = site.appliance.identification.plan(systemActor, id);
        return site.appliance.identification.approve(actor, id, { digest: plan.digest, targets: plan.targets.length });
      },
    },
    'program-approve': {
      ask: (actor) => {
        site.appliance.objects.setSetting(systemActor, 'integrity.second-person', true);
        const { publicId } = site.appliance.controllers.create(systemActor, { name: name() });
        programs(publicId).approve(actor, publicId, { reason: 'commissioning' });
        return publicId;
      },
      approve: (actor, id) => programs(id).confirm(actor, id, 'approve'),
    },
    'patch-sign': {
      ask: (actor) => {
        const { patches } = site.appliance;
        const { id } = patches.create(systemActor, {
          patchId: name(),
          vendor: 'V',
          product: 'P',
          productVersion: '1',
          targetVersion: '2',
        });
        const wanted = { deadline: 'received', until: nowMs() + 86_400_000, reason: 'lab' } as const;
        return String(patches.extend(actor, id, wanted).request);
      },
      approve: (actor, id) => site.appliance.patches.sign(actor, Number(id), { agrees: true, comment: '' }),
    },
    'account-change': {
      ask: (actor) => {
        const { accounts, objects } = site.appliance;
        const id = account();
        const revision = objects.get('account', id).revision + 1;
        const waiting = accounts.changes.field(actor, { what: 'promote', patch: { description: 'x' }, revision });
        objects.update(systemActor, 'account', id, { waiting });
        return id;
      },
      approve: (actor, id) => managedObjects(site.appliance).approve(actor, 'account', id),
    },
    'setting-change': {
      ask: (actor) => {
        const { accounts, objects } = site.appliance;
        const words = [name()];
        const revision = (objects.find('setting', 'exchange.allowed-words', { deleted: true })?.revision ?? 0) + 2;
        const waiting = accounts.changes.field(actor, { what: 'set', patch: { value: words }, revision });
        objects.setSetting(systemActor, 'exchange.allowed-words', words);
        objects.update(systemActor, 'setting', 'exchange.allowed-words', { waiting });
        return 'exchange.allowed-words';
      },
      approve: (actor, id) => site.appliance.accounts.safety.approve(actor, id),
    },
    'list-close': {
      ask: (actor) => {
        const { device } = get();
        goneSource(site.appliance, device.id, 'osquery');
        const wanted = { kind: 'close-list', source: 'osquery' } as const;
        return site.appliance.deviceTasks.ask(actor, device.publicId, wanted, 'osquery was removed').id;
      },
      approve: (actor, id) => site.appliance.deviceTasks.confirm(actor, id),
    },
    'agents-move': {
      ask: async (actor) => {
        site.appliance.objects.setSetting(systemActor, 'devices.agent-ports', ['8443']);
        const wish = { server: 'https://127.0.0.1:8443', devices: [get().device.id], reason: 'new subnet' };
        const { id } = await site.appliance.deviceTasks.moves.order(actor, { ...wish, although: 'it moves tonight' });
        return id;
      },
      approve: (actor, id) => site.appliance.deviceTasks.moves.agree(actor, id),
    },
    'connection-change': {
      ask: (actor) => {
        const { accounts, objects } = site.appliance;
        made += 1;
        // Another one than what was set by the scenario before.
        const port = 2_022 + 2 * made;
        const revision = (objects.find('setting', 'devices.push-port', { deleted: true })?.revision ?? 0) + 2;
        const waiting = accounts.changes.field(actor, { what: 'set', patch: { value: port + 1 }, revision });
        objects.setSetting(systemActor, 'devices.push-port', port);
        objects.update(systemActor, 'setting', 'devices.push-port', { waiting });
        return 'devices.push-port';
      },
      approve: (actor, id) => site.appliance.accounts.safety.approve(actor, id),
    },
    'address-release': {
      ask: (actor) => {
        const { controllers, protectedAddresses } = site.appliance;
        made += 1;
        const address = `198.51.100.${(made % 200) + 1}`;
        const { publicId } = controllers.create(systemActor, { name: name(), address });
        controllers.edit(systemActor, publicId, { address: null });
        return String(protectedAddresses.ask(actor, [address], 'the controller was scrapped').id);
      },
      approve: (actor, id) => {
        const { protectedAddresses } = site.appliance;
        const digest = protectedAddresses.requests().find((one) => String(one.id) === id)?.digest;
        return protectedAddresses.decide(actor, Number(id), { agree: true, digest });
      },
    },
    'deploy-consent': {
      ask: (actor) => {
        const { objects } = site.appliance;
        const group = objects.create(systemActor, 'group', { name: name() }).id;
        return objects.create(actor, 'deploy-consent', { name: name(), group, reason: 'old agents' }).id;
      },
      approve: (actor, id) => site.appliance.deployConsents.agree(actor, id),
    },
    'redundancy-excuse': {
      ask: (actor) => {
        const { objects } = site.appliance;
        const device = get().device.publicId;
        const group = objects.create(systemActor, 'redundancy-group', {
          name: name(),
          devices: [device, enrolled(site.appliance, name()).publicId],
        }).id;
        const body = { name: name(), group, device, until: '2030-01-01T00:00:00Z', reason: 'a broken disk' };
        return objects.create(actor, 'redundancy-excuse', body).id;
      },
      approve: (actor, id) => site.appliance.redundancy.excuses.agree(actor, id),
    },
    'event-files': {
      ask: (actor) =>
        site.appliance.objects.create(actor, 'event-files', { name: name(), folder: '/srv/diode', format: 'cef' }).id,
      approve: (actor, id) => site.appliance.receivers.fileAgreements.agree(actor, id),
    },
    'rollout-continue': {
      // A ring without devices passes on nothing: it waits for a person.
      ask: (actor) => {
        const { deployments, objects } = site.appliance;
        const body = { name: name(), updates: ['u'], rollout: { rings: ['1'] } };
        const { id } = objects.create(actor, 'deployment', body);
        deployments.rollouts.start(id, 1);
        return id;
      },
      approve: (actor, id) => site.appliance.deployments.rollouts.pass(actor, id, 'looked at'),
    },
    'clock-back': {
      ask: (actor) => {
        const { exchange, time } = site.appliance;
        // The floor is an hour above the clock: one agreed to a time that was wrong.
        time.setFloor(time.wall() + 3_600_000);
        exchange.askClockBack(actor, 'the clock was an hour ahead');
        return 'clock';
      },
      // An only person does it at the machine.
      approve: (actor) => site.appliance.exchange.decideClockBack({ ...actor, from: MACHINE }, true),
    },
    'return-acknowledge': {
      ask: (actor) => {
        const { keyring, gate } = site.appliance;
        const [id, at] = [name(), nowMs()];
        gate.asked(actor, 'return-acknowledge', `${id}@${at}`);
        const witness = readWitness(keyring) ?? emptyWitness();
        const back: Return = {
          id,
          at,
          cause: 'unknown',
          found: witness.position,
          since: 0,
          applied: { devices: 0, accounts: 0, rights: 0, persons: 0 },
          isCovered: true,
          failed: [],
          asked: { at, by: actorRef(actor), reason: 'the disk was exchanged' },
        };
        writeWitness(keyring, { ...witness, returns: [back] });
        const params = { cause: back.cause, found: back.found.entries, reason: 'the disk was exchanged' };
        site.appliance.events.record('state-return-asked', { actor: actorRef(actor), params });
        site.appliance.rollbackDetector.flush();
        return id;
      },
      approve: (actor, id) => site.appliance.rollbackDetector.decide(actor, id, true),
    },
    'token-release': {
      ask: (actor) => {
        const { objects, rollbackDetector } = site.appliance;
        const hash = randomBytes(32).toString('hex');
        const body = { name: name(), purpose: 'agent', hash, held: toTime(nowMs()) };
        const { id } = objects.ofAnyKind.create(systemActor, 'token', body);
        rollbackDetector.tokens.ask(actor, [id], 'the line uses it');
        return id;
      },
      approve: (actor, id) => site.appliance.rollbackDetector.tokens.decide(actor, [id], true),
    },
    'recovery-key-renew': {
      ask: (actor) => {
        const { recoveryKey } = site.appliance;
        // Only one new key waits at a time.
        if (recoveryKey.look().asked !== null) recoveryKey.decide(systemActor, false);
        return String(recoveryKey.ask({ ...actor, authenticatedAt: nowMs() }, name()).asked?.at);
      },
      approve: (actor) => site.appliance.recoveryKey.decide(actor, true),
    },
    'account-vouch': {
      ask: (actor) => {
        const id = account();
        site.appliance.accounts.touch(actor, id);
        return id;
      },
      approve: (actor, id) => site.appliance.accounts.vouch(actor, id),
    },
    'risk-accept': {
      ask: (actor) =>
        site.appliance.objects.create(actor, 'risk-acceptance', {
          name: name(),
          vulnerability: 'CVE-2024-0001',
          product: 'P',
          versions: '*',
          reason: 'no window',
          owner: account(),
          expiresAt: '2099-01-01T00:00:00Z',
        }).id,
      approve: (actor, id) => site.appliance.patches.measures.approve(actor, id),
    },
  };

  return { account, as, name, token, commandLine, scenarios };
}
