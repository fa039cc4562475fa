import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { codeOf } from '../../../../test/support/refusals.ts';
import { openConsole } from '../../../test/support/console.ts';
import { plantAuthority } from '../../../test/support/plant-authority.ts';
import { systemActor } from '../../engine/objects/types.ts';
import { entryParts } from '../../entry-parts.ts';
import { readConfig, writeConfig } from '../../platform/config.ts';
import { wholeSite } from '../../platform/scope.ts';
import { metricFamilies } from '../health/metrics.ts';
import { serverCertificates } from './service.ts';
import { plantFile } from './types.ts';

// What is held, what is presented of it, and what each door says of it.

const name = 'sallyport.plant.example';

const plant = plantAuthority();
const site = await openConsole();
const { paths: files } = site.appliance;
const config = readConfig(files);
writeConfig(files, { ...config, addresses: [...config.addresses, name] });
const admin = await site.as('administrator');
afterAll(async () => {
  await site?.close();
  plant?.remove();
});

const held = () => site.appliance.serverCertificate;
const given = (wishes: Parameters<typeof plant.issue>[0] = {}) => {
  const { key, certificate } = plant.issue(wishes);
  return { key, certificate: certificate + plant.middle, authority: plant.root };
};
const siteName = () => readConfig(site.appliance.paths).site;
const path = () => join(site.appliance.paths.keys, plantFile);
const later = (ms: number) => serverCertificates({ ...site.appliance, clock: () => Date.now() + ms });
const dayMs = 86_400_000;
beforeEach(() => {
  if (held().plant().state !== 'none') held().clear(systemActor, siteName());
});

