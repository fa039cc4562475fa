import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { custodySchema } from './custody.ts';
import { envelopeSchema } from './envelope.ts';
import {
  base64,
  base64Of,
  checkDocument,
  encodeDocument,
  hex,
  id,
  int,
  isTime,
  parseDocument,
  siteName,
  text,
  time,
  tufVersions,
} from './fields.ts';
import { inventoryKinds, inventoryLineSchema } from './inventory.ts';
import { manifestSchema, unfulfilledReasons } from './manifest.ts';
import { policySchema } from './policy.ts';
import { receiptPredicateSchema } from './receipt.ts';
import { requestSchema, wantKinds } from './request.ts';
import { siteCardSchema } from './site-card.ts';

// Section 3, field by field: what is there, what may be absent, how long it may be, and that nothing else is let in.

const digest = 'ab'.repeat(32);
const noon = '2026-05-01T12:00:00Z';
const key32 = Buffer.alloc(32, 7).toString('base64');
const tuf = { root: 1, timestamp: 2, snapshot: 3, targets: 4 };
const many = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const refusalOf = (schema: z.ZodType, value: unknown): string => {
  const result = schema.safeParse(value);
  return result.success ? 'good' : (result.error.issues[0]?.message ?? '');
};

describe('the types of fields', () => {
  it('base64 has one spelling', () => {
    for (const value of ['', 'AA==', 'AAA=', 'AAAA', '+/+/']) expect(refusalOf(base64, value)).toBe('good');
    for (const value of ['A', 'AA', 'AA=', 'AB==', '-_-_', 'AA==\n', ' AAAA', 'AAAA=']) {
      expect(refusalOf(base64, value)).toBe('not canonical base64');
    }
    expect(refusalOf(base64, 1)).not.toBe('good');
  });

  it('base64 of a size has that many bytes', () => {
    expect(refusalOf(base64Of(2), 'AAA=')).toBe('good');
    for (const value of ['AA==', 'AAAA', 'AAB=', 'AAA']) {
      expect(refusalOf(base64Of(2), value)).toBe('not 2 bytes in base64');
    }
  });

  it('a number is whole, from 0 to 2^53-1', () => {
    for (const value of [0, 1, Number.MAX_SAFE_INTEGER]) expect(refusalOf(int, value)).toBe('good');
    for (const value of [-1, 1.5, 2 ** 53, Number.NaN, '1', null, true]) expect(refusalOf(int, value)).not.toBe('good');
  });

  it('digests and ids are lower-case hex of their length', () => {
    expect(refusalOf(hex, digest)).toBe('good');
    for (const value of [digest.slice(1), `${digest}a`, digest.toUpperCase(), `${digest.slice(1)}g`, `${digest}\n`]) {
      expect(refusalOf(hex, value)).toBe('not a SHA-256 digest');
    }
    const one = 'cd'.repeat(16);
    expect(refusalOf(id, one)).toBe('good');
    for (const value of [one.slice(1), `${one}a`, one.toUpperCase(), `${one.slice(1)}g`]) {
      expect(refusalOf(id, value)).toBe('not an id');
    }
  });

  it('a time is a second that exists, in UTC', () => {
    for (const value of [noon, '0000-01-01T00:00:00Z', '2024-02-29T23:59:59Z', '9999-12-31T23:59:59Z']) {
      expect(isTime(value)).toBe(true);
      expect(refusalOf(time, value)).toBe('good');
    }
    const none = ['2026-13-01T00:00:00Z', '2026-02-30T00:00:00Z', '2023-02-29T00:00:00Z', '2026-05-01T24:00:00Z'];
    const odd = ['2026-05-01T12:00:60Z', '2026-05-01 12:00:00Z', '2026-05-01T12:00:00', '2026-05-01T12:00:00z'];
    const more = [`${noon} `, ` ${noon}`, `1${noon}`, '2026-05-01T12:00:00.0Z', '2026-05-01T12:00:00+00:00', ''];
    for (const value of [...none, ...odd, ...more]) {
      expect(isTime(value)).toBe(false);
      expect(refusalOf(time, value)).toBe('not a time');
    }
  });

  it('a site has a plain name', () => {
    for (const value of ['a', 'plant-7', '-', 'a'.repeat(64)]) expect(refusalOf(siteName, value)).toBe('good');
    for (const value of ['', 'Plant', 'a b', 'a_b', 'ä', 'a\n', 'a'.repeat(65)]) {
      expect(refusalOf(siteName, value)).toBe('not a site name');
    }
  });

  it('text has a length and no control character', () => {
    for (const value of ['', 'Цех №7', 'a'.repeat(256), '\u0080']) expect(refusalOf(text(), value)).toBe('good');
    expect(refusalOf(text(), 'a'.repeat(257))).not.toBe('good');
    expect(refusalOf(text(2), 'abc')).not.toBe('good');
    for (const value of ['\n', 'a\u0000b', '\u001f', 'a\u007f'])
      expect(refusalOf(text(), value)).toBe('control character');
  });

  it('versions are the four and no other', () => {
    expect(refusalOf(tufVersions, tuf)).toBe('good');
    expect(refusalOf(tufVersions, { ...tuf, mirrors: 1 })).not.toBe('good');
    for (const role of Object.keys(tuf)) {
      expect(refusalOf(tufVersions, { ...tuf, [role]: undefined })).not.toBe('good');
      expect(refusalOf(tufVersions, { ...tuf, [role]: -1 })).not.toBe('good');
      expect(refusalOf(tufVersions, { ...tuf, [role]: 0 })).toBe('good');
    }
  });
});

