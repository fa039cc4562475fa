import { createHash, randomBytes } from 'node:crypto';
import { type Appliance, compose } from '@sallyport/appliance/compose';
import { systemActor } from '@sallyport/appliance/engine/objects/types';
import { type TwoPersonAct, twoPersonActs } from '@sallyport/appliance/features/accounts/types';
import { openLog } from '@sallyport/appliance/platform/log';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commandProcess } from '../support/command-process.ts';
import { freePort, type Running, startCommand, temporaryFolder } from '../support/commands.ts';
import { type Answer, serverCaller } from '../support/server-caller.ts';
import { type ActSite, twoPersonScenarios } from '../support/two-person-acts.ts';
import { knownDevice } from '../support/two-person-site.ts';

// Every act that takes two persons at the entry points of a running server: forms of the console, the API, the commands. Whoever is
// no second person gets nothing there, what waits is in the list, and a second person ends it.

const password = 'a long enough password 7';
const folder = temporaryFolder('two-persons');
const data = ['--data', `${folder.path}/site`];
const { command, tryCommand } = commandProcess();
let server: Running;
let port = 0;
let ca = '';
let site: ActSite;
const { account, as, scenarios } = twoPersonScenarios(() => site);

const send = serverCaller(() => ({ port, ca }));

type Person = { id: string; cookie: string; csrf: string };
const person = async (name: string, body: Record<string, unknown> = {}): Promise<Person> => {
  const { accounts } = site.appliance;
  const id = account({ name, ...body });
  const { token } = accounts.makeLink(systemActor, id);
  await accounts.useLink(token, { password, again: password, from: '127.0.0.1' });
  const { cookie } = await send('/login', { form: { name, password } });
  const page = await send('/me', { cookie });
  return { id, cookie, csrf: /name="csrf" value="([^"]+)"/.exec(page.text)?.[1] ?? '' };
};
/** A token of the API, below the door that makes them for oneself alone. */
const secretFor = (maker: string, of: string): string => {
  const secret = `sallyport-api-${randomBytes(32).toString('base64url')}`;
  const hash = createHash('sha256').update(secret).digest('hex');
  const name = randomBytes(6).toString('hex');
  site.appliance.objects.create(as(maker), 'token', { name, purpose: 'api', hash, account: of });
  return secret;
};

