import { randomBytes } from 'node:crypto';
import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { type Actor, actorRef, type Body, type Right, systemActor } from '../objects/types.ts';
import type { ControllerFacts } from '../plcs/controller-facts.ts';
import { integrityService } from '../plcs/integrity/service.ts';
import { emptyWitness, readWitness, writeWitness } from '../witness/file.ts';
import type { Return } from '../witness/types.ts';
import { type TwoPersonAct, twoPersonActs } from './approve.ts';
import { managedObjects } from './managed-objects.ts';
import { rightsOf } from './rights.ts';

// Every act that takes two persons, by everybody who is not a second one. An act without a scenario does not compile.

type Scenario = {
  ask(actor: Actor): string;
  approve(actor: Actor, thing: string): unknown;
};

let site: ApiSite;
let device: { id: number; publicId: string };
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
  authenticatedAt: nowMs(),
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

const programs = () => {
  const one: ControllerFacts = {
    plc: 1,
    publicId: 'plc-1',
    name: 'PLC-1',
    zone: null,
    authorised: true,
    observed: { programChecksum1: '3c4d' },
    configured: {},
    readAt: { programChecksum1: nowMs() },
    services: [],
  };
  const facts = { find: () => one, byId: () => one, all: () => [one] };
  const { db, objects, events, gate } = site.appliance;
  return integrityService({ db, objects, events, gate, facts });
};