describe('a document', () => {
  const schema = z.strictObject({ a: z.strictObject({ b: int }) });

  it('is refused with its name, the way to the field, and why', () => {
    expect(checkDocument(schema, { a: { b: 1 } }, 'card')).toEqual({ a: { b: 1 } });
    expect(() => checkDocument(schema, { a: { b: -1 } }, 'card')).toThrow(
      expect.objectContaining({
        code: 'METADATA',
        message: 'card: a.b: Too small: expected number to be >=0',
      }),
    );
    expect(() => checkDocument(schema, 1, 'card')).toThrow(/^card: : /);
  });

  it('is parsed strictly and within its size', () => {
    const parse = (document: string, maxBytes = 100) => parseDocument(schema, Buffer.from(document), 'card', maxBytes);
    expect(parse('{"a":{"b":1}}', 13)).toEqual({ a: { b: 1 } });
    expect(() => parse('{"a":{"b":1}}', 12)).toThrow(expect.objectContaining({ code: 'LIMIT' }));
    expect(() => parse('{"a":{"b":1,"b":1}}')).toThrow('duplicate key');
    expect(() => parse('{"a":{}}')).toThrow('card: a.b: ');
  });

  it('is checked before it is written', () => {
    expect(Buffer.from(encodeDocument(schema, { a: { b: 1 } }, 'card')).toString()).toBe('{"a":{"b":1}}');
    expect(() => encodeDocument(schema, { a: { b: -1 } }, 'card')).toThrow('card: a.b: ');
  });
});

type Step = string | number;
type Described = {
  schema: z.ZodType;
  good: unknown;
  /** Fields that may be absent, as `a.b`. */
  optional?: string[];
  /** Objects with keys of any name. */
  open?: string[];
  /** Values at a field that are good, and values that are not. */
  bounds: [path: string, good: unknown[], bad: unknown[]][];
};

const isObject = (value: unknown): value is Record<Step, unknown> => typeof value === 'object' && value !== null;

const pathsIn = (value: unknown, path: Step[] = []): Step[][] =>
  isObject(value) ? [path, ...Object.keys(value).flatMap((name) => pathsIn(value[name], [...path, name]))] : [path];

/** A copy with another value at a path; undefined takes the field away. */
const withValue = (document: unknown, path: readonly Step[], value: unknown): unknown => {
  if (path.length === 0) return value;
  const copy = structuredClone(document);
  let place = copy;
  for (const step of path.slice(0, -1)) if (isObject(place)) place = place[step];
  const last = path.at(-1);
  if (!isObject(place) || last === undefined) throw new Error(`there is no ${path.join('.')}`);
  if (value === undefined) delete place[last];
  else place[last] = value;
  return copy;
};

const at = (document: unknown, path: readonly Step[]): unknown =>
  path.reduce<unknown>((value, step) => (isObject(value) ? value[step] : undefined), document);

const short = ['', 'a'.repeat(2)];
const upTo = (path: string, length: number): Described['bounds'][number] => [
  path,
  [...short, 'a'.repeat(length)],
  ['a'.repeat(length + 1), 'a\n'],
];
const listUpTo = (path: string, length: number, value: unknown): Described['bounds'][number] => [
  path,
  [[], many(length, value)],
  [many(length + 1, value)],
];