type EntryPoints = {
  form: [path: string, fields: Record<string, string>];
  api?: [path: string, body: unknown];
  command?: string[];
};
/** Where each act is approved; what is not given has no such door. */
const entryPoints: Record<TwoPersonAct, (thing: string) => EntryPoints> = {
  'range-confirm': (id) => {
    const { digest, addresses } = site.appliance.discovery.plan(systemActor, id);
    return {
      form: [paths.discoveryRange(id), { action: 'confirm', digest, typed: String(addresses) }],
      api: [`/discovery/ranges/${id}/confirm`, { digest, addresses }],
    };
  },
  'identification-approve': (id) => {
    const { digest, targets } = site.appliance.identification.plan(systemActor, id).plan;
    const n = String(targets.length);
    const job = String(site.appliance.objects.get('controller-identification', id).body['name']);
    return {
      form: [paths.identificationJob(id), { action: 'approve', digest, typed: n }],
      api: [`/identification/jobs/${id}/approve`, { digest, targets: targets.length }],
      command: ['controller', 'identification', 'approve', '--job', job, '--digest', digest, '--controllers', n],
    };
  },
  'program-approve': (id) => ({
    form: [paths.controllerProgram(id), { action: 'confirm' }],
    api: [`/controller-programs/${id}/confirmation`, { decision: 'approve' }],
  }),
  'patch-sign': (id) => {
    const { appliance } = site;
    const patch = appliance.patches.openRequests().find(({ request: one }) => String(one.id) === id)?.patch.id ?? 0;
    return {
      form: [paths.patchSign(patch), { request: id, agrees: 'yes', comment: '' }],
      api: [`/controller-patches/requests/${id}/sign`, { agrees: true }],
    };
  },
  'risk-accept': (id) => ({ form: [paths.measureApprove(), { id }] }),
  'device-task-confirm': (id) => ({
    form: [paths.deviceTaskDecide(site.device.publicId, id), { decision: 'confirm' }],
    api: [`/device-tasks/${id}/confirm`, undefined],
    command: ['device', 'task', 'confirm', id],
  }),
  'list-close': (id) => ({
    form: [paths.deviceTaskDecide(site.device.publicId, id), { decision: 'confirm' }],
    api: [`/device-tasks/${id}/confirm`, undefined],
    command: ['device', 'task', 'confirm', id],
  }),
  'sample-approve': (id) => ({
    form: [paths.sampleDecide(id), { decision: 'approve' }],
    api: [`/samples/${id}/decision`, { decision: 'approve' }],
  }),
  'person-erase': (id) => ({
    form: [paths.personDecide(), { id, agree: '1' }],
    command: ['person', 'erase', '--agree', id],
  }),
  'account-change': (id) => ({ form: [paths.objectDecide('account', id), { action: 'approve' }] }),
  'account-vouch': (id) => ({ form: [paths.objectDecide('account', id), { action: 'vouch' }] }),
  'setting-change': (id) => ({ form: [paths.settingDecide(), { setting: id, action: 'approve' }] }),
  'agents-move': (id) => ({
    form: [paths.agentMoveDecide(id), { action: 'agree' }],
    api: [`/agent-moves/${id}/agree`, undefined],
    command: ['device', 'agree-move', id],
  }),
  'connection-change': (id) => ({ form: [paths.settingDecide(), { setting: id, action: 'approve' }] }),
  'address-release': (id) => {
    const found = site.appliance.protectedAddresses.requests().find((one) => String(one.id) === id);
    const digest = found?.digest ?? '';
    return {
      form: [paths.discoveryProtectedDecide(), { request: id, digest, action: 'approve' }],
      api: [`/protected-addresses/releases/${id}/decision`, { agree: true, digest }],
      command: ['protected', 'decide', '--request', id, '--agree', '--digest', digest],
    };
  },
  'deploy-consent': (id) => ({
    form: [paths.deploymentConsentDecide(id), { action: 'approve' }],
    api: [`/deployment-consents/${id}/decision`, { agree: true }],
    command: ['deployment', 'consent', '--consent', id, '--agree'],
  }),
  'redundancy-excuse': (id) => ({
    form: [paths.redundancyExcuseDecide(id), { action: 'approve' }],
    api: [`/redundancy-excuses/${id}/decision`, { agree: true }],
    command: ['redundancy', 'excuse', '--excuse', id, '--agree'],
  }),
  'event-files': (id) => ({
    form: [paths.eventFilesDecide(id), { action: 'approve' }],
    api: [`/siem/${id}/decision`, { agree: true }],
    command: ['siem', 'agree', id, '--agree'],
  }),
  'rollout-continue': (id) => ({
    form: [paths.deploymentRings(id), { action: 'pass', comment: 'looked at' }],
    api: [`/deployments/${id}/continue`, { comment: 'looked at', pass: true }],
    command: ['deployment', 'continue', '--deployment', id, '--comment', 'looked at', '--pass'],
  }),
  'clock-back': () => ({
    form: [paths.clockBackDecide(), { action: 'approve' }],
    api: ['/exchange/clock/back/decision', { agree: true }],
    command: ['clock', 'back', '--agree'],
  }),
  'return-acknowledge': (id) => ({
    form: [paths.rollbackDecide(), { id, action: 'approve' }],
    api: [`/rollback/${id}/decision`, { agree: true }],
    command: ['rollback', 'acknowledge', id, '--agree'],
  }),
  'token-release': (id) => ({
    form: [paths.rollbackTokensDecide(), { ids: id, action: 'approve' }],
    api: [`/rollback/tokens/${id}/decision`, { agree: true }],
    command: ['rollback', 'token', id, '--agree'],
  }),
  'recovery-key-renew': () => ({
    form: [paths.recoveryKeyDecide(), { action: 'approve' }],
    api: ['/recovery-key/decision', { agree: true }],
    command: ['recovery-key', 'renew', '--agree'],
  }),
};

const people = {} as Record<'first' | 'twin' | 'lost' | 'second' | 'reader', Person>;
let ownSecret = '';
let otherSecret = '';