describe('the certificate of the plant', () => {
  it('is one sealed file, presented for the names in it, and gone with the word that it is meant', async () => {
    const before = await held().presented();
    expect(before.named).toBeUndefined();
    const stamp = held().stamp();
    const wished = given();
    held().set(systemActor, wished);
    expect(held().stamp()).not.toBe(stamp);
    const bytes = readFileSync(path());
    expect(bytes.subarray(0, 8).toString()).toBe('SPWRAP01');
    expect(bytes.includes('PRIVATE KEY')).toBe(false);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
    const after = await held().presented();
    expect(after.cert).toBe(before.cert);
    expect(after.named?.covers(name)).toBe(true);
    expect(new X509Certificate(after.named?.files.cert ?? '').checkHost(name)).toBe(name);
    // Another process sees it as it is.
    expect(later(0).plant().state).toBe('presented');

    expect(codeOf(() => held().clear(systemActor, 'another-site'))).toBe('INVALID');
    held().clear(systemActor, siteName());
    expect((await held().presented()).named).toBeUndefined();
    expect(later(0).plant()).toEqual({ state: 'none', held: undefined });
    expect(codeOf(() => held().clear(systemActor, siteName()))).toBe('NOT_FOUND');
    const { rows } = site.appliance.events.list({
      scope: wholeSite('job'),
      type: ['certificate-set', 'certificate-cleared'],
      limit: 2,
    });
    expect(rows.map(({ type }) => type)).toEqual(['certificate-cleared', 'certificate-set']);
    expect(rows.every(({ auditSeq }) => auditSeq !== null)).toBe(true);
  });

  it('set again is no act, and a refused one leaves that which is there', () => {
    const wished = given();
    held().set(systemActor, wished);
    const [stamp, count] = [
      held().stamp(),
      site.appliance.events.list({ scope: wholeSite('job'), type: ['certificate-set'], limit: 1 }).total,
    ];
    held().set(systemActor, wished);
    expect(codeOf(() => held().set(systemActor, { ...wished, key: plant.issue().key }))).toBe('INVALID');
    expect(held().stamp()).toBe(stamp);
    expect(site.appliance.events.list({ scope: wholeSite('job'), type: ['certificate-set'], limit: 1 }).total).toBe(
      count,
    );
  });

  it('gives clients of others both authorities under its names, and that of the site alone elsewhere', () => {
    held().set(systemActor, given());
    const own = site.appliance.ca.certificatePem;
    expect(held().authorities(name)).toBe(`${own}${new X509Certificate(plant.root).toString()}`);
    expect(held().authorities('localhost')).toBe(own);
    const kit = (client: 'osquery' | 'agent', host: string) => {
      const server = `https://${host}:8443`;
      const { files } = entryParts(site.appliance).addDevice.kit({
        client,
        system: 'debian',
        server,
        secret: 's',
        folder: '/etc',
        atMs: 0,
      });
      const ca = files.find((file) => file.name === 'ca.pem');
      return ca !== undefined && 'text' in ca ? ca.text : undefined;
    };
    expect(kit('osquery', name)).toBe(held().authorities(name));
    expect(kit('osquery', '127.0.0.1')).toBe(own);
    // Our own agents pin the authority of the site.
    expect(kit('agent', name)).toBe(own);
  });

  it('gives way to the certificate of the site once it has ended, or names nothing of the appliance', async () => {
    held().set(systemActor, given());
    const ended = later(398 * dayMs);
    expect(ended.plant().state).toBe('ended');
    expect((await ended.presented()).named).toBeUndefined();
    expect(ended.authorities(name)).toBe(site.appliance.ca.certificatePem);
    expect(ended.fault()?.code).toBe('CERTIFICATE_ENDED');
    const files = site.appliance.paths;
    const config = readConfig(files);
    writeConfig(files, { ...config, addresses: ['localhost'] });
    expect(held().plant().state).toBe('not-named');
    expect((await held().presented()).named).toBeUndefined();
    expect(held().fault()?.code).toBe('CERTIFICATE_NAMES');
    writeConfig(files, config);
    expect(held().fault()).toBeUndefined();
  });

  it('is told of 30 and 7 days before its end, once each, by events and by health', () => {
    held().set(systemActor, given());
    const ends = () =>
      site.appliance.events.list({ scope: wholeSite('job'), type: ['certificate-ends'], limit: 10 }).rows;
    const steps = [397 - 31, 397 - 29, 397 - 20, 397 - 6, 398].map((days) => [
      later(days * dayMs).noteEnd(),
      later(days * dayMs).noteEnd(),
      later(days * dayMs).fault()?.code,
    ]);
    expect(steps).toEqual([
      [0, 0, undefined],
      [1, 0, 'CERTIFICATE_ENDS'],
      [0, 0, 'CERTIFICATE_ENDS'],
      [1, 0, 'CERTIFICATE_ENDS'],
      [1, 0, 'CERTIFICATE_ENDED'],
    ]);
    expect(ends().map(({ params }) => params['limitDays'])).toEqual([0, 7, 30]);
  });

  it('that cannot be read is told, and the server presents its own', async () => {
    held().set(systemActor, given());
    writeFileSync(path(), Buffer.concat([readFileSync(path()).subarray(0, 60), Buffer.from('x')]));
    expect(held().plant()).toEqual({ state: 'unreadable', held: undefined });
    expect((await held().presented()).named).toBeUndefined();
    const { checks } = site.appliance.health.look();
    expect(checks.find((check) => check.name === 'certificate')).toMatchObject({
      state: 'warning',
      code: 'CERTIFICATE_UNREADABLE',
    });
    expect(checks.find((check) => check.name === 'keys')).toMatchObject({ state: 'failed', code: 'KEY' });
    held().clear(systemActor, siteName());
    expect(site.appliance.health.look().isReady).toBe(true);
  });

  it('is a figure for monitoring', () => {
    held().set(systemActor, given());
    const family = metricFamilies(entryParts(site.appliance)).find(({ name: one }) =>
      one.endsWith('certificate_end_timestamp_seconds'),
    );
    const end = new Map(family?.samples.map(({ labels, value }) => [labels?.['certificate'], value]));
    expect(end.get('plant')).toBe((held().plant().held?.notAfter ?? 0) / 1_000);
    expect(end.get('authority')).toBeGreaterThan(end.get('plant') ?? 0);
  });
});

describe('the page', () => {
  it('sets it, says who sees what, and takes it back', async () => {
    const wished = given();
    const set = await admin.post(paths.certificate(), wished);
    expect(set.status).toBe(303);
    const html = await (await admin.get(paths.certificate())).text();
    expect(html).toContain('O=Plant 7');
    expect(html).toContain(paths.certificateAuthorities(name));
    expect(html).not.toContain('PRIVATE KEY');
    const file = await admin.get(paths.certificateAuthorities(name));
    expect(await file.text()).toBe(held().authorities(name));
    expect((await admin.post(paths.certificateClear(), { confirm: 'other' })).status).toBe(422);
    expect((await admin.post(paths.certificateClear(), { confirm: siteName() })).status).toBe(303);
    expect(held().plant().state).toBe('none');
  });

  it('says what is wrong at the field, keeps the chain and drops the key', async () => {
    const wished = given();
    const response = await admin.post(paths.certificate(), { ...wished, key: plant.issue().key });
    expect(response.status).toBe(422);
    const html = await response.text();
    expect(html.match(/aria-invalid="true"/g)).toHaveLength(1);
    expect(html).toContain('The key does not belong to the first certificate.');
    expect(html).toContain('BEGIN CERTIFICATE');
    expect(html).not.toContain('BEGIN PRIVATE KEY');
    expect(held().plant().state).toBe('none');
  });

  it('is for those who may change settings', async () => {
    const viewer = await site.as('viewer');
    expect((await viewer.post(paths.certificate(), given())).status).toBe(403);
    expect(held().plant().state).toBe('none');
  });
});