const package_ = { name: 'bash', version: '5.2', source: 'bash', source_version: '5.2', all: 1 };
const platform = { vendor: 'debian', release: '13', arch: 'amd64', suites: ['trixie'], packages: [package_] };
const controller = { vendor: 'v', model: 'm', order_no: '6ES7', firmware: '1' };
const envelope = { payloadType: 'a/b', payload: 'AAAA', signatures: [{ keyid: digest, sig: 'AAAA' }] };
const applied = { update: 'u', done: 1, failed: 2, waiting: 3, reasons: ['r'] };
const volume = { n: 1, bytes: 4096, first: 0, last: 1 };
const ids = 'cd'.repeat(16);

const documents: Record<string, Described> = {
  envelope: {
    schema: envelopeSchema,
    good: envelope,
    bounds: [
      ['payloadType', ['a'.repeat(128)], ['a'.repeat(129)]],
      ['payload', ['', 'AA=='], ['AA', 'AB==']],
      ['signatures', [many(16, envelope.signatures[0])], [[], many(17, envelope.signatures[0])]],
      ['signatures.0.keyid', [], ['ab']],
      ['signatures.0.sig', [''], ['A']],
    ],
  },
  'custody line': {
    schema: custodySchema,
    good: { step: 'scan', person: 3, medium: 'A-12', sha256: digest, at: noon, prev: digest },
    optional: ['prev'],
    bounds: [
      ['step', ['fulfil', 'hand-over', 'scan', 'import'], ['other', '']],
      ['person', [0], [-1]],
      upTo('medium', 256),
    ],
  },
  'policy.json': {
    schema: policySchema,
    good: { format: 'sallyport-policy/1', seal_keys: [key32], grace_days: 180, min_importer: '0.1.0' },
    bounds: [
      ['format', [], ['sallyport-policy/2', '']],
      ['seal_keys', [many(8, key32)], [[], many(9, key32), ['AAAA']]],
      ['grace_days', [0, 3650], [3651, -1]],
      [
        'min_importer',
        ['0.0.0', '12345.12345.12345'],
        [
          '1',
          '1.2',
          '1.2.3.4',
          'v1.2.3',
          '1.2.3-rc',
          '1.2.x',
          'a1.2.3',
          '123456.1.1',
          '1.123456.1',
          '1.1.123456',
          '..',
        ],
      ],
    ],
  },
  'site card': {
    schema: siteCardSchema,
    good: {
      format: 'sallyport-site-card/1',
      site: 'plant-7',
      name: 'Цех №7',
      number: 2,
      prev: digest,
      created_at: noon,
      sign_keys: [key32],
      sign_threshold: 1,
      seal_key: key32,
      device_ca: ['AAAA'],
      root: { version: 1, sha256: digest },
    },
    optional: ['prev'],
    bounds: [
      ['format', [], ['sallyport-site-card/2', '']],
      upTo('name', 200),
      ['sign_keys', [[key32, Buffer.alloc(32, 8).toString('base64')]], [[], [key32, key32], ['AAAA']]],
      [
        'sign_keys',
        [Array.from({ length: 16 }, (_, index) => Buffer.alloc(32, index).toString('base64'))],
        [Array.from({ length: 17 }, (_, index) => Buffer.alloc(32, index).toString('base64'))],
      ],
      ['sign_threshold', [], [0, 2, 17]],
      ['seal_key', [], ['AAAA']],
      listUpTo('device_ca', 16, 'AAAA'),
    ],
  },
  'inventory line': {
    schema: inventoryLineSchema,
    good: {
      path: 'a/b',
      sha256: digest,
      size: 8 * 1024 * 1024,
      kind: 'update',
      approval: [{ vendor: 'v', product: 'p', verdict: 'tested', date: noon, source: digest }],
      chunks: [digest],
    },
    optional: ['approval', 'chunks'],
    bounds: [
      ['path', ['a', 'a'.repeat(512)], ['', '/a', 'a/', 'a'.repeat(513)]],
      ['size', [1], [0, 8 * 1024 * 1024 + 1, -1]],
      ['chunks', [], [[], [digest, digest]]],
      ['kind', [...inventoryKinds], ['other', '']],
      ['approval', [many(64, { vendor: 'v', product: 'p', verdict: 'tested', date: noon, source: digest })], []],
      ['approval', [], [many(65, { vendor: 'v', product: 'p', verdict: 'tested', date: noon, source: digest })]],
      upTo('approval.0.vendor', 128),
      upTo('approval.0.product', 256),
      ['approval.0.verdict', ['tested', 'failed', 'conditional'], ['other', '']],
    ],
  },
  manifest: {
    schema: manifestSchema,
    good: {
      format: 'sallyport-bundle/1',
      bundle_id: ids,
      site: 'plant-7',
      request_id: ids,
      request_digest: digest,
      nonce: key32,
      seq: 1,
      prev_bundle: ids,
      issued_at: noon,
      expires: noon,
      tuf,
      inventory: { catalog: 1, size: 2, lines: 3, packed_size: 4, sha256: digest, encoding: 'gzip' },
      include: 'AA==',
      relies_on: '',
      parts: [{ line: 0, part: 1, offset: 0, length: 1 }],
      unfulfilled: [{ reason: 'NO_SOURCE', wants: [0] }],
      totals: { bytes: 1, objects: 2, peak_disk: 3 },
      receipt_seen: 0,
      volumes: [volume, { ...volume, n: 2 }],
    },
    optional: ['prev_bundle'],
    bounds: [
      ['format', [], ['sallyport-bundle/2', '']],
      ['site', ['a'], ['*', 'A', '']],
      ['nonce', [], ['AAAA']],
      ['inventory.encoding', ['identity', 'gzip'], ['zstd', '']],
      ['parts', [[]], [[{ line: 0, part: 0, offset: 0, length: 1 }], [{ line: 0, part: 1, offset: 0, length: 0 }]]],
      listUpTo('parts', 100_000, { line: 0, part: 1, offset: 0, length: 1 }),
      ['unfulfilled.0.reason', [...unfulfilledReasons], ['OTHER', '']],
      listUpTo('unfulfilled', 6, { reason: 'UNKNOWN', wants: [] }),
      listUpTo('unfulfilled.0.wants', 100_000, 0),
      ['volumes', [[volume]], [[], [{ ...volume, n: 2 }], [volume, volume], [volume, { ...volume, n: 3 }]]],
      ['volumes', [Array.from({ length: 999 }, (_, index) => ({ ...volume, n: index + 1 }))], [[{ ...volume, n: 0 }]]],
      ['volumes', [], [Array.from({ length: 1000 }, (_, index) => ({ ...volume, n: index + 1 }))]],
    ],
  },
  receipt: {
    schema: receiptPredicateSchema,
    good: {
      format: 'sallyport-receipt/1',
      site: 'plant-7',
      number: 1,
      prev: digest,
      request_id: ids,
      bundle_id: ids,
      seq: 1,
      result: 'imported',
      code: 'OK',
      detail: '',
      started_at: noon,
      finished_at: noon,
      floor: noon,
      before: { tuf, seq: 0, inventory: digest },
      after: { tuf, seq: 1, inventory: digest },
      counts: { new: 1, held: 2, removed: 3, unfulfilled: 4, bytes: 5 },
      volumes: { seen: [1], missing: [2] },
      scan: { engine: 'ClamAV', version: '1', definitions_at: noon, verdict: 'clean' },
      custody: [{ sha256: digest, lines: ['line'] }],
      warnings: ['STALE'],
      overrides: [{ code: 'STALE', reason: 'why', operator: 1 }],
      applied: [applied],
      devices: { ok: 1, warning: 2, critical: 3 },
      days_left: { root: 900, bundle: -3 },
    },
    optional: ['prev', 'request_id', 'bundle_id', 'seq', 'before.inventory', 'after.inventory', 'scan', 'custody'],
    open: ['days_left'],
    bounds: [
      ['format', [], ['sallyport-receipt/2', '']],
      ['result', ['imported', 'partial', 'refused'], ['other', '']],
      upTo('code', 64),
      upTo('detail', 2000),
      listUpTo('volumes.seen', 999, 1),
      listUpTo('volumes.missing', 999, 1),
      ['scan.verdict', ['clean', 'infected', 'error'], ['other', '']],
      upTo('scan.engine', 256),
      upTo('scan.version', 256),
      listUpTo('custody', 999, { sha256: digest, lines: [] }),
      listUpTo('warnings', 32, 'STALE'),
      upTo('warnings.0', 64),
      listUpTo('overrides', 32, { code: 'STALE', reason: 'why', operator: 1 }),
      upTo('overrides.0.code', 64),
      upTo('overrides.0.reason', 500),
      listUpTo('applied', 10_000, applied),
      upTo('applied.0.update', 512),
      listUpTo('applied.0.reasons', 100, 'r'),
      upTo('applied.0.reasons.0', 500),
      ['days_left', [{}, { ['a'.repeat(64)]: -1 }], [{ ['a'.repeat(65)]: 1 }, { root: 1.5 }]],
    ],
  },
  request: {
    schema: requestSchema,
    good: {
      format: 'sallyport-request/1',
      site: 'plant-7',
      reads: ['sallyport-bundle/1'],
      request_id: ids,
      number: 1,
      nonce: key32,
      created_at: noon,
      floor: noon,
      to: [digest],
      seal_to: key32,
      tuf,
      state: { seq: 0, seq_broadcast: 0, last_bundle: ids, inventory: digest, digest },
      have: Buffer.from(digest, 'hex').toString('base64'),
      wants: [{ kind: 'volume', id: ids, min: '1', priority: 'high', n: 2 }],
      cursors: { debian: 'x' },
      platforms: [platform],
      software: ['pkg:a/b@1'],
      missing_os: ['KB1'],
      advisories: ['A-1'],
      controllers: [controller],
      media: { kind: 'usb', volume_bytes: 1, free_bytes: 0 },
      receipts: [envelope],
      site_card: digest,
    },
    optional: ['state.last_bundle', 'state.inventory', 'wants.0.min', 'wants.0.priority', 'wants.0.n'],
    open: ['cursors'],
    bounds: [
      ['format', [], ['sallyport-request/2', '']],
      ['reads', [many(16, 'a')], [[], many(17, 'a')]],
      upTo('reads.0', 64),
      ['nonce', [], ['AAAA']],
      ['seal_to', [], ['AAAA']],
      listUpTo('to', 8, digest),
      ['have', [''], ['AAAA']],
      ['wants.0.kind', [...wantKinds], ['other', '']],
      upTo('wants.0.id', 512),
      upTo('wants.0.min', 256),
      upTo('wants.0.priority', 32),
      ['wants.0.n', [0, 999], [1000, -1]],
      listUpTo('wants', 100_000, { kind: 'newer', id: '0' }),
      ['cursors', [{}, { ['a'.repeat(128)]: 'a'.repeat(256) }], [{ ['a'.repeat(129)]: '' }, { a: 'a'.repeat(257) }]],
      listUpTo('platforms', 512, { ...platform, packages: [] }),
      upTo('platforms.0.vendor', 64),
      upTo('platforms.0.release', 64),
      upTo('platforms.0.arch', 64),
      listUpTo('platforms.0.suites', 64, 's'),
      upTo('platforms.0.suites.0', 128),
      listUpTo('platforms.0.packages', 200_000, package_),
      ['platforms.0.packages.0.all', [0, 1], [2, true]],
      listUpTo('software', 200_000, 'a'),
      upTo('software.0', 1024),
      listUpTo('missing_os', 100_000, 'a'),
      upTo('missing_os.0', 128),
      listUpTo('advisories', 200_000, 'a'),
      upTo('advisories.0', 128),
      listUpTo('controllers', 50_000, controller),
      upTo('media.kind', 32),
      listUpTo('receipts', 32, envelope),
    ],
  },
};

