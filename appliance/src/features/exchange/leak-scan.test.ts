import { statementSchema } from '@sallyport/bundle-tools/documents/receipt';
import { requestSchema } from '@sallyport/bundle-tools/documents/request';
import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { assertSilent, type IdentityValue, KNOWS_NOTHING, type Known, scanForLeaks } from './leak-scan.ts';

const request = (extra: object = {}) => ({
  format: 'sallyport-request/1',
  site: 'plant-7',
  nonce: Buffer.alloc(32, 7).toString('base64'),
  have: Buffer.alloc(64, 9).toString('base64'),
  wants: [{ kind: 'newer', id: '0' }],
  platforms: [
    {
      vendor: 'debian',
      release: '13',
      arch: 'amd64',
      suites: ['trixie'],
      packages: [
        { name: 'nginx', version: '10.0.0.1-2', source: 'nginx', source_version: '10.0.0.1-2', all: 1 },
        { name: 'agent-config-press4', version: '1', source: 'agent-config-press4', source_version: '1', all: 0 },
        { name: 'openssh-server', version: '1:9.9', source: 'openssh', source_version: '1:9.9', all: 1 },
      ],
    },
  ],
  software: ['pkg:generic/hmi@2.0'],
  receipts: [],
  ...extra,
});
const value = (kind: IdentityValue['kind'], text: string, device = 1): IdentityValue => ({ kind, value: text, device });
const leaksOf = (
  identities: IdentityValue[],
  document: unknown = request(),
  isPublicPackage: (name: string) => boolean = () => false,
  known: Partial<Known> = {},
) =>
  scanForLeaks(document, identities, { ...KNOWS_NOTHING, isPublicPackage, ...known }).leaks.map(
    (leak) => `${leak.field}=${leak.value}`,
  );

/** Every text that a schema fixes, and every key, with documents that hold them all between them. */
const fixedOf = (schema: z.core.$ZodType, words: Set<string>): unknown[] => {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'literal') {
    for (const text of def.values) words.add(String(text));
    return [...def.values];
  }
  if (def.type === 'enum') {
    const texts = Object.values(def.entries);
    for (const text of texts) words.add(String(text));
    return texts;
  }
  if (def.type === 'array') return [fixedOf(def.element, words)];
  if (def.type === 'optional') return fixedOf(def.innerType, words);
  if (def.type !== 'object') return [undefined];
  const fields = Object.entries(def.shape).map(([key, inner]) => {
    words.add(key);
    return [key, fixedOf(inner, words)] as const;
  });
  const most = Math.max(...fields.map(([, values]) => values.length));
  return Array.from({ length: most }, (_, at) =>
    Object.fromEntries(fields.map(([key, values]) => [key, values[Math.min(at, values.length - 1)]])),
  );
};