const scenarios: Record<TwoPersonAct, Scenario> = {
  'sample-approve': {
    ask: (actor) => site.appliance.samples.ask(actor, { device: device.id, path: '/srv/x', reason: 'looks odd' }).id,
    approve: (actor, id) => site.appliance.samples.decide(actor, id, 'approve'),
  },
  'device-task-confirm': {
    ask: (actor) => {
      const { deviceTasks } = site.appliance;
      for (const { id, state } of deviceTasks.list({ limit: 100 }))
        if (state === 'asked' || state === 'queued') deviceTasks.cancel(systemActor, id);
      const file = { kind: 'kept-file', list: 'quarantine', product: 'Guard', number: '17', act: 'restore' } as const;
      return deviceTasks.ask(actor, device.publicId, file, 'clean').id;
    },
    approve: (actor, id) => site.appliance.deviceTasks.confirm(actor, id),
  },
  'person-erase': {
    ask: (actor) => {
      site.appliance.objects.setSetting(systemActor, 'accounts.erase-second-person', true);
      const who = name();
      site.report(device.id, 'accounts', [{ name: who, fullName: who, uid: 1_000 }]);
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
    approve: (actor, id) => site.appliance.discovery.confirm(actor, id, site.appliance.discovery.plan(systemActor, id)),
  },
  'identification-approve': {
    ask: (actor) => {
      const { objects, plcs, identification } = site.appliance;
      const zone = objects.create(systemActor, 'plc-zone', {
        name: name(),
        level: '1',
        prefixes: ['192.0.2.0/24'],
        queryPolicy: 'details',
        queryIdentify: 'manual',
        queryDetails: 'manual',
        queryGapMs: 500,
      }).id;
      made += 1;
      const plc = plcs.create(systemActor, { name: name(), zone, address: `192.0.2.${(made % 200) + 1}` }).publicId;
      identification.switchOn(systemActor);
      return objects.create(actor, 'plc-identification', {
        name: name(),
        controllers: [plc],
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
      programs().approve(actor, 'plc-1', { reason: 'commissioning' });
      return 'plc-1';
    },
    approve: (actor, id) => programs().confirm(actor, id, 'approve'),
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
      const wanted = { clock: 'received', until: nowMs() + 86_400_000, reason: 'lab' } as const;
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
        applied: { devices: 0, accounts: 0, rights: 0, persons: 0 },
        isCovered: true,
        failed: [],
        asked: { at, by: actorRef(actor), reason: 'the disk was exchanged' },
      };
      writeWitness(keyring, { ...witness, returns: [back] });
      site.appliance.witness.flush();
      return id;
    },
    approve: (actor, id) => site.appliance.witness.decide(actor, id, true),
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

beforeAll(async () => {
  site = await openApiSite();
  device = site.device('hmi-1', 'auto');
  site.report(device.id, 'quarantine-file', [
    { product: 'Guard', number: '17', name: 'x.exe', path: '/srv/in/x.exe', state: 'infected' },
  ]);
});
afterAll(() => site.close());

const codeOf = (work: () => unknown): string => {
  try {
    work();
    return 'done';
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
};

/** Who is no second person to somebody's act, and what they are told. */
const others: ReadonlyArray<[string, (author: string) => Actor, string]> = [
  ['the same person', (author) => as(author), 'APPROVAL_SELF'],
  ['the own token', (author) => token(author, author), 'APPROVAL_TOKEN'],
  ['a token of the second person, made by the first', (author) => token(author, account()), 'APPROVAL_TOKEN'],
  [
    'a second account with the same address',
    (author) => {
      const email = `${name()}@plant.test`;
      site.appliance.objects.update(systemActor, 'account', author, { email });
      return as(account({ email: email.toUpperCase() }));
    },
    'APPROVAL_SELF',
  ],
  [
    'somebody who lost the right meanwhile',
    () => {
      const id = account();
      site.appliance.objects.update(systemActor, 'account', id, { roles: ['viewer'] });
      return as(id);
    },
    'FORBIDDEN',
  ],
  [
    'somebody who signed in long ago',
    () => ({ ...as(account()), authenticatedAt: nowMs() - 3_600_000 }),
    'APPROVAL_FRESH',
  ],
  ['root at the command line', () => commandLine('root'), 'APPROVAL_PERSON'],
  ["the service's user at the command line", () => commandLine('sallyport'), 'APPROVAL_PERSON'],
  ['the appliance itself', () => systemActor, 'APPROVAL_PERSON'],
];

describe.each(Object.keys(twoPersonActs) as TwoPersonAct[])('%s', (act) => {
  it.each(others)('is refused to %s', (_who, other, code) => {
    const author = account();
    const actor = other(author);
    const thing = scenarios[act].ask(as(author));
    expect(codeOf(() => scenarios[act].approve(actor, thing))).toBe(code);
  });

  it('is in the list of what waits, for whoever may see its kind', () => {
    const [author, other] = [account(), account()];
    const thing = scenarios[act].ask(as(author));
    const shown = (reader: Actor) =>
      site.appliance.waiting.list(reader).filter((one) => one.act === act && one.id.endsWith(thing));
    expect(shown(as(author))).toMatchObject([{ hindrance: 'APPROVAL_SELF' }]);
    expect(shown(as(other))).toMatchObject([{ hindrance: undefined, path: expect.stringMatching(/^\//) as string }]);
    const { sees, right } = twoPersonActs[act];
    const reader = shown({ ...as(other), rights: new Set<Right>([sees]) });
    expect(reader).toMatchObject([{ hindrance: sees === right ? undefined : 'FORBIDDEN' }]);
    expect(shown({ ...as(other), rights: new Set(['software:read']) })).toEqual([]);
    expect(site.appliance.waiting.count(as(other))).toBe(site.appliance.waiting.list(as(other)).length);
    scenarios[act].approve(as(other), thing);
    expect(shown(as(other))).toEqual([]);
  });

  it('that a token asked for is refused to its account and to whoever made it, whatever the token becomes', () => {
    const [maker, owner, third] = [account(), account(), account()];
    const asker = token(maker, owner);
    const thing = scenarios[act].ask(asker);
    expect(codeOf(() => site.appliance.objects.update(systemActor, 'token', asker.id, { account: third }))).toBe(
      'INVALID',
    );
    for (const id of [maker, owner]) expect(codeOf(() => scenarios[act].approve(as(id), thing))).toBe('APPROVAL_SELF');
    expect(codeOf(() => scenarios[act].approve(as(account()), thing))).toBe('done');
  });

  it('that the command line asked for without a person is refused to everybody', () => {
    // Where it can be written down at all.
    let thing: string | undefined;
    const asked = codeOf(() => {
      thing = scenarios[act].ask(commandLine('root'));
    });
    // An account has an author of its own: itself.
    if (act === 'account-vouch') return;
    if (thing === undefined) expect(asked).toBe('APPROVAL_PERSON');
    else expect(codeOf(() => scenarios[act].approve(as(account()), thing ?? ''))).toBe('APPROVAL_NOBODY');
  });

  it('is done by a second person', () => {
    const thing = scenarios[act].ask(as(account()));
    expect(codeOf(() => scenarios[act].approve(as(account()), thing))).toBe('done');
  });
});
