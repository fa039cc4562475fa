import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { Readable } from 'node:stream';
import { wholeSite } from '@sallyport/appliance/platform/scope';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Appliance, compose } from '../../appliance/src/compose.ts';
import { type Actor, systemActor } from '../../appliance/src/engine/objects/types.ts';
import { type Device, newTokenSecret, tokenHash } from '../../appliance/src/features/devices/types.ts';
import { initialise } from '../../appliance/src/init.ts';
import { textFilter } from '../../appliance/src/platform/filter/types.ts';
import { openLog } from '../../appliance/src/platform/log.ts';
import { copyHost, makeHost, type TestHost } from '../../appliance/test/support/host.ts';
import { listenAt, madeOnce } from '../../appliance/test/support/made-once.ts';
import { reporter } from '../../appliance/test/support/site.ts';
import { openAlways } from './always-window.ts';
import { freePort, type Running, startCommand } from './commands.ts';
import { fillControllers } from './filled-controllers.ts';
import { fillIdentification } from './filled-identification.ts';
import { importFiles, leaveTable } from './filled-imports.ts';
import { fillPatches } from './filled-patches.ts';
import { makeZones } from './filled-zones.ts';
import { daysAgo, pastOf } from './past.ts';
import {
  debianPackage,
  type FixableName,
  feedsAt,
  groupNames,
  macOf,
  type PlantDevice,
  plantDevices,
  sectionsOf,
  serialOf,
  softwareOf,
  updatesFor,
} from './plant.ts';

// An appliance with five weeks behind it, made through its real services: what the pages show is what a site would have.

const log = openLog('silent');
const hourDays = 1 / 24;
export const administrator = 'administrator';
const person = { name: 'a.seitkali', password: 'Теңіз суы тұщы болды 7' };

export type FilledSite = {
  /** The address of the server. */
  readonly url: string;
  /** Sets the administrator's password, once. */
  readonly link: string;
  readonly administrator: string;
  /** Somebody who works here already: name and password of an administrator. */
  readonly person: { readonly name: string; readonly password: string };
  readonly dataDir: string;
  /** A folder that counts as a mounted medium. */
  readonly medium: string;
  readonly host: TestHost;
  /** The site card in force, for opening requests. */
  readonly card: Uint8Array;
  /** The request that is on the way: its file on the medium. */
  readonly request: string;
  /** Public id by name. */
  readonly devices: ReadonlyMap<string, string>;
  /** Id of a token that devices came with. */
  readonly enrolment: string;
  /** Publishes fixes beyond those that are here, and answers the request in `path` with them. */
  answer(path: string, names: readonly FixableName[]): Promise<string>;
  /** Ends the server and removes everything. */
  close(): Promise<void>;
};

type Filling = {
  appliance: Appliance;
  host: TestHost;
  medium: string;
  /** Device rows by name. */
  rows: Map<string, Device>;
  /** The newest request's file. */
  request: string;
  groups: Map<string, string>;
  actor: Actor;
};

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
export const uuidOf = (name: string): string =>
  sha256(`uuid ${name}`)
    .slice(0, 32)
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');

const personOf = (appliance: Appliance, name: string, fullName: string, role: string): Actor => {
  const account = appliance.objects.create(systemActor, 'account', { name, fullName, roles: [role] });
  return {
    type: 'account',
    id: account.id,
    label: fullName,
    from: '10.20.4.2',
    rights: new Set(['all']),
    authenticatedAt: nowMs(),
  };
};

const enrol = (filling: Filling, one: PlantDevice, token: string): Device => {
  const { appliance, rows } = filling;
  const key = randomBytes(91);
  const { device } = appliance.devices.enrol({
    request: {
      token,
      csr: '',
      agentVersion: '0.1.0',
      device: {
        uuid: uuidOf(one.name),
        serial: serialOf(one.name),
        macs: [macOf(one.name)],
        hostname: one.name,
        os: one.system === 'almalinux' ? 'AlmaLinux 9.6' : 'Debian GNU/Linux 13',
        arch: 'x86_64',
      },
    },
    csr: { publicKey: key, keyDigest: sha256(Buffer.from(key).toString('hex')) },
    from: one.address,
  });
  rows.set(one.name, device);
  return device;
};

