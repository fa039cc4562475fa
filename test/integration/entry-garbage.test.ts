import { connect } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { apiPrefix } from '@sallyport/appliance/server/api/types';
import { nativePrefix } from '@sallyport/bundle-tools/protocol/common';
import { paths } from '@sallyport/ui/paths';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seed } from '../support/chance.ts';
import { failuresIn, tryCommand } from '../support/commands.ts';
import { isLong } from '../support/long.ts';
import {
  type Answer,
  type Caller,
  type GarbageSite,
  openGarbageSite,
  type Route,
  type Sent,
} from './entry-garbage-site.ts';

// Garbage at every route of the real server, with valid credentials, so that it reaches what they guard. Each call is
// answered with a code of the table, nothing falls over, memory stays bounded, and nothing is written but what a
// refusal or a look leaves behind.

const MiB = 1024 * 1024;
const maxGrowthBytes = 200 * MiB;
const inParallel = 8;
/** Bodies of megabytes; more of them at once would measure this test's own haste. */
const largeInParallel = 3;

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };

const bomb = gzipSync(`{"a":"${'x'.repeat(20 * MiB)}"}`);
/** What is JSON, or nothing: a route's own code meets it. */
const wellFormed: readonly (readonly [string, Sent])[] = [
  ['nothing', { headers: json }],
  ['an array', { headers: json, body: '[]' }],
  ['null', { headers: json, body: 'null' }],
  ['an empty object', { headers: json, body: '{}' }],
  ['names of prototypes', { headers: json, body: '{"__proto__":{"a":1},"constructor":{"prototype":{}},"toString":1}' }],
  ['a name twice', { headers: json, body: '{"name":"a","name":"b"}' }],
  ['numbers beyond numbers', { headers: json, body: '{"limit":1e999,"n":-0,"m":123456789012345678901234567890}' }],
  [
    'wrong types',
    { headers: json, body: '{"name":{},"ids":"x","id":[],"hash":1,"items":{},"events":{},"sections":[]}' },
  ],
  ['control characters', { headers: json, body: '{"name":"\\u0000\\u001b[31m\\ud800"}' }],
];
/** What the readers refuse before a route's own code sees anything. */
const malformed: readonly (readonly [string, Sent])[] = [
  ['text', { headers: json, body: 'garbage' }],
  ['half an object', { headers: json, body: '{"a":' }],
  ['deep arrays', { headers: json, body: `{"a":${'['.repeat(60_000)}` }],
  ['deep objects', { headers: json, body: '{"a":'.repeat(12_000) }],
  ['invalid UTF-8', { headers: json, body: Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0xc0, 0x80, 0x22, 0x3a, 0x31, 0x7d]) }],
  ['XML', { headers: { 'content-type': 'text/xml' }, body: '<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>' }],
  ['no type', { body: '{}' }],
  ['a type that is none', { headers: { 'content-type': ';;;=' }, body: '{}' }],
  ['multipart without a boundary', { headers: { 'content-type': 'multipart/form-data' }, body: '--\r\n' }],
  ['multipart that ends', { headers: { 'content-type': 'multipart/form-data; boundary=b' }, body: '--b\r\nContent-' }],
  ['a bomb', { headers: { ...json, 'content-encoding': 'gzip' }, body: bomb }],
  ['a bomb that does not say so', { headers: json, body: bomb }],
  ['a gzip that ends', { headers: { ...json, 'content-encoding': 'gzip' }, body: bomb.subarray(0, 1000) }],
  ['more than any cap, announced', { headers: json, announced: 1e15 }],
];

/**
 * The n-th route's share of some garbage: each route gets `size` of it and the next route the next ones, so that an entry
 * point meets all of it many times over; the seed says where that begins. The long form gives everything to every route.
 */
const shareOf = <T>(items: readonly T[], size: number, n: number): T[] =>
  isLong || size >= items.length
    ? [...items]
    : Array.from({ length: size }, (_, at) => items[(seed + n * size + at) % items.length] as T);

