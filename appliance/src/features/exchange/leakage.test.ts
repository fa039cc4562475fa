import type { ReadingFact } from '@sallyport/bundle-tools/controllers/reading';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../../../test/support/engines.ts';
import type { TestHost } from '../../../test/support/host.ts';
import { type Introduced, introduced } from '../../../test/support/introduced.ts';
import { deb, debian13, reporter } from '../../../test/support/site.ts';
import { loadAllDeclarations } from '../../all-declarations.ts';
import type { Collection, Field } from '../../engine/inventory/types.ts';
import { newTokenSecret, tokenHash } from '../devices/types.ts';

// A marker in every field of every collection, in the device's own row, in what administrators write. The host opens the
// sealed request and looks for each; only what a declaration names may be there. A request also holds digests, a nonce and
// signatures, new each time: a marker that they could spell would be found by chance.

/** Short markers have a sign that neither hexadecimal digits nor base64 have. */
const shaped: Readonly<Record<string, string>> = {
  purl: 'pkg:generic/zqsoftwarexpurlqz',
  ipv4: '203.0.113.77',
  ipv6: '2001:db8:7777::77',
  macs: 'de:ad:be:ef:77:01',
  mac: 'de:ad:be:ef:77:02',
  vendorId: '~zqvendorqz~',
  productId: '~zqproductqz~',
  ports: '~zqp~',
};

/** Whether random text could spell it: short, and of hexadecimal digits, base64 or the signs of a number. */
const isGuessable = (marker: string): boolean => marker.length < 9 && /^[a-z0-9+/=_-]*$/.test(marker);

const markerOf = (collection: string, name: string, field: Field): unknown => {
  if (field.choices !== undefined) return field.choices[0];
  const text = shaped[name] ?? `zq${collection}x${name.toLowerCase()}qz`.slice(0, field.maxLength ?? 100);
  switch (field.type) {
    case 'text':
      return text;
    case 'list':
      return [text];
    case 'integer':
    case 'real':
      // Numbers that stand nowhere else; as a uid one of a person.
      return 770_077_000 + name.length;
    case 'boolean':
      return true;
    case 'time':
      return '2019-07-17T07:17:07Z';
  }
};

/** All forms in which a field's value could leave: a row holds a time in milliseconds. */
const formsOf = (field: Field, value: unknown): string[] => {
  const forms = [String(value).toLowerCase()];
  return field.type === 'time' ? [...forms, String(Date.parse(String(value)))] : forms;
};

/** The text of an envelope and of all envelopes that its payload holds, base64 undone. */
const readable = (envelope: string): string => {
  const texts = [envelope];
  for (const [, payload] of envelope.matchAll(/"payload":"([A-Za-z0-9+/=]+)"/g))
    texts.push(readable(Buffer.from(payload ?? '', 'base64').toString('utf8')));
  return texts.join('\n');
};