const hear = (appliance: Appliance, device: Device): void => {
  appliance.devices.heard(
    { id: device.id, publicId: device.publicId, fingerprint: '', sourceId: null, bootIds: '[]' },
    { bootId: sha256(device.publicId).slice(0, 32), seq: 1, version: '0.1.0' },
  );
  appliance.devices.flush();
};

const report = (filling: Filling, one: PlantDevice, software = softwareOf(one)): void => {
  const put = reporter(filling.appliance.inventory);
  const device = filling.rows.get(one.name);
  if (device === undefined) throw new Error(`${one.name} is not enrolled`);
  const at = toTime(nowMs());
  for (const [collection, items] of Object.entries(sectionsOf(one, toTime(nowMs() - 3 * 86_400_000)))) {
    put(device.id, collection, items, at);
  }
  put(device.id, 'software', software, at);
};

const newToken = ({ appliance }: Filling, actor: Actor, approve: 'auto' | 'manual', group?: string): string => {
  const secret = newTokenSecret();
  appliance.objects.create(actor, 'token', {
    name: `agents, ${approve}`,
    purpose: 'agent',
    hash: tokenHash(secret),
    approve,
    ...(group === undefined ? {} : { group }),
  });
  return secret;
};

/** One round of the medium: a request, and days later its answer. */
const round = async (
  filling: Filling,
  days: { left: number; came: number },
  content: Parameters<TestHost['publish']>[0],
  card: Uint8Array,
): Promise<void> => {
  const { appliance, host, medium, actor } = filling;
  const past = pastOf(appliance.time);
  const request = await past(days.left, () => host.open(appliance.exchange.exportRequest(actor, medium).path, card));
  const bundle = await past(days.came + 1, async () => {
    await host.publish(content);
    return host.answer(join(medium, `answer-${days.came}`), request, {
      receiptSeen: Math.max(0, appliance.exchange.receipts({ limit: 1 }).total - 1),
    });
  });
  await past(days.came, () => appliance.exchange.importBundle(actor, bundle.path));
  rmSync(join(medium, `answer-${days.came}`), { recursive: true });
};

type Outcome = 'verified' | 'failed' | 'waiting';

const deviceNamed = (name: string): PlantDevice => {
  const one = plantDevices.find((candidate) => candidate.name === name);
  if (one === undefined) throw new Error(`no device ${name}`);
  return one;
};

/** What an installer and the next inventory say about an order. */
const carryOut = (filling: Filling, update: string, name: string, outcome: Outcome): void => {
  const { tasks } = filling.appliance;
  const device = filling.rows.get(name);
  const task = device === undefined || outcome === 'waiting' ? null : tasks.next(device.id, true);
  if (device === undefined || task === null) return;
  tasks.mayAct(device.id, task.id, { attempt: task.attempt, step: 'install' });
  tasks.state(device.id, task.id, 'running');
  const isDone = outcome === 'verified';
  const output = isDone ? `Setting up ${update}\n` : 'dpkg: error: no space left on device\n';
  tasks.result(device.id, task.id, {
    attempt: task.attempt,
    state: isDone ? 'completed' : 'failed',
    ...(isDone ? {} : { code: 'EXIT' }),
    steps: [{ name: 'dpkg', exit: isDone ? 0 : 1, output, ms: 2_310 }],
  });
  if (!isDone) return;
  const one = deviceNamed(name);
  const behind = one.behind.filter((source) => source !== update);
  report(filling, one, softwareOf(one, behind));
};

const deployTo = async (
  filling: Filling,
  update: string,
  outcomes: Readonly<Record<string, Outcome>>,
  daysBack: number,
): Promise<void> => {
  const { appliance, rows, actor } = filling;
  const past = pastOf(appliance.time);
  const item = appliance.updates
    .list({ scope: wholeSite('job'), limit: 200, filter: textFilter(update) })
    .rows.find(({ name }) => name === update);
  if (item === undefined) throw new Error(`no update of ${update}`);
  const devices = Object.keys(outcomes).flatMap((name) => rows.get(name)?.publicId ?? []);
  await past(daysBack, () => appliance.deployments.create(actor, { updates: [item.id], devices }));
  await past(daysBack - hourDays / 2, () => {
    for (const [name, outcome] of Object.entries(outcomes)) carryOut(filling, update, name, outcome);
  });
};