/** The same for garbage that ends before a route's own code: one route of `nth` gets one of it. */
const shareOfNth = <T>(items: readonly T[], nth: number, n: number): T[] =>
  isLong ? [...items] : (seed + n) % nth === 0 ? shareOf(items, 1, Math.floor((seed + n) / nth)) : [];

/** Megabytes go to one route of so many, and to each of the devices' door, whose caps are its own. */
const everyNth = isLong ? 1 : 36;

/** Bodies for the n-th route of a door. A person's pages take forms, so all of this ends in the same reader there. */
const bodiesFor = (route: Route, n: number): (readonly [string, Sent])[] =>
  entryPointOf(route) === 'person'
    ? shareOfNth([...wellFormed, ...malformed], 4, n)
    : [...shareOf(wellFormed, 1, n), ...shareOfNth(malformed, 8, n)];

const queries: readonly string[] = [
  '?limit=-1&after=x&q=%00%ff',
  `?limit=1e99&after=${'9'.repeat(40)}&sort=__proto__&sort=constructor`,
  `?q=${encodeURIComponent('"\'); DROP TABLE device; --%*(')}&from=9999-99-99&to=NaN`,
  `?${Array.from({ length: 1_500 }, (_, n) => `a${n}=1`).join('&')}`,
  '?status=group&area=../..&kind=%2e%2e&revision=1.5&a=-1&b=1e400&f.name=x&open=1&all=1&col=x&step=x',
];

const absurdParts: readonly string[] = [
  '%00',
  '..%2f..%2fetc%2fpasswd',
  '%ff',
  'x'.repeat(3_000),
  '__proto__',
  '-1',
  '9'.repeat(40),
  '%D0%B3%D1%80',
];

type EntryPoint = 'device' | 'program' | 'person';
const entryPointOf = ({ pattern }: Route): EntryPoint =>
  pattern.startsWith(nativePrefix) ? 'device' : pattern.startsWith(`${apiPrefix}/`) ? 'program' : 'person';

const parameter = /:(\w+)\??(?:\{[^}]*\})?/g;
const fill = (pattern: string, value: (name: string, at: number) => string): string => {
  let at = 0;
  return pattern.replace(parameter, (_whole, name: string) => value(name, at++));
};

/** Well formed, and nothing is there. */
const absent = (name: string): string => {
  if (name === 'kind') return 'group';
  if (name === 'collection') return 'software';
  if (name === 'file') return 'software.csv';
  if (name === 'number' || name === 'item' || name === 'revision') return '987654';
  if (name === 'hex') return 'e'.repeat(64);
  return 'e'.repeat(32);
};

/** The same with things that are there, where there are some. */
const present = (pattern: string, known: GarbageSite['known']): string | undefined => {
  if (!/\/(devices|groups?|settings)\/:|\/objects\/(:kind|group)\/:/.test(pattern)) return undefined;
  const isDevice = pattern.includes('/devices/');
  return fill(pattern, (name, at) => {
    if (name === 'kind' || name === 'collection' || name === 'file') return absent(name);
    if (name === 'tab') return 'software';
    if (name === 'setting') return 'exchange.grace-days';
    return at > 1 ? absent(name) : isDevice ? known.device : known.group;
  });
};

/** Ends the sessions or the passwords that this test works with. */
const isOwn = ({ pattern }: Route): boolean => /^\/(logout|me\/|first\/|login)/.test(pattern);

/** A route that never ends its answer while there is something to say. */
const isStream = ({ pattern }: Route): boolean => pattern.endsWith('/stream');

