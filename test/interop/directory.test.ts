import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemActor } from '../../appliance/src/engine/objects/types.ts';
import { wholeSite } from '../../appliance/src/platform/scope.ts';
import { openAppliance } from '../../appliance/test/support/appliance.ts';
import { isLong } from '../support/long.ts';
import { bindDn, bindPassword, hasSlapd, plantTree, type Slapd, startSlapd, suffix, userDn } from '../support/slapd.ts';

// Debian's OpenLDAP polled for real, and its own exports imported.

const users = isLong ? 10_000 : 500;
const sections = ['directory-domain', 'directory-ou', 'directory-user', 'directory-group', 'directory-member'] as const;

describe.skipIf(!hasSlapd)('a directory of OpenLDAP', () => {
  let slapd: Slapd;
  let site: Awaited<ReturnType<typeof openAppliance>>;
  let id = '';
  const entries = () => ({
    name: 'Plant',
    host: slapd.host,
    port: slapd.tlsPort,
    ca: slapd.caPem,
    bindDn,
    password: bindPassword,
  });
  const quiet = { onProgress: () => undefined };
  const device = (): number => site.discovery.directories().find((run) => run.id === id)?.device ?? 0;
  const hashes = (of = device()) => site.inventory.hashes(of);

  beforeAll(async () => {
    slapd = await startSlapd(plantTree(users));
    site = await openAppliance();
    id = site.objects.create(systemActor, 'directory-source', entries()).id;
  });
  afterAll(async () => {
    await site?.stop();
    await slapd?.stop();
  });
  const refused = async (patch: Record<string, unknown>): Promise<string> => {
    const other = site.objects.create(systemActor, 'directory-source', { ...entries(), name: 'Other', ...patch }).id;
    try {
      return await site.discovery.testDirectory(systemActor, other).then(
        () => 'taken',
        (error: { code: string }) => error.code,
      );
    } finally {
      site.objects.remove(systemActor, 'directory-source', other);
    }
  };

  it('is reached over TLS with its authority or its fingerprint, and over StartTLS', async () => {
    expect(await site.discovery.testDirectory(systemActor, id)).toMatchObject({ bases: [suffix] });
    expect(await refused({ ca: null, fingerprint: slapd.fingerprint })).toBe('taken');
    expect(await refused({ port: slapd.plainPort, security: 'starttls' })).toBe('taken');
    const plain = { port: slapd.plainPort, security: 'plain', acceptPlain: true, ca: null };
    expect(await refused(plain)).toBe('taken');
  });

  it('is refused with another certificate, a wrong password, a wrong base, nobody there', async () => {
    expect(await refused({ ca: null, fingerprint: 'ab'.repeat(32) })).toBe('PEER');
    expect(await refused({ port: slapd.plainPort, security: 'starttls', ca: null, fingerprint: 'ab'.repeat(32) })).toBe(
      'PEER',
    );
    expect(await refused({ tlsName: 'other.plant.kz' })).toBe('PEER');
    expect(await refused({ password: 'guess' })).toBe('DIRECTORY');
    expect(await refused({ baseDns: ['dc=elsewhere,dc=kz'] })).toBe('DIRECTORY');
    expect(await refused({ port: 389 })).toBe('UNREACHABLE');
    // The other side talks TLS and is asked in plain text.
    expect(await refused({ security: 'plain', acceptPlain: true })).toMatch(/^(UNREACHABLE|MALFORMED)$/);
    expect(() =>
      site.objects.create(systemActor, 'directory-source', { ...entries(), name: 'P', security: 'plain' }),
    ).toThrow('acceptPlain');
  });

  it('is read whole, by a job, with personal values encrypted', async () => {
    await site.jobs.start();
    const run = site.discovery.start(systemActor, 'poll', id);
    expect(site.discovery.start(systemActor, 'poll', id)).toBe(run);
    const done = await site.jobs.finished(run, { timeoutMs: 120_000 });
    await site.jobs.stop();
    expect(done).toMatchObject({
      state: 'done',
      result: { domains: 1, units: 8, users, groups: 21, computers: 30, skipped: 0, members: users + 2 },
    });
    const listed = (where: Record<string, string | boolean>, personal = false) =>
      site.inventory.list({ scope: wholeSite('job'), collection: 'directory-user', where, limit: 5, personal });
    expect(listed({ name: 'u00042' }).rows).toMatchObject([{ name: null, path: 'people / line 2', department: '0' }]);
    expect(listed({ name: 'u00042' }, true).rows).toMatchObject([
      { name: 'u00042', fullName: 'Айдос 42 Сериков', email: 'u00042@plant.kz', domain: 'plant.kz', uid: 10_042 },
    ]);
    expect(listed({ enabled: false }).total).toBe(users / 100);
    const groups = site.inventory.list({
      scope: wholeSite('job'),
      collection: 'directory-member',
      where: { member: 'u00001' },
      limit: 9,
    });
    expect(new Set(groups.rows.map((row) => row['group']))).toEqual(new Set(['operators', 'shift 0']));
    const { rows } = site.inventory.list({
      scope: wholeSite('job'),
      collection: 'discovery',
      where: { macs: '00:1b:21:0a:00:07' },
      limit: 2,
    });
    expect(rows).toMatchObject([{ label: 'hmi-7', method: 'directory', by: 'Plant', addresses: ['192.0.2.7'] }]);
    expect(site.devices.byId(Number(rows[0]?.['_device']))).toMatchObject({ state: 'discovered', serial: 'SN-7' });
  });

  it('has no change rows when nothing changed, and three when three users did', async () => {
    const last = site.inventory.changes({ scope: wholeSite('job'), limit: 1 })[0]?.id ?? 0;
    const before = hashes();
    expect(await site.discovery.poll(id, systemActor, quiet)).toMatchObject({ added: 0, removed: 0, changed: 0 });
    expect(hashes()).toEqual(before);
    slapd.modify(
      [1, 2, 3]
        .map((at) => `dn: ${userDn(at)}\nchangetype: modify\nreplace: departmentNumber\ndepartmentNumber: new\n`)
        .join('\n'),
    );
    expect(await site.discovery.poll(id, systemActor, quiet)).toMatchObject({ added: 0, removed: 0, changed: 3 });
    const changes = site.inventory.changes({ device: device(), limit: 100, personal: true });
    const titles = changes.filter(({ operation }) => operation !== 'first').map(({ title }) => title);
    expect([titles.length, new Set(titles)]).toEqual([3, new Set(['u00001', 'u00002', 'u00003'])]);
    expect(site.inventory.changes({ scope: wholeSite('job'), limit: 1 })[0]?.id).toBe(last + 3);
  });

  it('gives the same from its own exports', async () => {
    for (const [name, ldif] of [
      ['slapcat', slapd.slapcat()],
      ['ldapsearch', slapd.ldapsearch()],
    ] as const) {
      const other = site.objects.create(systemActor, 'directory-source', { ...entries(), name }).id;
      // In odd pieces, as a file may be read.
      const pieces = Readable.from(
        (function* () {
          for (let at = 0; at < ldif.length; at += 65_521) yield ldif.subarray(at, at + 65_521);
        })(),
      );
      await site.discovery.importLdif(systemActor, other, pieces);
      const record = site.discovery.directories().find((run) => run.id === other)?.device ?? 0;
      for (const section of sections) expect(`${name} ${hashes(record)[section]}`).toBe(`${name} ${hashes()[section]}`);
    }
  });

  it('keeps what it had when a poll fails half-way', async () => {
    const before = hashes();
    site.objects.update(systemActor, 'directory-source', id, {
      groupFilter: '(objectClass=group)',
      baseDns: [`ou=people,${suffix}`, 'ou=gone,dc=plant,dc=kz'],
    });
    await expect(site.discovery.poll(id, systemActor, quiet)).rejects.toMatchObject({ code: 'DIRECTORY' });
    expect(hashes()).toEqual(before);
    expect(site.discovery.directories().find((run) => run.id === id)?.last).toMatchObject({ code: 'DIRECTORY' });
  });

  it('is not connected to once nobody names it, and every connection was counted', async () => {
    site.objects.update(systemActor, 'directory-source', id, { disabled: true, baseDns: null });
    await expect(site.discovery.poll(id, systemActor, quiet)).rejects.toMatchObject({ code: 'NOT_NAMED' });
    const [denied, ...others] = site.discovery.connections(10);
    expect(denied).toMatchObject({ purpose: 'directory', denied: 1 });
    expect(site.events.list({ scope: wholeSite('job'), type: ['connection-denied'], limit: 5 }).total).toBe(1);
    expect(denied?.opened).toBeGreaterThan(4);
    expect(others.length).toBeGreaterThan(0);
  });
});