const approve = (filling: Filling, names: readonly string[], how: 'approve' | 'decline'): void => {
  const { updates } = filling.appliance;
  const ids = updates
    .list({ scope: wholeSite('job'), limit: 200 })
    .rows.filter(({ name, kind }) => kind === 'catalog' && names.includes(name))
    .map(({ id }) => id);
  updates[how](filling.actor, ids, how === 'decline' ? { comment: 'The recorder of line 2 needs this version' } : {});
};

const people = async (appliance: Appliance): Promise<Actor> => {
  const seitkali = personOf(appliance, person.name, 'A. Seitkali', 'administrator');
  personOf(appliance, 'd.akhmetov', 'D. Akhmetov', 'operator');
  const { token } = appliance.accounts.makeLink(systemActor, seitkali.id);
  await appliance.accounts.useLink(token, { password: person.password, again: person.password, from: '10.20.4.2' });
  return seitkali;
};

const enrolAll = (filling: Filling): void => {
  const tokens = new Map<string, string>();
  for (const one of plantDevices) {
    const group = filling.groups.get(groupNames[one.role]) ?? '';
    const token = tokens.get(group) ?? newToken(filling, filling.actor, 'auto', group);
    tokens.set(group, token);
    enrol(filling, one, token);
    report(filling, one);
  }
};

const history = async (filling: Filling, card: Uint8Array): Promise<void> => {
  const { appliance, host, medium, actor, rows } = filling;
  const past = pastOf(appliance.time);
  const ago = (days: number): string => toTime(nowMs() - days * 86_400_000);
  await round(
    filling,
    { left: 30, came: 26 },
    { feeds: feedsAt({ debian: ago(28), alma: ago(29) }, ['curl', 'systemd']) },
    card,
  );
  await round(
    filling,
    { left: 23, came: 19 },
    { feeds: feedsAt({ debian: ago(21), alma: ago(24) }, ['curl', 'systemd', 'sudo']), ...updatesFor(['sudo']) },
    card,
  );
  await past(17, async () => {
    approve(filling, ['sudo'], 'approve');
    openAlways(appliance.objects);
    // A bundle of another site is on the medium.
    const other = await host.build(join(medium, 'other'), { site: 'another-site', seq: 7 });
    await appliance.exchange.importBundle(actor, other.path).catch(() => undefined);
    rmSync(join(medium, 'other'), { recursive: true });
  });
  await deployTo(filling, 'sudo', { 'hmi-l2-02': 'verified', 'hmi-l2-03': 'failed', 'hmi-l2-01': 'waiting' }, 16);
  const now: FixableName[] = ['openssl', 'sudo', 'firefox-esr', 'libxml2', 'curl', 'systemd', 'postgresql-17'];
  await round(
    filling,
    { left: 10, came: 6 },
    {
      feeds: feedsAt({ debian: ago(7), alma: ago(20) }, now),
      ...updatesFor(['openssl', 'sudo', 'firefox-esr', 'curl', 'libxml2']),
    },
    card,
  );
  await past(5, () => {
    approve(filling, ['openssl', 'libssl3t64', 'firefox-esr'], 'approve');
    approve(filling, ['libcurl4t64'], 'decline');
    const decided = rows.get('eng-ws-03')?.publicId ?? '';
    appliance.baselines.approveDevice(actor, decided, {
      collections: ['software', 'hardware', 'accounts'],
      allowed: ['software libc6*'],
      comment: 'Commissioning record 14',
    });
    appliance.objects.put(actor, 'device-decision', decided, {
      displayName: 'Engineering station, cabinet 3',
      description: 'TIA project of line 2. Restart only with the shift leader.',
    });
    appliance.objects.setSetting(actor, 'appliance.site-title', 'Aqtau desalination');
  });
};