const codeOf = (answer: Answer): string | undefined => {
  if (answer.type.includes('json')) {
    const { error, status, message } = JSON.parse(answer.text) as {
      error?: string | { code?: string };
      status?: string;
      message?: string;
    };
    // The words of GLPI agents.
    if (status === 'error') return message;
    return typeof error === 'string' ? error : error?.code;
  }
  // Packed, and as it is for those that pack nothing.
  if (['application/x-compress-zlib', 'application/xml'].includes(answer.type))
    return /<REPLY><ERROR>([^<]+)<\/ERROR>/.exec(answer.text)?.[1];
  // A page names its code; a form that is shown again names its fields.
  return (
    /([A-Z][A-Z_]+), HTTP \d{3}/.exec(answer.text)?.[1] ??
    (/aria-invalid|role="alert"/.test(answer.text) ? 'FORM' : undefined)
  );
};

/** Written when somebody is refused, looks, is seen, has a backup made, or by the clock of the server; everything else stays as it is. */
const mayChange = new Set([
  'event',
  'audit',
  'audit_head',
  'login_attempt',
  'session',
  'token_use',
  'device',
  'job_run',
  'exchange_state',
  'schedule_run',
  // The rules of notifications go on by the server's own clock.
  'notification',
  'notification_position',
  // And so do the lines of the system's log.
  'receiver_position',
]);
/**
 * Lists and the site's card are given to whoever may have them, whatever else the address says; a search for a person is
 * written down, whatever the name; and so is a file that was taken and holds no inventory.
 */
const mayBeAudited = new Set([
  'data-exported',
  'personal-read',
  'site-card-exported',
  'offline-imported',
  'login-failed',
  'access-refused',
  'token-refused',
  // Its call takes an empty body.
  'backup-created',
]);