beforeAll(async () => {
  port = await freePort();
  await command('sallyport', 'init', ...data, '--site', 'plant-7', '--address', 'localhost', '--address', '127.0.0.1');
  server = await startCommand('sallyport', ['serve', ...data, '--listen', `127.0.0.1:${port}`], /listening/);
  const appliance: Appliance = await compose({ dataDir: `${folder.path}/site`, log: openLog('silent') });
  ca = appliance.ca.certificatePem;
  site = knownDevice(appliance);
  const email = 'same@plant.test';
  people.first = await person('first', { email });
  people.twin = await person('twin', { email: email.toUpperCase() });
  people.second = await person('second');
  people.lost = await person('lost');
  people.reader = await person('reader', { roles: ['viewer'] });
  appliance.objects.update(systemActor, 'account', people.lost.id, { roles: ['viewer'] });
  ownSecret = secretFor(people.first.id, people.first.id);
  otherSecret = secretFor(people.first.id, people.second.id);
});
afterAll(async () => {
  await site.appliance.close();
  await server.kill();
  folder.remove();
});

const waitingIn = (text: string, act: string, thing: string): boolean =>
  (JSON.parse(text) as { rows: { act: string; id: string }[] }).rows.some(
    (row) => row.act === act && row.id.endsWith(thing),
  );

/** Whether the document of the API says of a call by its address that no token agrees to it. */
const saysPerson = async (address: string): Promise<boolean> => {
  const { text } = await send('/api/v1/openapi.json', { bearer: otherSecret });
  const { paths: calls } = JSON.parse(text) as { paths: Record<string, { post?: { description: string } }> };
  const found = Object.entries(calls).find(([path]) =>
    new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`).test(address),
  );
  return found?.[1].post?.description.includes('(APPROVAL_TOKEN): a person') === true;
};

describe.each(Object.keys(twoPersonActs) as TwoPersonAct[])('%s at the entry points of a running server', (act) => {
  it('is refused to whoever is no second person, waits in the list, and is done by a second one', async () => {
    const thing = await scenarios[act].ask(as(people.first.id));
    const { form, api, command: words } = entryPoints[act](thing);
    const submit = ({ cookie, csrf }: Person): Promise<Answer> => send(form[0], { form: { csrf, ...form[1] }, cookie });
    const isWaiting = async (): Promise<boolean> =>
      waitingIn((await tryCommand('sallyport', ['waiting', 'list', '--json', ...data])).stdout, act, thing);
    const saidBy: Record<string, unknown> = {};
    for (const who of ['first', 'twin', 'lost'] as const) {
      const { status, text } = await submit(people[who]);
      saidBy[who] = [status, /APPROVAL_[A-Z]+|FORBIDDEN/.exec(text)?.[0]];
    }
    const call = async (secret: string): Promise<unknown> => {
      if (api === undefined) return 'no entry point';
      const { text } = await send(`/api/v1${api[0]}`, { method: 'POST', json: api[1], bearer: secret });
      return (JSON.parse(text) as { error?: { code?: string } }).error?.code;
    };
    saidBy['own token'] = await call(ownSecret);
    saidBy['token of the second, made by the first'] = await call(otherSecret);
    saidBy['command line'] =
      words === undefined
        ? 'no entry point'
        : /APPROVAL_[A-Z]+/.exec((await tryCommand('sallyport', [...words, ...data])).stderr)?.[0];
    expect(saidBy).toEqual({
      first: [403, 'APPROVAL_SELF'],
      twin: [403, 'APPROVAL_SELF'],
      lost: [403, 'FORBIDDEN'],
      'own token': api === undefined ? 'no entry point' : 'APPROVAL_TOKEN',
      'token of the second, made by the first': api === undefined ? 'no entry point' : 'APPROVAL_TOKEN',
      'command line': words === undefined ? 'no entry point' : 'APPROVAL_PERSON',
    });
    expect(api === undefined || (await saysPerson(api[0]))).toBe(true);
    expect(await isWaiting()).toBe(true);
    // The server sees within a second what another process wrote into the witness.
    await expect
      .poll(async () => waitingIn((await send('/api/v1/waiting', { bearer: otherSecret })).text, act, thing))
      .toBe(true);
    const page = await send(paths.waiting(), { cookie: people.second.cookie });
    expect(page.text).toContain('You may decide');
    expect((await send('/', { cookie: people.second.cookie })).text).toContain('href="/waiting"');
    const { status } = await submit(people.second);
    expect([200, 303]).toContain(status);
    expect(await isWaiting()).toBe(false);
  });
});
