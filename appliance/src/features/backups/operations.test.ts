import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ApiSite, openApiSite } from '../../../test/support/api-site.ts';
import { type Console, openConsole } from '../../../test/support/console.ts';
import type { EventService } from '../../engine/events/service.ts';
import { actorRef, systemActor } from '../../engine/objects/types.ts';

/** What `backup create` writes down of a backup that it put elsewhere. */
const taken = (events: EventService, begun: number, file: string): void => {
  events.record('backup-created', { actor: actorRef(systemActor), params: { file, bytes: 4_096, here: 0, begun } });
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