const lastDays = async (filling: Filling): Promise<void> => {
  const { appliance, actor, medium } = filling;
  const past = pastOf(appliance.time);
  const station = deviceNamed('eng-ws-03');
  await past(2, () => {
    const before = softwareOf(station).filter(({ name }) => name !== 'wireshark');
    report(filling, station, [
      ...before,
      debianPackage('wireshark', '4.4.13-0+deb13u1'),
      debianPackage('minicom', '2.10-2'),
    ]);
  });
  await past(10 * hourDays, () => {
    filling.request = appliance.exchange.exportRequest(actor, medium).path;
  });
  await deployTo(filling, 'firefox-esr', { 'eng-ws-03': 'failed' }, 7 * hourDays);
  await past(5 * hourDays, () => {
    const newcomer = { ...deviceNamed('hmi-l2-04'), name: 'hmi-l2-06', address: '10.20.2.36' };
    enrol(filling, newcomer, newToken(filling, actor, 'manual'));
  });
  await past(2 * hourDays, () => approve(filling, ['libxml2'], 'approve'));
  for (const one of plantDevices) {
    const device = filling.rows.get(one.name);
    if (device !== undefined) await past(one.seenHoursAgo * hourDays, () => hear(appliance, device));
  }
};

/** A directory that came in a file, a range that may be asked and one that never is. */
const discover = async ({ appliance, actor }: Filling): Promise<void> => {
  const { id } = appliance.objects.create(actor, 'directory-source', {
    name: 'Aqtau domain',
    host: 'dc1.aqtau.example',
    fingerprint: 'c4'.repeat(32),
  });
  const ldif = [
    'dn: dc=aqtau,dc=example\nobjectClass: domain\ndc: aqtau\n',
    'dn: ou=Shift 2,dc=aqtau,dc=example\nobjectClass: organizationalUnit\nou: Shift 2\n',
    'dn: uid=aidos,ou=Shift 2,dc=aqtau,dc=example\nobjectClass: inetOrgPerson\nuid: aidos\ncn: Aidos Serikov\n',
    'dn: cn=operators,dc=aqtau,dc=example\nobjectClass: groupOfNames\ncn: operators\nmember: uid=aidos,ou=Shift 2,dc=aqtau,dc=example\n',
    'dn: cn=lab-pc-9,dc=aqtau,dc=example\nobjectClass: device\nobjectClass: ipHost\ncn: lab-pc-9\nipHostNumber: 10.20.9.9\n',
  ];
  await appliance.discovery.importLdif(actor, id, Readable.from([Buffer.from(ldif.join('\n'))]));
  const offices = { name: 'Offices', network: '10.20.9.0/24', ports: ['22', '443'], enabled: true };
  appliance.objects.create(actor, 'address-range', offices);
  const line2 = { name: 'Line 2', network: '10.20.30.0/24', controllers: true };
  const { id: marked } = appliance.objects.create(actor, 'address-range', line2);
  // What it no longer names is still protected.
  appliance.objects.update(actor, 'address-range', marked, { network: '10.20.9.128/25' });
};

/** Tags by hand and by rule, a rule that keeps devices in their group, conditions of the site. */
const rule = ({ appliance, rows, groups, actor }: Filling): void => {
  const { objects, rules } = appliance;
  const [first = ''] = [...groups.values()];
  const device = rows.get('eng-ws-03')?.publicId ?? '';
  rules.addTag(actor, 'line-3', [device]);
  objects.create(actor, 'tag-rule', { name: 'Engineering', tag: 'engineering', condition: 'name starts eng' });
  const keep = { name: 'Engineering stays', condition: 'hostname = eng-ws-03', mode: 'continuous' };
  objects.ofAnyKind.create(actor, 'moving-rule', {
    ...keep,
    group: String(objects.find('device-decision', device)?.body['group'] ?? first),
  });
  objects.create(actor, 'status-conditions', {
    name: 'Site',
    conditions: 'warning "Waits for a decision": tag = line-3 and not kind = printer',
  });
};

const fill = async (filling: Filling): Promise<Uint8Array> => {
  const { appliance, host, groups, actor } = filling;
  const past = pastOf(appliance.time);
  const card = await past(34, async () => {
    for (const name of Object.values(groupNames))
      groups.set(name, appliance.objects.create(actor, 'group', { name }).id);
    await host.publish();
    const introduction = await host.trustFile(join(filling.medium, 'introduction'));
    await appliance.exchange.importTrust(actor, introduction, host.rootFingerprint);
    rmSync(join(filling.medium, 'introduction'), { recursive: true });
    return appliance.exchange.siteCard(actor).bytes;
  });
  await past(33, () => enrolAll(filling));
  await history(filling, card);
  await lastDays(filling);
  await past(hourDays, () => discover(filling));
  await past(hourDays, () => rule(filling));
  await past(hourDays, () => {
    const zones = makeZones(appliance, actor);
    fillControllers(appliance, actor, zones, nowMs());
    const second = personOf(appliance, 'k.omarova', 'K. Omarova', 'administrator');
    fillIdentification(appliance, { actor, second }, zones, nowMs());
  });
  await past(hourDays, () => importFiles(appliance, actor));
  const account = appliance.objects.findBy('account', 'name', administrator)?.id ?? '';
  await past(hourDays, () => fillPatches(appliance, account, nowMs()));
  return card;
};

