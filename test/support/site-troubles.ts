import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import {
  type Announcement,
  announcementPath,
  encodeAnnouncement,
} from '@sallyport/bundle-tools/documents/announcement';
import { nowMs, randomBytes, toTime } from '@sallyport/bundle-tools/platform/ambient';
import { sectionHash } from '@sallyport/bundle-tools/protocol/section';
import { vi } from 'vitest';
import type { Appliance } from '../../appliance/src/compose.ts';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { newTokenSecret, tokenHash } from '../../appliance/src/features/devices/types.ts';
import { emptyWitness, readWitness, writeWitness } from '../../appliance/src/features/rollback/file.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import type { TestHost } from '../../appliance/test/support/host.ts';
import { type makeFilledSite, uuidOf } from './filled-site.ts';
import { feedsAt, macOf, plantDevices } from './plant.ts';

// What goes wrong at a site while its appliance runs: each trouble is what comes from outside (a bundle, a computer, a file, the time),
// and makes the state that its kind of work is about.

const dayMs = 86_400_000;
const mebibyte = 1024 * 1024;
const actor = { ...systemActor, rights: new Set(['all' as const]) };

type Made = Pick<Awaited<ReturnType<typeof makeFilledSite>>, 'card' | 'medium' | 'request'> & { host: TestHost };

const announcement: Announcement = {
  format: 'sallyport-announcement/1',
  id: '7'.repeat(32),
  severity: 'info',
  published_at: toTime(nowMs() - dayMs),
  ends_at: toTime(nowMs() + 600 * dayMs),
  texts: [{ language: 'en', title: 'The office moves', body: 'In May.' }],
};

/** An answer without AlmaLinux, which lacks what `lacks` says; with `isUsed` attackers use what certainly applies to controllers. */
const answer = async (
  appliance: Appliance,
  { host, medium, card }: Made,
  content: { request: string; name: string; isUsed: boolean; lacks: readonly string[] },
): Promise<void> => {
  const opened = host.open(content.request, card);
  const { wants } = opened.request;
  const at = (kind: string): number[] =>
    content.lacks.includes(kind) ? wants.flatMap((want, index) => (want.kind === kind ? [index] : [])).slice(0, 2) : [];
  const feeds = feedsAt({ debian: toTime(nowMs() - dayMs), alma: toTime(nowMs() - dayMs) }, ['openssl'])
    .filter(({ feed }) => feed !== 'almalinux')
    .map((one) =>
      content.isUsed && one.feed === 'cisa-kev'
        ? { ...one, advisories: one.advisories.flatMap((known) => [known, { ...known, id: 'CVE-2026-90101' }]) }
        : one,
    );
  await host.publish({
    feeds,
    files: [{ path: announcementPath(announcement), kind: 'announcement', bytes: encodeAnnouncement(announcement) }],
  });
  const unfulfilled = [
    { reason: 'NO_SOURCE' as const, wants: at('suite') },
    { reason: 'FETCH_FAILED' as const, wants: at('update') },
  ].filter((one) => one.wants.length > 0);
  await appliance.exchange.importBundle(
    actor,
    (await host.answer(join(medium, content.name), opened, { unfulfilled })).path,
  );
  appliance.controllerFindings.recomputePending();
};

/** The second of three volumes came. */
const oneVolume = async (appliance: Appliance, { host, medium, card }: Made): Promise<void> => {
  const opened = host.open(appliance.exchange.exportRequest(actor, medium).path, card);
  await host.publish({ files: ['a', 'b', 'c'].map((path) => ({ path, bytes: randomBytes(6 * mebibyte) })) });
  const out = join(medium, 'volumes');
  await host.answer(out, opened, { volumeBytes: 10 * mebibyte });
  const [, second = ''] = readdirSync(out)
    .filter((name) => name.endsWith('.tar'))
    .sort();
  await appliance.exchange.importBundle(actor, [join(out, second)]);
};

/** A computer that another agent reports as well, and a system that was copied while the first one runs. */
const copiedSystems = ({ objects, devices }: Appliance): void => {
  const secret = newTokenSecret('osquery');
  objects.create(actor, 'token', { name: 'osquery', purpose: 'osquery', hash: tokenHash(secret), approve: 'auto' });
  const enrol = (clientId: string, uuid: string, macs: readonly string[]): void => {
    const facts = { hostname: 'copied', uuid, macs: [...macs] };
    const keyDigest = createHash('sha256').update(clientId).digest('hex');
    const { caller } = devices.enrolClient({
      source: 'osquery',
      token: secret,
      clientId,
      keyDigest,
      facts,
      from: '10.20.7.7',
    });
    devices.heardClient(caller, { agent: 'osquery 5', from: '10.20.7.7' });
  };
  const [known] = plantDevices;
  enrol('first', 'b1b2c3d4-0000-4000-8000-000000000001', ['00:1b:21:00:00:01']);
  enrol('copy', 'b1b2c3d4-0000-4000-8000-000000000001', ['00:1b:21:00:00:01']);
  enrol('twin', uuidOf(known?.name ?? ''), [macOf(known?.name ?? '')]);
};

