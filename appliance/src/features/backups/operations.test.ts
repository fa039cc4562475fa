import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { type Console, openConsole } from '../../../test/support/console.ts';
import type { EventService } from '../../engine/events/service.ts';
import { actorRef, systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { exposition } from '../health/exposition.ts';
import { metricFamilies } from '../health/metrics.ts';
import { checkBackup, runBackupJob } from './backup-jobs.ts';
import { backupService } from './service.ts';

/** What `backup create` writes down of a backup that it put elsewhere. */
const taken = (events: EventService, begun: number, file: string): void => {
  events.record('backup-created', {
    actor: actorRef(systemActor),
    params: { file, folder: '/media/usb', bytes: 4_096, here: 0, begun, objects: 0, bySchedule: 0 },
  });
};

describe('backups over the API', () => {
  let site: ApiSite;
  beforeAll(async () => {
    site = await openApiSite();
    taken(site.appliance.events, 1_000, 'plant-7.spb');
    taken(site.appliance.events, 2_000, 'twice.spb');
    taken(site.appliance.events, 3_000, 'twice.spb');
  });
  afterAll(() => site.close());

  const forget = (backup: string, body: unknown, token = site.tokenOf('administrator')) =>
    site.call('POST', `/backups/${backup}/forget`, { token, body });

  it('are listed, and one is forgotten once, by its file or its id, with a reason', async () => {
    const token = site.tokenOf('administrator');
    const { json } = await site.call('GET', '/backups', { token });
    expect(json['rows']).toMatchObject([{ id: '3000' }, { id: '2000' }, { id: '1000', place: 'elsewhere' }]);
    const done = await forget('plant-7.spb', { reason: 'medium shredded, record 7' });
    expect([done.status, done.json]).toMatchObject([200, { destroyed: { reason: 'medium shredded, record 7' } }]);
    expect((await forget('plant-7.spb', { reason: 'again' })).status).toBe(404);
    expect((await forget('twice.spb', { reason: 'which?' })).json).toMatchObject({ error: { code: 'USAGE' } });
    expect((await forget('2000', { reason: 'burned' })).status).toBe(200);
  });

  it('are not forgotten without a reason, without the right, or with anything else in the body', async () => {
    expect((await forget('3000', {})).json).toMatchObject({ error: { code: 'INVALID', fields: { reason: {} } } });
    expect((await forget('3000', { reason: 'x', force: true })).json).toMatchObject({ error: { code: 'INVALID' } });
    const reader = site.tokenOf('reader', ['settings:read']);
    expect((await forget('3000', { reason: 'x' }, reader)).status).toBe(403);
    expect(site.appliance.backups.list().find(({ id }) => id === '3000')?.destroyed).toBeUndefined();
  });
});

describe('backups on the page of persons', () => {
  let site: Console;
  beforeAll(async () => {
    site = await openConsole();
    taken(site.appliance.events, 1_000, 'plant-7.spb');
  });
  afterAll(() => site.close());

  it('are said to be destroyed by who may write settings, and by nobody else', async () => {
    const operator = await site.as('operator');
    const form = { backup: '1000', reason: 'medium shredded' };
    expect((await operator.post(paths.backupForget(), form)).status).toBe(403);
    const administrator = await site.as('administrator');
    expect((await administrator.post(paths.backupForget(), form)).status).toBe(303);
    expect(site.appliance.backups.list()[0]?.destroyed?.reason).toBe('medium shredded');
  });
});

describe('backups of the server', () => {
  let site: Console;
  const folder = mkdtempSync(join(tmpdir(), 'sallyport-backups-'));
  const name = (path: string): string => path.slice(path.lastIndexOf('/') + 1);
  const schedule = async () => (await runBackupJob(site.appliance, { bySchedule: true }, () => undefined)).path;
  const state = (path: string) => site.appliance.backups.list().find(({ file }) => file === name(path));
  const copies = (): string[] =>
    readdirSync(join(folder, 'objects'), { recursive: true, encoding: 'utf8' }).filter((one) => one.length > 64);
  beforeAll(async () => {
    site = await openConsole();
    site.appliance.objects.setSetting(systemActor, 'backups.folder', folder);
  });
  afterAll(async () => {
    await site.close();
    rmSync(folder, { recursive: true });
  });

  it('are asked for on the page and made by a job, whose result is the last good one everywhere', async () => {
    const administrator = await site.as('administrator');
    expect((await administrator.post(paths.backups(), {})).status).toBe(303);
    expect((await administrator.post(paths.backups(), {})).status).toBe(409);
    expect(site.appliance.jobs.list({ kind: 'backup', limit: 5 })).toMatchObject([{ payload: { bySchedule: false } }]);
    expect((await (await site.as('viewer')).post(paths.backups(), {})).status).toBe(403);
    await site.appliance.store.put(Buffer.from('first object'), { maxBytes: 100 });
    const path = await schedule();
    expect(site.appliance.backups.age()).toMatchObject({ state: 'ok', last: { file: name(path), objects: 1 } });
    const page = await (await administrator.get(paths.backups())).text();
    expect(page).toContain(name(path));
    const { id = '' } = state(path) ?? {};
    const sent = await administrator.get(paths.backupFile(id));
    expect(Buffer.from(await sent.arrayBuffer())).toEqual(readFileSync(path));
    const text = exposition(metricFamilies(entryParts(site.appliance)));
    expect(text).toMatch(/^sallyport_backup_last_bytes [1-9]/m);
  });

  it('are damaged from when a check finds it, and whole again once they are', async () => {
    const path = await schedule();
    const { id = '' } = state(path) ?? {};
    const whole = readFileSync(path);
    const altered = Buffer.from(whole);
    altered[200] = (altered[200] ?? 0) ^ 1;
    writeFileSync(path, altered);
    expect(await checkBackup(site.appliance, id)).toMatchObject({ fault: expect.stringContaining('HASH_MISMATCH') });
    expect(state(path)?.fault).toContain('HASH_MISMATCH');
    expect(site.appliance.backups.age().last?.file).not.toBe(name(path));
    writeFileSync(path, whole);
    expect(await checkBackup(site.appliance, id)).toEqual({ fault: null, missing: 0 });
    expect(state(path)?.fault).toBeUndefined();
    expect(site.appliance.backups.age().last?.file).toBe(name(path));
  });

  it('leave by their generation with the copies that nothing else names, unless it cannot be known', async () => {
    const { objects, store, backups, config } = site.appliance;
    for (const setting of ['backups.keep-weeks', 'backups.keep-months'] as const)
      objects.setSetting(systemActor, setting, 0);
    objects.setSetting(systemActor, 'backups.keep-days', 1);
    const [{ sha256 } = { sha256: '' }] = [...store.list()];
    store.remove(sha256);
    await store.put(Buffer.from('second object'), { maxBytes: 100 });
    writeFileSync(join(folder, 'unread.spb'), 'not a backup');
    // Half a backup that was cut, one that another program writes now, and one of another site in the same folder.
    const [cut = '', living = '', foreign = ''] = [config.site, config.site, 'plant-9'].map((of, at) =>
      join(folder, `${of}-2026010${at}T000000000Z.spb.part`),
    );
    const now = Date.now() / 1_000;
    for (const [path, ageS] of [
      [cut, 2 * 3_600],
      [living, 60],
      [foreign, 2 * 3_600],
    ] as const) {
      writeFileSync(path, 'half');
      utimesSync(path, now - ageS, now - ageS);
    }
    await schedule();
    expect([cut, living, foreign].map((path) => existsSync(path))).toEqual([false, true, true]);
    expect(copies()).toHaveLength(2);
    rmSync(join(folder, 'unread.spb'));
    const newest = await schedule();
    expect(readdirSync(folder).filter((one) => one.endsWith('.spb'))).toEqual([name(newest)]);
    expect(copies().map((one) => one.slice(3, 67))).toEqual([...store.list()].map((one) => one.sha256));
    expect(backups.list().filter(({ place }) => place !== 'gone')).toHaveLength(1);
  });

  it('are missed where none was made for too long', async () => {
    const { paths: folders, events, jobs, objects, keyring } = site.appliance;
    const parts = { events, jobs, objects, paths: folders, keyring, timeZone: () => 'UTC' };
    const dayMs = 86_400_000;
    const inDays = (days: number) => backupService({ ...parts, clock: () => Date.now() + days * dayMs });
    expect([inDays(1), inDays(3)].map((one) => one.age().state)).toEqual(['ok', 'old']);
    expect(keyring.hasFile('recovery.pub')).toBe(true);
    const never = backupService({
      ...parts,
      events: { list: () => ({ rows: [], total: 0 }), record: events.record },
      clock: () => Date.now() + 3 * dayMs,
    });
    expect(never.age()).toEqual({ state: 'none', last: undefined });
  });
});