describe.each(Object.entries(documents))('%s', (_name, { schema, good, optional = [], open = [], bounds }) => {
  const says = (value: unknown): boolean => schema.safeParse(value).success;
  const paths = pathsIn(good);

  it('is good as it should be', () => {
    expect(refusalOf(schema, good)).toBe('good');
  });

  it('misses no field but those that may be absent', () => {
    const named = paths.filter((path) => path.length > 0 && !Array.isArray(at(good, path.slice(0, -1))));
    const kept = named.filter((path) => !open.includes(path.slice(0, -1).join('.')));
    const absent = kept
      .map((path) => path.join('.'))
      .filter((path) => says(withValue(good, path.split('.'), undefined)));
    expect(absent).toEqual(optional);
  });

  it('has no other field', () => {
    const objects = paths.filter((path) => isObject(at(good, path)) && !Array.isArray(at(good, path)));
    const closed = objects.filter((path) => !open.includes(path.join('.')));
    expect(closed.filter((path) => says(withValue(good, [...path, 'extra'], 1)))).toEqual([]);
  });

  it('has a value of its type in each field', () => {
    const wrong = (value: unknown): unknown[] => {
      if (typeof value === 'number') return ['1', null, 1.5];
      if (typeof value === 'string') return [1, null];
      return Array.isArray(value) ? [{}, null, 'a', [null]] : [[], null, 'a'];
    };
    const taken = paths.flatMap((path) =>
      wrong(at(good, path))
        .filter((value) => says(withValue(good, path, value)))
        .map((value) => `${path.join('.')}: ${JSON.stringify(value)}`),
    );
    expect(taken).toEqual([]);
  });

  it.each(bounds.map((bound): [string, ...typeof bound] => [bound[0], ...bound]))(
    'has its bounds at %s',
    (_at, path, goods, bads) => {
      const steps = path.split('.');
      for (const value of goods) expect(refusalOf(schema, withValue(good, steps, value))).toBe('good');
      for (const value of bads) expect(says(withValue(good, steps, value))).toBe(false);
    },
  );
});

