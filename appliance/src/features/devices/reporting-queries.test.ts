import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { openAppliance } from '../../../test/support/appliance.ts';
import { admin } from '../../../test/support/engines.ts';
import { deb } from '../../../test/support/site.ts';
import { immediate } from '../../platform/database.ts';
import { sectionHash } from '../../platform/section-hash.ts';
import { readReport, readSection, type Work, writeWork } from '../../server/intake/work.ts';
import { newTokenSecret, tokenHash } from './types.ts';

// Two processes over one data directory: while a report of the one is read, a command in the other merges its device, takes
// the merge back, revokes or forgets it. Each gate of the race is opened by hand, so no test waits for luck.

type Site = Awaited<ReturnType<typeof openAppliance>>;
let site: Site;
/** The other process. */
let other: Awaited<ReturnType<Site['again']>>;
const agents = newTokenSecret();
const single = newTokenSecret();
const glpi = newTokenSecret('glpi');
const counter = { value: 0 };

beforeAll(async () => {
  site = await openAppliance();
  other = await site.again();
  site.objects.create(admin, 'token', { name: 'agents', purpose: 'agent', hash: tokenHash(agents), approve: 'auto' });
  site.objects.create(admin, 'token', { name: 'glpi', purpose: 'glpi', hash: tokenHash(glpi), approve: 'auto' });
  site.objects.create(admin, 'token', {
    name: 'one',
    purpose: 'agent',
    hash: tokenHash(single),
    approve: 'auto',
    uses: 1,
  });
}, 60_000);
afterAll(async () => {
  await other?.close();
  await site?.stop();
});

const keyOf = (name: string): string => createHash('sha256').update(name).digest('hex');
const enrol = (through: Pick<Site, 'devices'>, token: string, name: string) =>
  through.devices.enrolClient({
    source: 'native',
    token,
    clientId: keyOf(name),
    keyDigest: keyOf(name),
    facts: { hostname: name },
    from: '192.0.2.1',
  });
const glpiClient = (name: string) =>
  site.devices.enrolClient({
    source: 'glpi',
    token: glpi,
    clientId: `${name}-2026-01-01-00-00-00`,
    keyDigest: null,
    facts: { hostname: name },
    from: '192.0.2.2',
  });

const pair = () => {
  counter.value += 1;
  const name = `host-${counter.value}`;
  return { native: enrol(site, agents, name).device.id, glpi: glpiClient(`${name}-g`).device.id, name };
};
const packages = (name: string) => [deb(name, '1.0-1')];
const section = (device: number, name: string): Promise<Work> => {
  const items = packages(name);
  const body = { hash: sectionHash(items), collectedAt: '2026-05-01T00:00:00Z', items };
  return readSection({ device, collection: 'software', source: 'native', wire: Buffer.from(JSON.stringify(body)) });
};
const glpiReport = (device: number, name: string): Promise<Work> => {
  const content = { hardware: { name: 'h' }, softwares: [{ name, version: '1.0-1', from: 'deb', arch: 'amd64' }] };
  const body = { action: 'inventory', deviceid: 'x-2026-01-01-00-00-00', itemtype: 'Computer', content };
  const wire = Buffer.from(JSON.stringify(body));
  return readReport({ device, source: 'glpi', format: 'glpi', wire, now: Date.UTC(2026, 5, 1) });
};
const write = (work: Work) => immediate(site.db, () => writeWork(site, work));
const namesOn = (device: number, source: 'native' | 'glpi'): unknown[] =>
  site.inventory.section(device, 'software', { source }).map((row) => row['name']);
const ghosts = () =>
  site.db.prepare('select device from section where device > 0 and device not in (select id from device)').all();
const isWhole = (): void => {
  expect(ghosts()).toEqual([]);
  expect(site.inventory.verify()).toEqual([]);
  expect(site.db.pragma('foreign_key_check')).toEqual([]);
};