/** What a filled site is made of below a folder: its data directory, a medium and a host. */
const placesIn = (folder: string) => ({
  dataDir: join(folder, 'data'),
  medium: join(folder, 'medium'),
  hostDir: join(folder, 'host'),
});

const fillFolder = async (folder: string) => {
  const { dataDir, medium, hostDir } = placesIn(folder);
  mkdirSync(medium, { recursive: true });
  const listen = { address: '127.0.0.1', port: 0 };
  const { recoveryKey } = await daysAgo(35, () =>
    initialise({ dataDir, site: 'aqtau-des-1', addresses: ['127.0.0.1'], listen, administrator, log }),
  );
  const appliance = await compose({ dataDir, log });
  const past = pastOf(appliance.time);
  try {
    const host = makeHost(hostDir);
    const seitkali = await past(34.5, () => people(appliance));
    const filling: Filling = {
      appliance,
      host,
      medium,
      rows: new Map(),
      request: '',
      groups: new Map(),
      actor: seitkali,
    };
    // Who set the site up wrote the key down.
    appliance.recoveryKey.confirm(seitkali, recoveryKey);
    const card = await fill(filling);
    const devices = new Map([...filling.rows].map(([name, { publicId }]) => [name, publicId]));
    const enrolment = appliance.objects.list({ kind: 'token', limit: 1 }).rows[0]?.id ?? '';
    const request = basename(filling.request);
    return { memory: host.memory, actor: seitkali, card, enrolment, devices, request, recoveryKey };
  } finally {
    await appliance.close();
  }
};

/** Makes the data directory below `folder`, of a server at `port`, and returns what the tests need of it. */
export async function makeFilledSite(
  folder: string,
  port: number,
  more: (appliance: Appliance) => void = () => undefined,
) {
  const { request, memory, actor, ...made } = await madeOnce('filled site', folder, fillFolder);
  const { dataDir, medium, hostDir } = placesIn(folder);
  listenAt(dataDir, port);
  const appliance = await compose({ dataDir, log });
  const past = pastOf(appliance.time);
  try {
    await past(hourDays, () => leaveTable(appliance, actor));
    const token = await past(9 * hourDays, () => {
      appliance.objects.setSetting(systemActor, 'exchange.media-folders', [medium]);
      const account = appliance.objects.findBy('account', 'name', administrator);
      return appliance.accounts.makeLink(systemActor, account?.id ?? '').token;
    });
    more(appliance);
    return { ...made, dataDir, medium, host: copyHost({ memory }, hostDir), token, request: join(medium, request) };
  } finally {
    await appliance.close();
  }
}

/** Makes a site with content, `more` of it at last, and starts its server. */
export const startFilledSite = async (more?: (appliance: Appliance) => void): Promise<FilledSite> => {
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-filled-'));
  const port = await freePort();
  const { token, ...made } = await makeFilledSite(folder, port, more);
  const running: Running = await startCommand('sallyport', ['serve', '--data', made.dataDir], /listening/);
  const url = `https://127.0.0.1:${port}`;
  const names: FixableName[] = ['openssl', 'sudo', 'firefox-esr', 'curl', 'libxml2'];
  return {
    ...made,
    url,
    link: `${url}/first/${token}`,
    administrator,
    person,
    answer: async (path, more) => {
      const request = made.host.open(path, made.card);
      const feeds = feedsAt({ debian: toTime(nowMs() - 3_600_000), alma: toTime(nowMs() - 3_600_000) }, [
        ...names,
        ...more,
      ]);
      await made.host.publish({ feeds, ...updatesFor([...names, ...more]) });
      return (await made.host.answer(join(folder, `answer-${more.join('-')}`), request)).path;
    },
    close: async () => {
      await running.kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
