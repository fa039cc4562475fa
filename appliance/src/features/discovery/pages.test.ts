import { readdirSync } from 'node:fs';
import { paths } from '@sallyport/ui/paths';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { signedIn } from '../../../../test/support/persons.ts';
import { openConsole } from '../../../test/support/console.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { wholeSite } from '../../platform/scope.ts';

// The pages of discovery without script: every button is a form.

const site = await openConsole();
const admin = await site.as('administrator');
afterAll(() => site.close());

const textOf = async (path: string, browser = admin): Promise<string> => (await browser.get(path)).text();
const upload = async (fields: Record<string, string>, content: string) => {
  const boundary = 'b0undary';
  const parts = Object.entries({ csrf: await admin.csrf(), ...fields }).map(
    ([name, value]) => `--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`,
  );
  const file = `--${boundary}\r\nContent-Disposition: form-data; name="file"; filename="t.ldif"\r\nContent-Type: text/plain\r\n\r\n${content}\r\n--${boundary}--\r\n`;
  return admin.postRaw(paths.discoveryImport(), `${parts.join('')}${file}`, {
    'content-type': `multipart/form-data; boundary=${boundary}`,
  });
};

describe('directories', () => {
  const form = {
    'f.name': 'Plant',
    'f.host': '127.0.0.1',
    'f.port': '636',
    'f.security': 'ldaps',
    'f.fingerprint': 'ab'.repeat(32),
    'f.bindDn': 'cn=reader,dc=plant,dc=kz',
    'f.password': 'secret of the reader',
    'f.pageSize': '500',
    'f.everyHours': '0',
  };
  let id = '';

  it('are empty at first and say what to do', async () => {
    const page = await textOf(paths.discoveryDirectories());
    expect(page).toContain(paths.objectNew('directory-source'));
    expect(await textOf(paths.discovery())).toContain('<h1');
  });

  it('are entered with what proves them, and the password is never shown', async () => {
    const plain = await admin.post(paths.objectNew('directory-source'), { ...form, 'f.security': 'plain' });
    expect(plain.status).toBe(422);
    expect((await admin.post(paths.objectNew('directory-source'), { ...form, 'f.fingerprint': '' })).status).toBe(422);
    expect((await admin.post(paths.objectNew('directory-source'), form)).status).toBe(303);
    id = site.appliance.objects.findBy('directory-source', 'name', 'Plant')?.id ?? '';
    for (const path of [paths.discoveryDirectories(), paths.object('directory-source', id)])
      expect(await textOf(path)).not.toContain('secret of the reader');
  });

  it('that do not answer say why on the page', async () => {
    const answer = await admin.post(paths.discoveryDirectory(id), { action: 'test' });
    expect([answer.status, await answer.text()]).toEqual([422, expect.stringContaining('UNREACHABLE')]);
    const viewer = await site.as('viewer');
    expect((await viewer.post(paths.discoveryDirectory(id), { action: 'poll' })).status).toBe(403);
    expect((await admin.post(paths.discoveryDirectory(id), { action: 'poll' })).status).toBe(303);
    expect(await textOf(paths.discoveryDirectories())).toMatch(/value="stop"/);
  });

  it('are taken from a file; one with changes is refused and changes nothing', async () => {
    const { jobs, discovery, paths: folders } = site.appliance;
    const imported = async (content: string) => {
      expect((await upload({ source: id }, content)).status).toBe(303);
      const [run] = jobs.list({ kind: 'discovery-import', limit: 1 });
      return jobs.finished(run?.id ?? 0, { timeoutMs: 60_000 });
    };
    await jobs.start();
    const [poll] = jobs.list({ kind: 'discovery-poll', limit: 1 });
    expect(await jobs.finished(poll?.id ?? 0, { timeoutMs: 60_000 })).toMatchObject({ error: { code: 'UNREACHABLE' } });
    expect((await upload({ source: 'nobody' }, 'dn: cn=a\n')).status).toBe(422);
    expect(await imported('dn: cn=a\nchangetype: delete\n')).toMatchObject({
      state: 'failed',
      error: { code: 'MALFORMED' },
    });
    expect(await textOf(paths.discoveryDirectories())).toContain('LDIF, line 2');
    const ldif = [
      'dn: uid=aidos,ou=people,dc=plant,dc=kz\nobjectClass: inetOrgPerson\nuid: aidos\ncn: Aidos Serikov\n',
      'dn: cn=crew,dc=plant,dc=kz\nobjectClass: groupOfNames\ncn: crew\nmember: uid=aidos,ou=people,dc=plant,dc=kz\n',
      'dn: cn=hmi-1,dc=plant,dc=kz\nobjectClass: device\ncn: hmi-1\n',
    ];
    expect(await imported(ldif.join('\n'))).toMatchObject({
      state: 'done',
      result: { users: 1, groups: 1, computers: 1 },
    });
    await jobs.stop();
    expect(readdirSync(folders.staging).filter((name) => name.startsWith('ldif-'))).toEqual([]);
    const users = await textOf(paths.inventory('directory-user', { q: 'aidos' }));
    expect(users).toContain('plant.kz');
    expect(users).not.toContain('Aidos Serikov');
    expect(await textOf(paths.inventory('directory-group'))).toContain('crew');
    const found = await textOf(paths.discovery({ method: 'directory' }));
    expect(found).toContain('hmi-1');
    expect(await textOf(paths.discovery({ method: 'scan' }))).not.toContain('hmi-1');
    // The record that holds them is no device of the list, and is not counted as one.
    expect(site.appliance.devices.counts().discovered).toBe(1);
    expect(await textOf(paths.devices())).not.toMatch(/class="name"[^>]*>Plant</);
    const record = discovery.directories()[0]?.device ?? 0;
    const { publicId } = site.appliance.devices.byId(record);
    const shown = await admin.post(paths.devicePersonal(publicId, 'directory-user'));
    expect(await shown.text()).toContain('Aidos Serikov');
    expect(site.appliance.events.list({ scope: wholeSite('job'), type: ['personal-read'], limit: 1 }).total).toBe(1);
  });
});