/** A computer that was away for longer than its certificate lives, and one that asks again with a new key. */
const longAway = ({ objects, devices }: Appliance): void => {
  const secret = newTokenSecret('agent');
  objects.create(actor, 'token', { name: 'away', purpose: 'agent', hash: tokenHash(secret), approve: 'auto' });
  const enrol = (key: string, uuid: string) => {
    const keyDigest = createHash('sha256').update(key).digest('hex');
    const device = { hostname: key, uuid, serial: null, macs: [], os: 'debian', arch: 'amd64' };
    const request = { token: secret, csr: '', agentVersion: '0.2.0', device };
    return {
      ...devices.enrol({ request, csr: { publicKey: new Uint8Array(), keyDigest }, from: '10.20.7.8' }),
      keyDigest,
    };
  };
  const away = enrol('away', 'b1b2c3d4-0000-4000-8000-000000000002');
  devices.recordCertificate(away.device.id, {
    fingerprint: createHash('sha256').update('away certificate').digest('hex'),
    serial: '4a',
    keyDigest: away.keyDigest,
    notBefore: nowMs() - 95 * dayMs,
    notAfter: nowMs() - 5 * dayMs,
  });
  enrol('again', 'b1b2c3d4-0000-4000-8000-000000000003');
  enrol('again, anew', 'b1b2c3d4-0000-4000-8000-000000000003');
};

/** An antivirus that was stopped, and left a threat behind. */
const unprotected = [
  {
    product: 'ClamAV',
    kind: 'antivirus',
    version: '1.4.3',
    state: 'off',
    threatsNotCured: 1,
    reportedStatus: 'Critical',
  },
];

/** A computer that is there, whose package database can no longer be read and whose antivirus is off. */
const unreadList = ({ objects, devices, inventory, rules }: Appliance): void => {
  const secret = newTokenSecret('agent');
  objects.create(actor, 'token', { name: 'unread', purpose: 'agent', hash: tokenHash(secret), approve: 'auto' });
  const uuid = 'b1b2c3d4-0000-4000-8000-000000000004';
  const { device } = devices.enrol({
    request: {
      token: secret,
      csr: '',
      agentVersion: '0.2.0',
      device: { hostname: 'unread', uuid, serial: null, macs: [], os: 'debian', arch: 'amd64' },
    },
    csr: { publicKey: new Uint8Array(), keyDigest: createHash('sha256').update('unread').digest('hex') },
    from: '10.20.7.9',
  });
  for (const items of [[{ type: 'deb', name: 'bash', version: '5.2.37-2', arch: 'amd64' }], []])
    inventory.putSection({
      device: device.id,
      collection: 'software',
      source: 'native',
      hash: sectionHash(items),
      collectedAt: toTime(nowMs()),
      items,
    });
  inventory.putSection({
    device: device.id,
    collection: 'protection',
    source: 'native',
    hash: sectionHash(unprotected),
    collectedAt: toTime(nowMs()),
    items: unprotected,
  });
  rules.recomputePending();
};

/** A controller that only a project names, and controllers whose last reading is old. */
const controllersOnly = ({ controllers, controllerFindings }: Appliance): void => {
  const facts = {
    vendorRaw: 'Siemens AG',
    orderNumber: '6ES7 515-2AM02-0AB0',
    name: 'PLC-X',
    serial: 'S X',
    firmware: 'V2.9',
  };
  controllers.ingest(actor, { type: 'csv', name: 'planned.csv' }, [
    {
      observedAtMs: nowMs() - dayMs,
      method: 'project',
      source: 'csv',
      facts: Object.entries(facts).map(([field, value]) => ({ field, value, raw: value })),
      parts: [],
    },
  ]);
  controllerFindings.recomputePending();
};

/** The bundle of another site lies on the medium. */
const otherSite = async (appliance: Appliance, { host, medium }: Made): Promise<void> => {
  const other = await host.build(join(medium, 'other'), { site: 'another-site', seq: 70 });
  await appliance.exchange.importBundle(actor, other.path).catch(() => undefined);
};

/** The database was put back to an older state. */
const olderState = ({ keyring, rollbackDetector }: Appliance): void => {
  const witness = readWitness(keyring) ?? emptyWitness();
  const applied = { devices: 0, accounts: 0, rights: 0, persons: 0 };
  writeWitness(keyring, {
    ...witness,
    returns: [
      {
        id: 'back-1',
        at: nowMs(),
        cause: 'unknown',
        found: witness.position,
        since: 0,
        applied,
        isCovered: false,
        failed: [],
        compared: 40,
        uncompared: ['role'],
        lines: [
          { kind: 'setting', id: 'devices.scan-second-person', fields: ['value'], was: 'changed', isRemoved: true },
          { kind: 'token', id: 'gone', fields: ['disabled', 'rights'], was: 'changed', isRemoved: false },
          { kind: 'role', id: 'gone', fields: ['rights'], was: 'deleted', isRemoved: false },
        ],
        moreLines: 3,
        lost: { tag: 2 },
        ended: { links: 1, sessions: 4 },
      },
    ],
  });
  rollbackDetector.flush();
};