describe('what one process reads while another changes the device', () => {
  it('is stored with the record that the device became part of, through either source', async () => {
    const { native, glpi: second, name } = pair();
    write(await glpiReport(second, `${name}-old`));
    const own = await section(native, `${name}-own`);
    const theirs = await glpiReport(second, `${name}-theirs`);
    other.devices.merge(admin, native, second);
    write(own);
    write(theirs);
    expect(namesOn(native, 'native')).toEqual([`${name}-own`]);
    expect(namesOn(native, 'glpi')).toEqual([`${name}-theirs`]);
    isWhole();
  });

  it('follows a record through several merges', async () => {
    const [one, two, three] = [pair(), pair(), pair()];
    const read = await glpiReport(one.glpi, `${one.name}-last`);
    other.devices.merge(admin, two.native, one.glpi);
    other.devices.merge(admin, three.glpi, two.native);
    write(read);
    expect(namesOn(three.glpi, 'glpi')).toEqual([`${one.name}-last`]);
    isWhole();
  });

  it('is turned away, to come again, when the merge is taken back, the device revoked or forgotten', async () => {
    const { native, glpi: second, name } = pair();
    const merge = other.devices.merge(admin, native, second);
    const read = await glpiReport(native, `${name}-back`);
    other.devices.undoMerge(admin, merge);
    expect(codeOf(() => write(read))).toBe('OVERLOADED');
    expect(namesOn(native, 'glpi')).toEqual([]);
    const again = await section(native, `${name}-revoked`);
    other.devices.revoke(admin, native);
    expect(codeOf(() => write(again))).toBe('OVERLOADED');
    const last = await section(native, `${name}-forgotten`);
    other.devices.forget(admin, native);
    expect(codeOf(() => write(last))).toBe('OVERLOADED');
    isWhole();
  });

  it('has its certificate kept with the record that it became part of', async () => {
    const { native, glpi: second, name } = pair();
    const certificate = {
      fingerprint: keyOf(`${name} certificate`),
      serial: '1',
      keyDigest: keyOf(name),
      notBefore: Date.now() - 1_000,
      notAfter: Date.now() + 86_400_000,
    };
    other.devices.merge(admin, second, native);
    site.devices.recordCertificate(native, certificate);
    expect(site.devices.authenticate(certificate.fingerprint, '192.0.2.1')).toMatchObject({ id: second });
    isWhole();
  });

  it('keeps events, each once, with the record that it became part of', () => {
    const { native, glpi: second } = pair();
    const note = (device: number): boolean =>
      immediate(site.db, () => site.devices.isNewEvent(site.devices.reporting(device, 'native'), 'event-1'));
    expect(note(native)).toBe(true);
    other.devices.merge(admin, second, native);
    expect(note(native)).toBe(false);
    expect(site.db.pragma('foreign_key_check')).toEqual([]);
  });
});

describe('two processes that enrol', () => {
  it('one key make one device and one client', () => {
    const first = enrol(site, agents, 'twice');
    const second = enrol(other, agents, 'twice');
    expect(second).toMatchObject({ state: 'approved', device: { id: first.device.id } });
    expect(site.devices.sourcesOf(first.device.id).length).toBe(1);
  });

  it('use a token for one device once', () => {
    const first = enrol(site, single, 'first');
    expect(first.state).toBe('approved');
    expect(codeOf(() => enrol(other, single, 'second'))).toBe('TOKEN');
    // The lost answer of the first one is no second use.
    expect(enrol(other, single, 'first')).toMatchObject({ state: 'approved', device: { id: first.device.id } });
  });

  it('merge the same two records once', () => {
    const { native, glpi: second } = pair();
    other.devices.merge(admin, native, second);
    expect(codeOf(() => site.devices.merge(admin, native, second))).toBe('NOT_FOUND');
    expect(codeOf(() => site.devices.merge(admin, second, native))).toBe('NOT_FOUND');
    const [merge] = site.devices.merges(native);
    other.devices.undoMerge(admin, merge?.id ?? 0);
    expect(codeOf(() => site.devices.undoMerge(admin, merge?.id ?? 0))).toBe('CONFLICT');
    isWhole();
  });
});