describe('garbage at every entry point', () => {
  let site: GarbageSite;
  let before: Map<string, string>;
  let auditBefore: string[];
  let rssBefore = 0;
  const seen = { calls: 0, cut: 0, maxRssBytes: 0, statuses: new Map<number, number>() };
  const faults: string[] = [];

  beforeAll(async () => {
    site = await openGarbageSite();
    // What every page holds once it was shown is no growth.
    for (const route of site.routes) {
      if (route.method === 'GET' && entryPointOf(route) === 'person' && !isStream(route) && !isOwn(route))
        await site.person.call('GET', fill(route.pattern, absent));
    }
    before = site.tables();
    auditBefore = site.audit();
    rssBefore = site.rssBytes();
  });
  afterAll(() => site.close());

  const judge = (where: string, answer: Answer): void => {
    const { status } = answer;
    seen.calls += 1;
    if (answer.isCut) {
      seen.cut += 1;
      return;
    }
    seen.statuses.set(status, (seen.statuses.get(status) ?? 0) + 1);
    if (status >= 500 && status !== 503 && status !== 507)
      faults.push(`${where}: ${status} ${answer.text.slice(0, 200)}`);
    if (status >= 400 && codeOf(answer) === undefined)
      faults.push(`${where}: ${status} without a code: ${answer.type} ${answer.text.slice(0, 200)}`);
    if (answer.text.includes('node_modules') || answer.text.includes(site.dataDir) || answer.text.includes('    at '))
      faults.push(`${where}: tells what is inside: ${answer.text.slice(0, 300)}`);
  };

  type Call = { where: string; caller: Caller; method: string; path: string; sent?: Sent };
  const send = async (calls: readonly Call[], lanes = inParallel): Promise<void> => {
    const queue = calls[Symbol.iterator]();
    const work = async (): Promise<void> => {
      for (const { where, caller, method, path, sent } of queue) {
        try {
          judge(`${method} ${path.slice(0, 120)} with ${where}`, await caller.call(method, path, sent));
        } catch (error) {
          faults.push(`${method} ${path.slice(0, 120)} with ${where}: ${String(error)}`);
        }
        if (seen.calls % 100 === 0) seen.maxRssBytes = Math.max(seen.maxRssBytes, site.rssBytes());
      }
    };
    await Promise.all(Array.from({ length: lanes }, work));
    seen.maxRssBytes = Math.max(seen.maxRssBytes, site.rssBytes());
  };

  const expectNoFaults = async (): Promise<void> => {
    expect(faults.splice(0).slice(0, 40)).toEqual([]);
    expect(failuresIn(site.running.output()).slice(0, 5)).toEqual([]);
    expect(site.running.child.exitCode).toBe(null);
    expect(await site.nobody.call('GET', '/healthz')).toMatchObject({ status: 200 });
  };

  const changing = (): Route[] => site.routes.filter(({ method }) => method !== 'GET' && method !== 'HEAD');

  it('knows every route', () => {
    const patterns = new Set(site.routes.map(({ pattern }) => pattern));
    for (const { pattern } of Object.values(paths)) expect(patterns).toContain(pattern);
    const counts = Object.groupBy(site.routes, entryPointOf);
    expect(counts.device?.length).toBeGreaterThanOrEqual(8);
    expect(counts.program?.length).toBeGreaterThan(50);
    expect(counts.person?.length).toBeGreaterThan(60);
  });

  it('is answered when it is a body', async () => {
    await send(
      changing()
        .filter((route) => !isOwn(route))
        .flatMap((route, n) =>
          bodiesFor(route, n).map(([where, sent]) => ({
            where,
            caller: site[entryPointOf(route)],
            method: route.method,
            path: fill(route.pattern, absent),
            sent,
          })),
        ),
    );
    await expectNoFaults();
  });

  it('is answered when it is a body for what is there', async () => {
    await send(
      changing()
        .filter(({ method }) => method === 'PUT' || method === 'PATCH')
        .flatMap((route, n) => {
          const path = present(route.pattern, site.known);
          if (path === undefined) return [];
          const { method } = route;
          return bodiesFor(route, n).map(([where, sent]) => ({
            where,
            caller: site[entryPointOf(route)],
            method,
            path,
            sent,
          }));
        }),
    );
    await expectNoFaults();
  });

  it('is answered when it is a form of the session', async () => {
    const forms: readonly (readonly [string, string])[] = [
      ['nothing', ''],
      ['other names', 'a=1&__proto__=2&constructor=3'],
      ['bytes', 'id=%ff%fe&name=%00&action=%00&value=%c0%80&fingerprint=%ff'],
      ['numbers', 'revision=1e99&id=-1&number=NaN&limit=99999999999999999999'],
    ];
    const large: readonly (readonly [string, string])[] = [
      ['much', `${'id=x&'.repeat(3_000)}action=x&q=x`],
      ['long', `name=${'x'.repeat(100_000)}&action=${'y'.repeat(10_000)}&comment=${'z'.repeat(100_000)}`],
      ['too many', 'a&'.repeat(130_000)],
    ];
    await send(
      changing()
        .filter((route) => entryPointOf(route) === 'person' && !isOwn(route))
        .flatMap((route, n) =>
          [...shareOf(forms, 1, n), ...(n % everyNth === 0 ? shareOf(large, 1, n / everyNth) : [])].map(
            ([where, fields]) => ({
              where: `a form of ${where}`,
              caller: site.person,
              method: route.method,
              path: fill(route.pattern, absent),
              sent: { headers: form, body: `csrf=${site.csrf}&${fields}` },
            }),
          ),
        ),
    );
    await expectNoFaults();
  });

  it('is answered when it is an address', async () => {
    const looks = site.routes.filter((route) => route.method === 'GET' && !isStream(route) && !isOwn(route));
    await send(
      looks.flatMap((route, n) => {
        const caller = site[entryPointOf(route)];
        const there = present(route.pattern, site.known);
        // A list is asked everything; a page of something that is not there has nothing to ask of.
        const whole = there ?? (route.pattern.includes(':') ? undefined : route.pattern);
        const paths = [
          ...(whole === undefined ? [] : shareOf(queries, 1, n).map((query) => `${whole}${query}`)),
          ...(whole === route.pattern
            ? []
            : shareOfNth(queries, 9, n).map((query) => `${fill(route.pattern, absent)}${query}`)),
          ...(route.pattern.includes(':') ? shareOfNth(absurdParts, 2, n) : []).map((part) =>
            fill(route.pattern, () => part),
          ),
        ];
        return paths.map((path) => ({ where: 'an absurd address', caller, method: 'GET', path }));
      }),
    );
    await expectNoFaults();
  });

  it('is answered when it is a method', async () => {
    const patterns = [...new Map(site.routes.map((route) => [route.pattern, route])).values()];
    const taken = new Set(site.routes.map(({ method, pattern }) => `${method} ${pattern}`));
    await send(
      patterns
        .filter((route) => !isOwn(route) && !isStream(route))
        .flatMap((route, n) =>
          shareOfNth(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND'], 6, n)
            .filter((method) => !taken.has(`${method} ${route.pattern}`))
            .map((method) => ({
              where: 'a wrong method',
              caller: site[entryPointOf(route)],
              method,
              path: fill(route.pattern, absent),
              sent: { headers: form, body: `csrf=${site.csrf}` },
            })),
        ),
    );
    await expectNoFaults();
  });

  it('is refused when it is larger than the cap, whatever it announces', async () => {
    const more = (sizeBytes: number) => Buffer.concat([Buffer.from('{'), Buffer.alloc(sizeBytes, 0x20)]);
    const larger = { device: more(8 * MiB), program: more(MiB), person: more(4 * MiB) };
    await send(
      changing()
        .filter((route, n) => !isOwn(route) && (entryPointOf(route) === 'device' || n % everyNth === 0))
        .map((route) => ({
          where: 'more than the cap',
          caller: site[entryPointOf(route)],
          method: route.method,
          path: fill(route.pattern, absent),
          sent: {
            headers: entryPointOf(route) === 'person' ? form : json,
            body: larger[entryPointOf(route)],
            chunked: true,
          },
        })),
      largeInParallel,
    );
    await expectNoFaults();
  });

  // The table of rights (appliance/src/rights.test.ts) asks each route without credentials.
  it('is refused when nobody sends it', async () => {
    await send(
      site.routes
        .filter((route, n) => !isStream(route) && (isLong || (seed + n) % 12 === 0))
        .map((route) => ({
          where: 'no credentials',
          caller: site.nobody,
          method: route.method,
          path: fill(route.pattern, absent),
          ...(route.method === 'GET' ? {} : { sent: { headers: form, body: 'name=x&password=y' } }),
        })),
    );
    await expectNoFaults();
  });

  it('does not matter when it is no HTTP at all', async () => {
    const say = (bytes: Buffer | string) =>
      new Promise<void>((resolve) => {
        const socket = connect({ host: '127.0.0.1', port: site.port, rejectUnauthorized: false }, () => {
          socket.end(bytes);
        });
        socket.on('error', () => resolve());
        socket.on('close', () => resolve());
        socket.resume();
      });
    await Promise.all(
      [
        'garbage\r\n\r\n',
        'GET / HTTP/9.9\r\n\r\n',
        `GET /${'x'.repeat(100_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
        'POST /login HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
        'POST /login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzzzz\r\n',
        'GET / HTTP/1.1\r\nHost: \x00\r\n\r\n',
        'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\ngarbage',
        Buffer.alloc(70_000, 0xff),
      ].map(say),
    );
    await expectNoFaults();
  });

  it('leaves memory and data as they were', async () => {
    const added = site.audit().slice(auditBefore.length);
    const after = site.tables();
    const changed = [...after].filter(([name, digest]) => before.get(name) !== digest).map(([name]) => name);
    expect(site.audit().slice(0, auditBefore.length)).toEqual(auditBefore);
    expect(added.filter((entry) => !mayBeAudited.has(entry))).toEqual([]);
    expect(changed.filter((name) => !mayChange.has(name))).toEqual([]);
    expect(seen.calls).toBeGreaterThan(900);
    expect(seen.cut).toBeLessThan(seen.calls / 50);
    expect(seen.maxRssBytes - rssBefore).toBeLessThan(maxGrowthBytes);
    expect(await tryCommand('sallyport', ['doctor', '--data', site.dataDir])).toMatchObject({ status: 0 });
  });
});