describe('what leaves', () => {
  let site: Introduced['site'];
  let host: TestHost;
  let medium: string;
  let card: Uint8Array;

  beforeEach(async () => {
    ({ site, host, medium, card } = await introduced());
    card = site.exchange.siteCard(admin).bytes;
  });
  afterEach(() => site.stop());

  const opened = (): string => {
    const { envelope } = host.open(site.exchange.exportRequest(admin, medium).path, card);
    return readable(Buffer.from(envelope).toString('utf8')).toLowerCase();
  };

  const plant = (collection: Collection): { name: string; marker: string }[] => {
    const fields = Object.entries(collection.fields).filter(([, field]) => !field.entered);
    const item = Object.fromEntries(fields.map(([name, field]) => [name, markerOf(collection.name, name, field)]));
    reporter(site.inventory)(1, collection.name, [item], '2019-07-17T07:17:08Z');
    // What was dropped on the way in would prove nothing.
    const held = JSON.stringify(
      site.inventory.ofAnyCollection.section(1, collection.name, { personal: true }),
    ).toLowerCase();
    const isHeld = (name: string, field: Field) => formsOf(field, item[name]).some((form) => held.includes(form));
    expect(fields.filter(([name, field]) => !isHeld(name, field)).map(([name]) => name)).toEqual([]);
    return fields
      .filter(([, field]) => field.type !== 'boolean' && field.choices === undefined)
      .filter(([name]) => !collection.leaves?.fields.includes(name))
      .flatMap(([name, field]) =>
        formsOf(field, item[name]).map((marker) => ({ name: `${collection.name}.${name}`, marker })),
      );
  };

  it('holds no marker of a field that no declaration lets leave', () => {
    const secret = newTokenSecret();
    site.objects.create(admin, 'token', {
      name: 'zqtokenqz',
      purpose: 'agent',
      hash: tokenHash(secret),
      approve: 'auto',
    });
    const { device } = site.devices.enrol({
      request: {
        token: secret,
        csr: '',
        agentVersion: '1',
        device: {
          uuid: '77aa77aa-77aa-77aa-77aa-77aa77aa77aa',
          serial: 'zqserialqz77',
          macs: ['de:ad:be:ef:77:03'],
          hostname: 'zqhostnameqz',
          os: 'zqsystemqz',
          arch: 'x64',
        },
      },
      csr: { publicKey: new Uint8Array(91), keyDigest: '77'.repeat(32) },
      from: '203.0.113.78',
    });
    expect(device.id).toBe(1);
    const markers = site.inventory.collections().flatMap(plant);
    expect(markers.length).toBeGreaterThan(45);
    expect(markers.filter(({ marker }) => isGuessable(marker))).toEqual([]);
    site.objects.put(admin, 'device-decision', device.publicId, {
      displayName: 'zqdisplayqz',
      description: 'zqdescriptionqz',
    });
    site.objects.create(admin, 'group', { name: 'zqgroupqz' });
    site.objects.create(admin, 'account', { name: 'zqaccountqz', fullName: 'Zq Fullname Qz', roles: ['viewer'] });
    const others = [
      'zqserialqz77',
      'zqhostnameqz',
      'zqsystemqz',
      'zqdisplayqz',
      'zqdescriptionqz',
      'zqgroupqz',
      'zqaccountqz',
      'zq fullname qz',
      'zqtokenqz',
    ];
    const numbers = ['de:ad:be:ef:77:03', '77aa77aa-77aa-77aa-77aa-77aa77aa77aa', '203.0.113.78', device.publicId];
    const text = opened();
    for (const { name, marker } of markers)
      expect({ name, found: text.includes(marker) }).toEqual({ name, found: false });
    for (const marker of [...others, ...numbers])
      expect({ marker, found: text.includes(marker) }).toEqual({ marker, found: false });
    // The search itself works: what may leave is found.
    expect(text).toContain('zqsoftwarexpurlqz');
    expect(text).toContain('zqplatformxvendorqz');
    // And it reaches into the receipts.
    expect(text).toContain('urn:sallyport:receipt:1');
  });

  it('holds no marker of a controller, its zone, its project or a field of the site', async () => {
    const { facts } = await loadAllDeclarations();
    const markers: { name: string; marker: string }[] = [];
    const saidOf = (type: 'controller' | 'module' | 'interface' | 'service'): ReadingFact[] =>
      facts
        .filter((collection) => collection.part === type)
        .flatMap(({ name: collection, fields, leaves }) =>
          Object.entries(fields).flatMap(([name, field]): ReadingFact[] => {
            if (field.derived === true || field.personal === true || field.choices !== undefined) return [];
            if (field.type !== 'text') return [];
            const marker = String(markerOf(collection, name, { ...field, type: 'text' } as Field));
            const value = name === 'vendorRaw' ? 'Siemens AG' : marker;
            if (leaves?.fields.includes(name) !== true && value === marker)
              markers.push({ name: `${collection}.${name}`, marker: marker.toLowerCase() });
            return [{ field: name, value, raw: value }];
          }),
        );
    site.controllers.ingest(admin, { type: 'identification', name: 'zqoriginqz' }, [
      {
        observedAtMs: Date.UTC(2026, 1, 1),
        method: 'query',
        source: 's7',
        facts: saidOf('controller'),
        parts: [
          { type: 'module', key: 'zqrackqz/3', facts: saidOf('module') },
          { type: 'interface', key: 'zqifaceqz', facts: saidOf('interface') },
          { type: 'service', key: 'zqserviceqz', facts: saidOf('service') },
        ],
      },
    ]);
    expect(markers.length).toBeGreaterThan(60);
    const held = JSON.stringify(site.controllers.facts(1)).toLowerCase();
    expect(markers.filter(({ marker }) => !held.includes(marker))).toEqual([]);
    expect(markers.filter(({ marker }) => isGuessable(marker))).toEqual([]);
    const zone = site.objects.create(admin, 'controller-zone', {
      name: 'zqzoneqz',
      level: '1',
      prefixes: ['203.0.113.0/24'],
    }).id;
    site.objects.create(admin, 'controller-field', { name: 'zqfieldqz', type: 'text' });
    site.controllers.create(admin, {
      name: 'zqenteredqz',
      assetTag: 'zqtagqz',
      zone,
      line: 'zqlineqz',
      cabinet: 'zqcabinetqz',
      backupPlace: 'zqbackupqz',
      orderNumber: '6ES7 515-2AM02-0AB0',
      vendorRaw: 'Siemens',
      custom: ['zqfieldqz: zqcustomqz'],
    });
    const text = opened();
    for (const { name, marker } of markers)
      expect({ name, found: text.includes(marker) }).toEqual({ name, found: false });
    for (const word of [
      'origin',
      'rack',
      'iface',
      'service',
      'zone',
      'field',
      'entered',
      'tag',
      'line',
      'cabinet',
      'backup',
      'custom',
    ])
      expect({ word, found: text.includes(`zq${word}qz`) }).toEqual({ word, found: false });
  });

  it('blocks a request in which a host name hides in a package of its own, and uses no number', () => {
    const report = reporter(site.inventory);
    report(1, 'platform', [debian13]);
    report(1, 'identity', [{ name: 'press4' }]);
    report(1, 'software', [deb('config-press4', '1.0')]);
    report(2, 'platform', [debian13]);
    report(2, 'software', [deb('bash', '5.2-1')]);
    expect(site.exchange.preview().leakScan.leaks).toMatchObject([
      { kind: 'host', value: 'press4', text: 'config-press4' },
      { kind: 'host', value: 'press4', text: 'config-press4' },
    ]);
    expect(() => site.exchange.exportRequest(admin, medium)).toThrow(expect.objectContaining({ code: 'FINDINGS' }));
    expect(site.exchange.state().requestNumber).toBe(0);
    site.objects.setSetting(admin, 'exchange.allowed-words', ['Press4']);
    expect(opened()).toContain('config-press4');
  });

  it('drops what a purl says beside name and version', () => {
    const report = reporter(site.inventory);
    report(1, 'software', [
      { type: 'generic', name: 'hmi', version: '2', purl: 'pkg:generic/hmi@2?host=zqqualifierqz#zqsubpathqz' },
    ]);
    const text = opened();
    expect(text).toContain('pkg:generic/hmi@2');
    expect(text).not.toContain('zqqualifierqz');
    expect(text).not.toContain('zqsubpathqz');
  });

  it('says nothing of missing updates, controllers and findings, which no host reads', () => {
    const report = reporter(site.inventory);
    report(1, 'os-update', [{ update: 'KB5032189', state: 'missing' }]);
    site.controllers.create(admin, { name: 'Mixer', vendorRaw: 'Siemens', model: 'CPU 1515', firmware: '2.9.4' });
    const { request } = host.open(site.exchange.exportRequest(admin, medium).path, card);
    expect(request).toMatchObject({ missing_os: [], controllers: [], advisories: [] });
  });

  it('gives distinct package versions over all devices, and says which are everywhere', () => {
    const report = reporter(site.inventory);
    for (const device of [1, 2])
      report(device, 'platform', [{ ...debian13, suites: device === 1 ? ['trixie'] : ['trixie-security'] }]);
    report(3, 'platform', [{ ...debian13, release: '12' }]);
    report(1, 'software', [deb('bash', '5.2-1'), deb('bash', '5.2-1', { arch: 'i386' }), deb('vim', '9')]);
    report(2, 'software', [deb('bash', '5.2-1')]);
    report(3, 'software', [deb('bash', '5.1-1')]);
    const { request } = host.open(site.exchange.exportRequest(admin, medium).path, card);
    expect(request.platforms).toEqual([
      expect.objectContaining({ release: '12', packages: [expect.objectContaining({ version: '5.1-1', all: 1 })] }),
      expect.objectContaining({
        release: '13',
        suites: ['trixie', 'trixie-security', 'trixie-updates'],
        packages: [expect.objectContaining({ name: 'bash', all: 1 }), expect.objectContaining({ name: 'vim', all: 0 })],
      }),
    ]);
    const suites = ['bookworm', 'bookworm-updates', 'bookworm-security'].map((suite) => `0/${suite}`);
    expect(request.wants.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'newer 0',
      'newer 1',
      ...[...suites, '1/trixie', '1/trixie-updates', '1/trixie-security'].map((id) => `suite ${id}`),
      'coverage Debian:13',
      'coverage Debian:12',
    ]);
  });

  it('says what nothing judges as counts by ecosystem, whatever the hosts are called', () => {
    const report = reporter(site.inventory);
    report(1, 'platform', [{ ...debian13, vendor: 'sles', release: '15.6' }]);
    report(2, 'platform', [{ ...debian13, vendor: 'windows', release: '10.0.17763' }]);
    report(1, 'identity', [{ hostname: 'enterprise' }]);
    report(2, 'identity', [{ hostname: 'windows' }]);
    report(1, 'software', [{ type: 'rpm', name: 'bash', version: '5.2-1' }]);
    report(2, 'software', [{ type: 'program', name: 'editor', version: '1' }]);
    const { request } = host.open(site.exchange.exportRequest(admin, medium).path, card);
    expect(request.coverage).toEqual([
      { ecosystem: 'SUSE:Linux Enterprise Server 15 SP6', components: 1, devices: 1 },
      { ecosystem: 'windows:10.0.17763', components: 1, devices: 1 },
    ]);
  });
});
