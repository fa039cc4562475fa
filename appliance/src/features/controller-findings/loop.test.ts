import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Advisory } from '@sallyport/bundle-tools/advisories/advisory';
import type { Reading } from '@sallyport/bundle-tools/controllers/reading';
import { firmwareSource } from '@sallyport/bundle-tools/updates/sources/firmware';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { advisorySample } from '../../../../bundle-tools/test/samples.ts';
import { csafAdvisory } from '../../../test/support/controllers/csaf.ts';
import { actorWith, admin } from '../../../test/support/engines.ts';
import type { TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { wholeSite } from '../../platform/scope.ts';
import { apiApp } from '../../server/api/app.ts';

// Once around: an advisory arrives, a controller has a finding, the request asks for the firmware without naming anybody,
// the file arrives and is handed over, and only a newer reading closes what was found.

const order = '6ES7 515-2AM02-0AB0';
const bytes = Buffer.from('firmware of a test, not for any controller');
const sha256 = createHash('sha256').update(bytes).digest('hex');

const advisories = [
  csafAdvisory('siemens', {
    id: 'SSA-1',
    leaves: [{ order: '6ES7515-2AM02-0AB0', version: '< V2.9.7' }],
    vulnerabilities: {
      'CVE-2024-0001': {
        affected: [0],
        cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:H',
        score: 9.1,
        fix: 'V2.9.7',
      },
    },
  }),
];

/** The same vulnerability in the catalogue of those that are known to be exploited. */
const exploited: Advisory[] = [
  advisorySample('CVE-2024-0001', 'kev', {
    modified: '2025-08-25T00:00:00Z',
    threat: { exploited: { since: '2025-08-25', ransomware: false } },
  }),
];

const reading = (firmware: string, observedAtMs: number, configured = false): Reading => ({
  observedAtMs,
  method: configured ? 'project' : 'query',
  source: configured ? 'aml' : 's7',
  facts: Object.entries({
    vendor: 'Siemens AG',
    orderNumber: order,
    serial: 'ZQSERIALQZ77',
    address: '203.0.113.77',
    name: 'zqcontrollerqz',
    firmware,
  }).map(([field, value]) => ({ field, value, raw: value })),
  parts: [],
});

describe('firmware of controllers, once around', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced());
  });
  afterEach(() => site.stop());

  const take = (...readings: Reading[]) =>
    site.controllers.ingest(admin, { type: 'identification', name: 'test' }, readings);
  const controllerId = () => site.controllers.ids(0, 10)[0] ?? 0;
  const verdicts = () => {
    site.controllerFindings.recomputePending();
    return site.controllerFindings
      .forController(controllerId(), wholeSite('job'))
      .map(({ vulnerability, verdict }) => `${vulnerability} ${verdict}`);
  };
  const events = () =>
    site.events
      .list({ scope: wholeSite('job'), limit: 200 })
      .rows.map(({ type }) => type)
      .filter((type) => type.startsWith('controller-'));

  const folderOf = (version: string, extra: object = {}): string => {
    const folder = join(site.folder, `vendor-${version}`);
    mkdirSync(folder);
    writeFileSync(join(folder, 'cpu_1515.upd'), bytes);
    writeFileSync(
      join(folder, 'cpu_1515.upd.firmware.json'),
      JSON.stringify({
        vendor: 'SIEMENS',
        orderNumbers: [order, '6ES7 515-2FM02-0AB0'],
        version,
        sha256,
        licence: 'Terms of a test',
        releaseNotes: 'Repairs the web server',
        ...extra,
      }),
    );
    return folder;
  };

  it('goes from the advisory to a reading that is newer than the engineer’s word', async () => {
    const now = Date.now();
    take(reading('V2.9.4', now - 60_000));
    const feeds = [
      { feed: 'kev', advisories: exploited },
      { feed: 'siemens', advisories },
    ];
    await host.publish({ feeds });
    await site.exchange.importBundle(
      admin,
      (await host.answer(medium, host.open(site.exchange.exportRequest(admin, medium).path, card))).path,
    );
    expect(verdicts()).toEqual(['CVE-2024-0001 affected']);
    // The catalogue came the same way, and says how urgent it is.
    expect(site.controllerFindings.forController(controllerId(), wholeSite('job'))[0]).toMatchObject({
      decision: 'act',
      exploitedSince: '2025-08-25',
    });

    // What leaves: the product and the version that would help, and nothing that tells which controller it is.
    const asked = host.open(site.exchange.exportRequest(admin, medium).path, card);
    expect(asked.request.wants).toContainEqual({
      kind: 'firmware',
      id: 'Siemens/6ES7515-2AM02-0AB0',
      min: 'V2.9.7',
    });
    expect(asked.request.advisories).toEqual([]);
    const text = JSON.stringify(asked.request).toLowerCase();
    for (const secret of ['zqserialqz77', '203.0.113.77', 'zqcontrollerqz']) expect(text).not.toContain(secret);

    // The folder of the connected side answers it.
    const wants = asked.request.wants.flatMap((want, position) =>
      want.kind === 'firmware' ? [{ position, id: want.id, ...(want.min === undefined ? {} : { min: want.min }) }] : [],
    );
    const tooOld = firmwareSource({ folder: folderOf('V2.9.6') }).plan(wants);
    expect(tooOld.updates).toEqual([]);
    expect(tooOld.unfulfilled[0]).toMatchObject({ reason: 'NO_SOURCE', what: 'Siemens/6ES7515-2AM02-0AB0' });
    const spoiled = firmwareSource({ folder: folderOf('V2.9.9', { sha256: '0'.repeat(64) }) }).plan(wants);
    expect(spoiled.unfulfilled[0]).toMatchObject({ reason: 'FETCH_FAILED' });
    const plan = firmwareSource({ folder: folderOf('V2.9.7') }).plan(wants);
    expect(plan.unfulfilled).toEqual([]);
    expect(plan.texts.map(({ text: said }) => said)).toEqual(['Terms of a test', 'Repairs the web server']);
    await host.publish({
      updates: plan.updates.map(({ update }) => update),
      files: [
        { path: 'firmware/Siemens/6ES7515-2AM02-0AB0/V2.9.7/cpu_1515.upd', bytes, kind: 'firmware' },
        ...plan.texts.map(({ sha256: digest, text: said }) => ({
          path: `licences/${digest}.txt`,
          bytes: Buffer.from(said),
          kind: 'document' as const,
        })),
      ],
      feeds,
    });
    await site.exchange.importBundle(admin, (await host.answer(medium, asked)).path);

    // Here, shown with its controller, no update of any computer, and no longer asked for.
    expect(site.controllerFirmware.list(wholeSite('job'))).toMatchObject([
      { sha256, version: 'V2.9.7', fileName: 'cpu_1515.upd', isHere: true, targets: [{ firmware: 'V2.9.4' }] },
    ]);
    expect(site.updates.list({ scope: wholeSite('job'), limit: 10 }).total).toBe(0);
    expect(site.controllerFirmware.wants()).toEqual([]);
    expect(verdicts()).toEqual(['CVE-2024-0001 affected']);

    const [{ file, target } = { file: undefined, target: undefined }] = site.controllerFirmware.forController(
      controllerId(),
    );
    const given = {
      sha256: file?.sha256 ?? '',
      controller: controllerId(),
      part: target?.part ?? 0,
      confirmed: ['backup'] as const,
    };
    await expect(site.controllerFirmware.hand(actorWith('updates:read'), given)).rejects.toMatchObject({
      code: 'FORBIDDEN',
    });
    const handed = await site.controllerFirmware.hand(admin, given);
    expect(Buffer.concat(await handed.open().toArray())).toEqual(bytes);
    const state = () => site.controllerFirmware.handovers(wholeSite('job'))[0]?.state;
    expect(state()).toBe('handed');

    // A reading before the word, and the word itself, verify nothing.
    site.controllerFirmware.done(admin, handed.handover);
    expect(() => site.controllerFirmware.done(admin, handed.handover)).toThrow();
    expect(state()).toBe('done');
    take(reading('V2.9.7', now - 1_000));
    expect(state()).toBe('done');
    expect(site.controllerFirmware.handovers(wholeSite('job'))[0]?.found).toBe('');

    // A project's file may say what it likes.
    take(reading('V2.9.7', Date.now() + 5_000, true));
    expect(state()).toBe('done');
    take(reading('V2.9.7', Date.now() + 10_000));
    expect(state()).toBe('verified');
    expect(verdicts()).toEqual(['CVE-2024-0001 not-affected']);
    expect(site.controllerFindings.closedOf(controllerId()).map(({ vulnerability }) => vulnerability)).toEqual([
      'CVE-2024-0001',
    ]);
    expect(events()).toEqual(
      expect.arrayContaining([
        'controller-finding-opened',
        'controller-firmware-handed',
        'controller-firmware-done',
        'controller-firmware-verified',
        'controller-finding-closed',
      ]),
    );
    expect(site.controllerFirmware.forController(controllerId())).toEqual([]);
  });

  it('gives no file whose bytes are not those that were signed for, and says when another version is read', async () => {
    take(reading('V2.9.4', Date.now() - 60_000));
    const plan = firmwareSource({ folder: folderOf('V2.9.7') }).plan([{ position: 0, id: `siemens/${order}` }]);
    await host.publish({
      updates: plan.updates
        .map(({ update }) => ({ ...update, licence: undefined, notes: undefined }))
        .map((update) => JSON.parse(JSON.stringify(update))),
      files: [{ path: 'firmware/x.upd', bytes, kind: 'firmware' }],
      feeds: [{ feed: 'siemens', advisories }],
    });
    await site.exchange.importBundle(
      admin,
      (await host.answer(medium, host.open(site.exchange.exportRequest(admin, medium).path, card))).path,
    );
    const given = {
      sha256,
      controller: controllerId(),
      part: site.controllerFirmware.forController(controllerId())[0]?.target.part ?? 0,
      confirmed: [],
    };
    // The same over the API: listed, its checklist read, handed over, reported.
    const parts = entryParts(site);
    const api = apiApp(parts);
    const tokenFor = (role: string): string => {
      const account = site.objects.create(systemActor, 'account', { name: `api-${role}`, roles: [role] }).id;
      return site.accounts.createApiToken(systemActor, { name: role, account }).secret;
    };
    const [read, write] = [tokenFor('viewer'), tokenFor('operator')];
    const call = (method: string, path: string, token: string, body?: unknown) =>
      Promise.resolve(
        api.request(path, {
          method,
          headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        }),
      );
    const controller = site.controllers.byId(controllerId(), wholeSite('job'))?.publicId ?? '';
    const listed = (await (await call('GET', '/controller-firmware', read)).json()) as { rows: object[] };
    expect(listed.rows).toMatchObject([{ sha256, version: 'V2.9.7', targets: [{ controller, firmware: 'V2.9.4' }] }]);
    const checklist = await call('GET', `/controller-firmware/${sha256}/checklist?controller=${controller}`, read);
    expect(await checklist.json()).toMatchObject({
      checks: expect.arrayContaining(['backup']),
      known: { rollback: false },
    });
    const firmwarePath = `/controller-firmware/${sha256}/handover`;
    const wanted = { controller, confirmed: ['backup'] };
    expect((await call('POST', firmwarePath, read, wanted)).status).toBe(403);
    expect((await call('POST', firmwarePath, write, { ...wanted, part: 'slot 9' })).status).toBe(404);
    const sent = await call('POST', firmwarePath, write, wanted);
    expect(Buffer.from(await sent.arrayBuffer())).toEqual(bytes);
    const number = sent.headers.get('Sallyport-Handover');
    expect((await call('POST', `/controller-firmware/handovers/${number}`, write, { state: 'done' })).status).toBe(204);
    const handovers = await call('GET', `/controller-firmware/handovers?controller=${controller}`, read);
    expect(await handovers.json()).toMatchObject({
      rows: [{ id: Number(number), state: 'done', confirmed: ['backup'] }],
    });
    take(reading('V2.9.5', Date.now() + 10_000));
    expect(site.controllerFirmware.handovers(wholeSite('job'))[0]).toMatchObject({
      state: 'other-version',
      found: 'V2.9.5',
    });

    const path = site.store.path(sha256);
    const whole = readFileSync(path);
    site.store.remove(sha256);
    writeFileSync(path, Buffer.concat([whole.subarray(1), Buffer.from('x')]));
    await expect(site.controllerFirmware.hand(admin, given)).rejects.toMatchObject({ code: 'HASH_MISMATCH' });
    expect(site.controllerFirmware.handovers(wholeSite('job'))).toHaveLength(1);
  });
});