describe('address ranges', () => {
  it('are asked only once the number of addresses was typed', async () => {
    const { objects } = site.appliance;
    const body = { name: 'Offices', network: '192.0.2.0/28', ports: ['22'], enabled: true };
    const author = objects.create(systemActor, 'account', { name: 'author', roles: ['administrator'] });
    const { id } = objects.create(signedIn(author.id), 'address-range', body);
    const digest = /name="digest" value="([0-9a-f]{64})"/.exec(await textOf(paths.discoveryRange(id)))?.[1] ?? '';
    expect((await admin.post(paths.discoveryRange(id), { action: 'confirm', digest, typed: '13' })).status).toBe(422);
    expect((await admin.post(paths.discoveryRange(id), { action: 'confirm', digest: 'x', typed: '14' })).status).toBe(
      422,
    );
    expect(site.appliance.discovery.hindrance(id)).toBe('unconfirmed');
    expect((await admin.post(paths.discoveryRange(id), { action: 'confirm', digest, typed: '14' })).status).toBe(303);
    expect(site.appliance.discovery.hindrance(id)).toBeUndefined();
    expect(objects.revisions('address-range', id)[0]).toMatchObject({ comment: 'confirmed' });
    expect((await admin.post(paths.discoveryRange(id), { action: 'scan' })).status).toBe(303);
    expect(await textOf(paths.discoveryRange(id))).toMatch(/value="stop"/);
    expect((await admin.post(paths.discoveryRange(id), { action: 'stop' })).status).toBe(303);
    expect((await admin.post(paths.discoveryRange(id), { action: 'else' })).status).toBe(400);
    expect(await textOf(paths.discoveryRanges())).toContain('Offices');
  });

  it('show how a run ended that ended while the page was made', async () => {
    const { db, discovery, jobs } = site.appliance;
    const [range] = discovery.ranges();
    // The job writes through a connection of its own. Its end is put at the moment at which the page asks for its state.
    const list = jobs.list;
    const summary = JSON.stringify({ asked: 14, probes: 14, found: 3, created: 2, ms: 1 });
    const end = (): void => {
      db.prepare('insert or replace into discovery_subject (subject, last_at, ok_at, summary) values (?, 1, 1, ?)').run(
        `address-range/${range?.id}`,
        summary,
      );
      db.prepare("update job_run set state = 'done' where kind = 'discovery-scan'").run();
    };
    for (const path of [paths.discoveryRanges(), paths.discoveryRange(range?.id ?? '')]) {
      db.prepare("update job_run set state = 'running' where kind = 'discovery-scan'").run();
      db.prepare("delete from discovery_subject where subject like 'address-range/%'").run();
      vi.spyOn(jobs, 'list').mockImplementation((query) => {
        if (query.kind === 'discovery-scan') end();
        return list(query);
      });
      const html = await textOf(path).finally(() => vi.restoreAllMocks());
      expect(jobs.list({ kind: 'discovery-scan', limit: 1 })[0]?.state).toBe('done');
      expect(html, path).toContain('Answered 3 of 14, new 2');
    }
  });

  it('where controllers live cannot be switched on', async () => {
    const bad = await admin.post(paths.objectNew('address-range'), {
      'f.name': 'PLC',
      'f.network': '192.0.2.8/29',
      'f.controllers': 'on',
      'f.enabled': 'on',
      'f.ports': '22',
      'f.ratePerSecond': '5',
      'f.everyHours': '0',
    });
    expect(bad.status).toBe(422);
  });
});