describe('the leak scan', () => {
  it('takes no word that the format or the programme fixes for a host, and finds the same word in a value', () => {
    const words = new Set<string>();
    const statements = fixedOf(statementSchema, words);
    const requests = fixedOf(requestSchema, words) as object[];
    const receipt = (statement: unknown) => ({
      payloadType: 'application/vnd.in-toto+json',
      payload: Buffer.from(JSON.stringify(statement)).toString('base64'),
      signatures: [],
    });
    // What the writers of requests and receipts put into fields of free text.
    const texts = {
      reads: ['sallyport-bundle/1', 'sallyport-support/1', 'sallyport-whole/1'],
      code: 'NO_SPACE',
      names: ['bundle.dsse.json', 'volume-12'],
      engine: 'clamscan',
      feeds: ['end-of-support', 'suites', 'whole-ecosystems'],
    };
    const predicate = { code: texts.code, warnings: ['KEY_EXPIRES_SOON'], scan: { engine: texts.engine } };
    const written = { subject: texts.names.map((name) => ({ name })), predicate };
    const documents = requests.map((one) => ({
      ...one,
      site: 'plant-7',
      reads: texts.reads,
      cursors: Object.fromEntries(texts.feeds.map((feed) => [feed, ''])),
      wants: [...((one as { wants: unknown[] }).wants ?? []), ...texts.feeds.map((id) => ({ kind: 'advisory', id }))],
      receipts: [...statements, written].map(receipt),
    }));
    for (const text of [...Object.values(texts).flat(), 'KEY_EXPIRES_SOON', 'application/vnd.in-toto+json'])
      words.add(text);
    const parts = [...words].flatMap((word) => [word, ...word.split(/[^A-Za-z0-9]+/)]).filter(Boolean);
    const hosts = new Set(parts.map((part) => part.toLowerCase()));
    expect([...hosts]).toEqual(expect.arrayContaining(['wants', 'newer', 'imported', 'infected', 'statement', 'dsse']));
    const identities = [...hosts].map((host) => value('host', host));
    expect(documents.flatMap((document) => leaksOf(identities, document))).toEqual([]);
    // The same words where a person or a device wrote them.
    const reason = (host: string) => ({ predicate: { overrides: [{ code: 'STALE', reason: `${host} was off` }] } });
    const isFound = (host: string) =>
      leaksOf([value('host', host)], request({ receipts: [receipt(reason(host))] })).length === 1;
    expect([...hosts].filter((host) => !isFound(host))).toEqual([]);
    const named = (host: string) => request({ software: [`pkg:generic/cfg-${host}-tools@1`], reads: texts.reads });
    for (const host of ['support', 'suites', 'imported', 'dsse'])
      expect(leaksOf([value('host', host)], named(host))).toEqual([`software[0]=${host}`]);
    // A field of fixed words that holds another text.
    expect(leaksOf([value('host', 'press4')], request({ platforms: [], reads: ['sallyport-press4/1'] }))).toEqual([
      'reads[0]=press4',
    ]);
  });

  it('passes a request without the values', () => {
    const proof = scanForLeaks(request(), [value('host', 'boiler-3'), value('address', '192.168.7.4')], KNOWS_NOTHING);
    expect(proof.leaks).toEqual([]);
    expect(proof.searched.find(({ what }) => what === 'host')).toEqual({ what: 'host', values: 1, found: 0 });
  });

  it('finds a host name inside the name of a package that only this host has', () => {
    expect(leaksOf([value('host', 'press4')])).toContain('platforms[0].packages[1].name=press4');
  });

  it('explains a host that is called like a public package, and words that packages are made of', () => {
    const isPublic = (name: string) => ['nginx', 'openssh'].includes(name);
    const names = [value('host', 'nginx'), value('host', 'ssh-server'), value('account', 'openssh')];
    expect(leaksOf(names, request(), isPublic)).toEqual([]);
    expect(leaksOf([value('host', 'agent-config-press4')], request(), isPublic)).toContain(
      'platforms[0].packages[1].name=agent-config-press4',
    );
  });

  it('finds a name joined inside the word of a package, and no longer number', () => {
    const found = (name: string, host: string) =>
      leaksOf([value('host', host)], request({ platforms: [], software: [`pkg:generic/${name}@1`] }));
    expect(found('libkostanayhmi44', 'kostanay-hmi44')).toEqual(['software[0]=kostanay-hmi44']);
    expect(found('cfg-kostanay-hmi-44', 'KostanayHMI44')).toEqual(['software[0]=KostanayHMI44']);
    expect(found('libkostanaytools', 'kostanay')).toEqual(['software[0]=kostanay']);
    expect(found('libkostanayhmi441', 'kostanay-hmi44')).toEqual([]);
    expect(found('libweb', 'web')).toEqual([]);
  });

  it('explains the word of a version that the catalogue has, in a public package alone', () => {
    const packages = ['bash', 'kostanay-config'].map((name) => ({ name, version: '4.2-1.amzn2', source: name }));
    const document = request({ platforms: [{ vendor: 'amzn', release: '2', packages }] });
    const isPublic = (name: string) => name === 'bash';
    const isVersionWord: Known['isVersionWord'] = (tokens) => tokens.join(' ') === 'amzn2';
    const inOwn = 'platforms[0].packages[1].version=amzn2';
    expect(leaksOf([value('host', 'amzn2')], document, isPublic, { isVersionWord })).toEqual([inOwn]);
    expect(leaksOf([value('host', 'amzn2')], document, isPublic)).toEqual([
      'platforms[0].packages[0].version=amzn2',
      inOwn,
    ]);
  });

  it('explains the id of a repository that the catalogue has, and of no other', () => {
    const document = request({
      platforms: [{ vendor: 'ol', release: '9', suites: ['ol9_baseos_latest', 'ol9-local', 'press4'], packages: [] }],
      wants: [{ kind: 'suite', id: '0/ol9_baseos_latest' }],
    });
    const isPublicSuite = (id: string): boolean => id === 'ol9_baseos_latest';
    expect(leaksOf([value('host', 'ol9'), value('host', 'press4')], document, () => false, { isPublicSuite })).toEqual([
      'platforms[0].suites[1]=ol9',
      'platforms[0].suites[2]=press4',
    ]);
  });

  it('explains a name in a package whose whole name is public, and in no other', () => {
    const isPublic = (name: string) => ['gnome-control-center', '@angular/control', 'org.acme:control'].includes(name);
    const packages = ['gnome-control-center', 'agent-control-config'].map((name) => ({
      name,
      version: '1.0-control4711',
      source: name,
      source_version: '',
      all: 0,
    }));
    const document = (name: string) =>
      request({ platforms: [{ vendor: 'debian', packages: packages.filter((one) => one.name === name) }] });
    const found = (name: string, extra: object = {}) =>
      leaksOf([value('host', 'control')], { ...document(name), ...extra }, isPublic);
    expect(found('gnome-control-center')).toEqual([]);
    expect(found('agent-control-config')).toEqual([
      'platforms[0].packages[0].name=control',
      'platforms[0].packages[0].source=control',
    ]);
    // A scope of the site around a public name, and a version that carries a name, are hits.
    expect(found('', { software: ['pkg:npm/%40angular/control@1', 'pkg:maven/org.acme/control@1'] })).toEqual([]);
    expect(found('', { software: ['pkg:npm/%40control/gnome-control-center@1'] })).toEqual(['software[0]=control']);
    expect(found('', { wants: [{ kind: 'update', id: 'Debian:13/gnome-control-center' }] })).toEqual([]);
    // Of a module stream the package's own name counts.
    expect(found('', { wants: [{ kind: 'update', id: 'AlmaLinux:8/desk:1/gnome-control-center' }] })).toEqual([]);
    expect(found('', { wants: [{ kind: 'update', id: 'dpkg:control:1/gnome-control-center' }] })).toEqual([
      'wants[0].id=control',
    ]);
    const versions = (name: string, host: string) => leaksOf([value('host', host)], document(name), isPublic);
    expect(versions('gnome-control-center', 'control4711')).toEqual(['platforms[0].packages[0].version=control4711']);
    expect(found('gnome-control-center', { comment: 'from control' })).toEqual(['comment=control']);
  });

  it('explains a host that is called like a system with its release where that is named, and nowhere else', () => {
    const platform = { vendor: 'astra', release: '1.7', packages: [] };
    const document = (extra: object) => request({ platforms: [platform], ...extra });
    const coverage = [{ ecosystem: 'dpkg:astra:1.7', components: 1, devices: 1 }];
    const wants = [{ kind: 'coverage', id: 'dpkg:astra:1.7' }];
    expect(leaksOf([value('host', 'astra-1-7')], document({ coverage, wants }))).toEqual([]);
    expect(leaksOf([value('host', 'astra-1-8')], document({ coverage: [{ ecosystem: 'dpkg:astra:1.8' }] }))).toEqual([
      'coverage[0].ecosystem=astra-1-8',
    ]);
    expect(leaksOf([value('host', 'astra-1-7')], document({ comment: 'astra-1-7' }))).toEqual(['comment=astra-1-7']);
  });

  it('names the word, the place and the setting in the refusal', () => {
    const proof = scanForLeaks(request(), [value('host', 'press4')], KNOWS_NOTHING);
    expect(() => assertSilent('the request', proof)).toThrow(
      /host "press4" in platforms\[0\]\.packages\[1\]\.name \(agent-config-press4\).*exchange\.allowed-words/,
    );
  });

  it('takes no number that the writer counts for the name of a computer, but any other', () => {
    const receipt = { predicate: { number: 80, counts: { bytes: 80 }, days_left: { root: 80 }, detail: 'ok' } };
    const document = request({
      number: 80,
      tuf: { root: 80 },
      state: { seq: 80 },
      media: { free_bytes: 80 },
      receipts: [{ payload: Buffer.from(JSON.stringify(receipt)).toString('base64'), signatures: [] }],
    });
    expect(leaksOf([value('host', '80'), value('account', '1')], document)).toEqual([]);
    expect(leaksOf([value('host', '80')], request({ other: { n: 80 } }))).toEqual(['other.n=80']);
    expect(leaksOf([value('host', '80')], request({ comment: 'from 80' }))).toEqual(['comment=80']);
  });

  it('takes no part of the name of the site for a host, but the name of another site is searched', () => {
    expect(leaksOf([value('host', 'plant'), value('domain', 'plant-7')])).toEqual([]);
    const receipt = { predicate: { site: 'plant-8', detail: 'plant' } };
    const receipts = [{ payload: Buffer.from(JSON.stringify(receipt)).toString('base64'), signatures: [] }];
    expect(leaksOf([value('host', 'plant')], request({ receipts })).sort()).toEqual([
      'receipts[0].predicate.detail=plant',
      'receipts[0].predicate.site=plant',
    ]);
  });

  it('explains nothing outside the public fields', () => {
    expect(leaksOf([value('host', 'nginx')], request({ comment: 'from nginx' }))).toEqual(['comment=nginx']);
  });

  it('finds an address in any writing, but not where it is the whole version', () => {
    expect(leaksOf([value('address', '10.0.0.1')])).toEqual([]);
    expect(leaksOf([value('address', '10.0.0.1')], request({ software: ['pkg:generic/cfg-10-0-0-1@1'] }))).toHaveLength(
      1,
    );
  });

  it('does not find a part of a longer number', () => {
    expect(leaksOf([value('address', '0.0.0.1')], request({ software: ['pkg:generic/x@110.0.0.17'] }))).toEqual([]);
  });

  it('finds hardware addresses and machine ids with and without separators', () => {
    const document = request({ software: ['pkg:generic/a@aabbccddee01', 'pkg:generic/b@AA-BB-CC-DD-EE-02'] });
    expect(leaksOf([value('mac', 'aa:bb:cc:dd:ee:01'), value('mac', 'aa:bb:cc:dd:ee:02')], document)).toHaveLength(2);
    const id = '3f0c8a52b1d94e7d8b6a0c1d2e3f4a5b';
    expect(leaksOf([value('machine', id)], request({ cursors: { [id]: 'x' } }))).toHaveLength(1);
  });

  it('finds a name behind the escapes of a package URL, and in a scope', () => {
    const document = request({ software: ['pkg:npm/%40press4/tools@1.0', 'pkg:generic/cfg%2Dpress5@1%2Bpress6'] });
    const names = ['press4', 'press5', 'press6'].map((name) => value('host', name));
    expect(leaksOf(names, document)).toEqual(
      expect.arrayContaining(['software[0]=press4', 'software[1]=press5', 'software[1]=press6']),
    );
  });

  it('opens receipts and reads what they say', () => {
    const receipt = (detail: string) => ({
      payloadType: 'application/vnd.in-toto+json',
      payload: Buffer.from(JSON.stringify({ predicate: { detail } })).toString('base64'),
      signatures: [],
    });
    expect(leaksOf([value('account', 'aigerim')], request({ receipts: [receipt('refused for Aigerim')] }))).toEqual([
      'receipts[0].predicate.detail=aigerim',
    ]);
  });

  it('lets a person allow a word', () => {
    const proof = scanForLeaks(request(), [value('host', 'press4')], KNOWS_NOTHING, new Set(['press4']));
    expect(proof.leaks).toEqual([]);
  });
});