/** Tokens wait since then, and no person has decided about them. */
const waitingTokens = ({ objects }: Appliance): void => {
  const held = toTime(nowMs());
  for (const name of ['Hall 3', 'Hall 4']) {
    const hash = tokenHash(newTokenSecret());
    objects.create(systemActor, 'token', { name, purpose: 'glpi', hash, held });
  }
};

/** A window as 0.2.0 stored it: of a zone that never was. */
const windowFromBefore = ({ objects, db }: Appliance): void => {
  const { id } = objects.create(actor, 'maintenance-window', { name: 'From 0.2.0', recurrence: 'daily 01-03' });
  db.prepare("update object set body = json_set(body, '$.zones', json_array('NO-SUCH-ZONE')) where id = ?").run(id);
};

/** The clock of the computer from now on. */
const clockAt = (ms: number): void => void vi.useFakeTimers({ toFake: ['Date'], now: ms });

/** The answer to the request that is under way lacks a suite and updates; it brings a document about controllers. */
export async function bringLackingAnswer(appliance: Appliance, made: Made): Promise<void> {
  await answer(appliance, made, { request: made.request, name: 'first', isUsed: false, lacks: ['suite', 'update'] });
}

/** An upgrade left a window that ends within the month; and orders for which there is no other one. */
const undecidedWindow = (appliance: Appliance): void => {
  const kind = 'maintenance-window';
  for (const { id, body } of appliance.objects.list({ kind, limit: 1_000 }).rows)
    if (body['for'] === 'computers') appliance.objects.remove(actor, kind, id);
  const idle = appliance.db
    .prepare<[], string>(
      "select public_id from device where id not in (select device from task where state = 'queued') limit 1",
    )
    .pluck()
    .get();
  appliance.objects.create(
    systemActor,
    kind,
    {
      name: 'At any time, not decided yet',
      recurrence: '2026-01-01 to 2026-03-01 00-24',
      for: 'computers',
      devices: [idle ?? ''],
    },
    { comment: 'undecided since the upgrade' },
  );
};

/** One of a pair is off while the other has an order. */
const stuckPair = (appliance: Appliance): void => {
  const order = appliance.db
    .prepare<[], { device: number }>("select device from task where state = 'queued' order by queued_at limit 1")
    .get();
  if (order === undefined) throw new Error('no order waits');
  const member = appliance.devices.find(order.device)?.publicId ?? '';
  const other = appliance.db
    .prepare<[number], string>('select public_id from device where id <> ? order by last_seen_at limit 1')
    .pluck()
    .get(order.device);
  appliance.objects.create(actor, 'redundancy-group', { name: 'Recorders', devices: [member, other ?? ''] });
};

/** Somebody saw that an update does harm. */
const heldRollout = async (appliance: Appliance): Promise<void> => {
  const item = appliance.updates
    .list({ scope: wholeSite('job'), limit: 200 })
    .rows.find(({ approval, devices, supply }) => approval === 'approved' && devices > 0 && supply === 'arrived');
  if (item === undefined) throw new Error('no update can be deployed');
  const { id } = await appliance.deployments.create(actor, { updates: [item.id], rings: ['1'], deadlineDays: 0 });
  appliance.deployments.rollouts.hold(actor, id, 'the recorder of line 2 stopped');
};

/** What else can go wrong, in an order in which it can come. The caller gives the clock back. */
export async function bringTroubles(appliance: Appliance, made: Made): Promise<void> {
  const request = appliance.exchange.exportRequest(actor, made.medium).path;
  await answer(appliance, made, { request, name: 'second', isUsed: true, lacks: ['suite'] });
  await oneVolume(appliance, made);
  copiedSystems(appliance);
  longAway(appliance);
  unreadList(appliance);
  controllersOnly(appliance);
  windowFromBefore(appliance);
  await heldRollout(appliance);
  stuckPair(appliance);
  undecidedWindow(appliance);
  const base = nowMs();
  // Two months without a round: the timestamp is near its end, what was read and reported is old.
  clockAt(base + 65 * dayMs);
  appliance.time.setFloor(base + 65 * dayMs);
  appliance.exchange.noteTime();
  await otherSite(appliance, made);
  olderState(appliance);
  waitingTokens(appliance);
  appliance.rules.recomputeAll();
  appliance.rules.recomputePending();
  appliance.integrity.check(appliance.controllers.ids(0, 1_000));
  // And then the clock jumps.
  clockAt(base + 520 * dayMs);
  // As a server does each second.
  appliance.health.turn();
}
