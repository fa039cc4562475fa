import { paths } from '@sallyport/ui/paths';
import fc from 'fast-check';
import { afterAll, describe, expect, it } from 'vitest';
import { runs } from '../../../../test/support/chance.ts';
import { openConsole } from '../../../test/support/console.ts';
import { deb, debian13 } from '../../../test/support/site.ts';

// Whatever stands in an address or a form: an answer that is no fault of ours (500), and never a stack or a path of the server in it.

let csrf = '';
const site = await openConsole();
const admin = await site.as('administrator');
csrf = await admin.csrf();
const { id } = site.device('pump-01');
site.report(id, 'platform', [debian13]);
site.report(id, 'software', [deb('openssl', '3.5.1-1')]);
afterAll(() => site.close());

const patterns = Object.values(paths)
  .map(({ pattern }) => pattern)
  .filter((pattern) => pattern !== paths.logout.pattern);
const piece = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 20 }),
  fc.constantFrom(
    '..',
    '%00',
    '%2e%2e%2f',
    '%',
    '%ff',
    '-1',
    '1e9',
    '999999999999999999',
    '__proto__',
    'constructor',
    "'--",
    '\u0000',
    'группа',
    'a'.repeat(600),
  ),
  fc.constantFrom(
    'group',
    'account',
    'setting',
    'software',
    'accounts',
    '1',
    'findings',
    'devices',
    'exchange',
    'administrator',
  ),
);
const names = fc.constantFrom(
  'q',
  'sort',
  'after',
  'col',
  'all',
  'open',
  'status',
  'type',
  'severity',
  'decision',
  'area',
  'kind',
  'a',
  'b',
  'from',
  'to',
  'device',
  'update',
  'group',
  'filter',
  'feed',
  'f.name',
  'revision',
  'action',
  'id',
  'number',
  'medium',
  'upload',
  'fingerprint',
);
const queries = fc.array(fc.tuple(names, piece), { maxLength: 6 });

const escaped = (text: string): string => {
  try {
    return encodeURIComponent(text.toWellFormed());
  } catch {
    return 'x';
  }
};
const address = (
  pattern: string,
  parts: readonly string[],
  query: readonly (readonly [string, string])[],
  raw: boolean,
) => {
  let at = 0;
  const path = pattern.replace(/:\w+\??(?:\{[^}]*\})?/g, () => {
    const text = parts[at % Math.max(1, parts.length)] ?? 'x';
    at += 1;
    // What is escaped already goes as it is.
    return raw && /^[\x21-\x7e]+$/.test(text) && !/[/?#]/.test(text) ? text : escaped(text) || 'x';
  });
  const search = new URLSearchParams(query.map(([name, value]): [string, string] => [name, value.toWellFormed()]));
  return `${path}?${search}`;
};

const judge = async (where: string, response: Response): Promise<void> => {
  const text = await response.text();
  expect(`${where.slice(0, 200)} ${response.status !== 500}`).toBe(`${where.slice(0, 200)} true`);
  expect(text.includes('node_modules') || text.includes(site.dataDir) || text.includes('at async ')).toBe(false);
};

describe('garbage', () => {
  it('in addresses is answered, never with a fault of the server', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...patterns),
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        queries,
        fc.boolean(),
        async (pattern, parts, query, raw) => {
          const path = address(pattern, parts, query, raw);
          if (path.includes('/stream')) return;
          await judge(path, await admin.get(path));
        },
      ),
      { numRuns: runs(500) },
    );
  });

  it('in forms is answered, never with a fault of the server', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...patterns),
        fc.array(piece, { minLength: 1, maxLength: 3 }),
        queries,
        async (pattern, parts, fields) => {
          // The password and the two steps of the one who tests would end the test; log-in has limits of its own.
          if (/^\/(login|me|first)/.test(pattern)) return;
          const path = address(pattern, parts, [], false);
          const body = new URLSearchParams([
            ['csrf', csrf],
            ...fields.map(([n, v]): [string, string] => [n, v.toWellFormed()]),
          ]);
          await judge(
            `POST ${path}`,
            await admin.postRaw(path, body.toString(), { 'content-type': 'application/x-www-form-urlencoded' }),
          );
        },
      ),
      { numRuns: runs(350) },
    );
  });
});