describe('rules over several fields', () => {
  const { good, schema } = documents['manifest'] as Described;
  const without = (...names: string[]): unknown =>
    names.reduce((document, name) => withValue(document, [name], undefined), good);

  it('a manifest answers a request with all three fields or none, and a broadcast with none', () => {
    const together = 'request_id, request_digest and nonce come together';
    const fields = ['request_id', 'request_digest', 'nonce'];
    expect(refusalOf(schema, without(...fields))).toBe('good');
    for (const name of fields) {
      expect(refusalOf(schema, without(name))).toBe(together);
      expect(refusalOf(schema, without(...fields.filter((other) => other !== name)))).toBe(together);
    }
    expect(refusalOf(schema, withValue(good, ['site'], '*'))).toBe('a broadcast answers no request');
    expect(refusalOf(schema, withValue(without(...fields), ['site'], '*'))).toBe('good');
    expect(refusalOf(schema, withValue(good, ['volumes', 1, 'n'], 3))).toBe('volumes are not 1, 2, 3 …');
  });

  it('a card names each key once and a threshold that they can meet', () => {
    const card = documents['site card'] as Described;
    const two = [key32, Buffer.alloc(32, 8).toString('base64')];
    expect(refusalOf(card.schema, withValue(withValue(card.good, ['sign_keys'], two), ['sign_threshold'], 2))).toBe(
      'good',
    );
    expect(refusalOf(card.schema, withValue(card.good, ['sign_keys'], [key32, key32]))).toBe(
      'a signing key is there twice',
    );
    expect(refusalOf(card.schema, withValue(card.good, ['sign_threshold'], 2))).toBe(
      'the threshold is above the number of keys',
    );
  });

  it('an object has as many digests as pieces of 8 MiB', () => {
    const line = documents['inventory line'] as Described;
    const of = (size: number, count: number) =>
      refusalOf(line.schema, withValue(withValue(line.good, ['size'], size), ['chunks'], many(count, digest)));
    const MiB8 = 8 * 1024 * 1024;
    expect(of(MiB8 + 1, 2)).toBe('good');
    expect(of(2 * MiB8, 2)).toBe('good');
    for (const [size, count] of [
      [MiB8 + 1, 1],
      [2 * MiB8, 3],
      [2 * MiB8 + 1, 2],
    ] as const) {
      expect(of(size, count)).toBe('chunks do not fit the size');
    }
    expect(of(64 * 1024 * 1024 * 1024 + 1, 8193)).not.toBe('good');
    expect(of(64 * 1024 * 1024 * 1024, 8192)).toBe('good');
  });

  it('what a site holds is sorted, whole and there once', () => {
    const request = documents['request'] as Described;
    const have = (...parts: string[]) =>
      refusalOf(
        request.schema,
        withValue(request.good, ['have'], Buffer.from(parts.join(''), 'hex').toString('base64')),
      );
    const later = 'cd'.repeat(32);
    expect(have(digest, later)).toBe('good');
    for (const parts of [
      [later, digest],
      [digest, digest],
      [digest, 'ab'],
    ]) {
      expect(have(...parts)).toBe('not sorted, distinct 32-byte digests');
    }
  });
});
