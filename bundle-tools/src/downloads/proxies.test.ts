import { expect, test } from 'vitest';
import { byRules, environmentRules, parseProxy, proxyAuthorization, shownAddress } from './proxies.ts';

const proxy = parseProxy('http://proxy.example:3128');
const isThrough = (noProxy: string, target: string): boolean =>
  byRules({ http: proxy, https: proxy, noProxy })(new URL(target)) !== undefined;

test.each([
  ['', 'http://a.example/', true],
  ['*', 'http://a.example/', false],
  ['a.example', 'http://a.example/', false],
  ['a.example', 'https://b.a.example/', false],
  ['.a.example', 'https://b.a.example/', false],
  ['*.a.example', 'https://b.a.example/', false],
  ['a.example', 'http://aa.example/', true],
  ['A.Example', 'http://a.example/', false],
  ['other, a.example', 'http://a.example/', false],
  ['a.example:8080', 'http://a.example:8080/', false],
  ['a.example:8080', 'http://a.example/', true],
  ['a.example:443', 'https://a.example/', false],
  ['10.1.2.3', 'http://10.1.2.3/', false],
  ['10.0.0.0/8', 'http://10.1.2.3/', false],
  ['10.0.0.0/8', 'http://11.1.2.3/', true],
  ['10.0.0.0/99', 'http://10.1.2.3/', true],
  ['fd00::/8', 'http://[fd00::1]/', false],
  ['0.0.1', 'http://10.0.0.1/', true],
])('NO_PROXY %j for %s: through the proxy is %s', (noProxy, target, expected) => {
  expect(isThrough(noProxy, target)).toBe(expected);
});

test('this computer is never reached through a proxy', () => {
  for (const target of ['http://localhost/', 'http://127.0.0.1:8000/', 'https://[::1]/'])
    expect(isThrough('', target)).toBe(false);
});

test('the environment is read in capitals and in small letters, which count', () => {
  const of = (variables: Record<string, string>) => environmentRules((name) => variables[name]);
  const rules = of({ HTTP_PROXY: 'one:3128', http_proxy: 'http://two:3128', NO_PROXY: 'a' });
  expect(rules).toMatchObject({ noProxy: 'a' });
  expect([rules.http?.href, rules.https]).toEqual(['http://two:3128/', undefined]);
  expect(of({ HTTPS_PROXY: 'https://three' }).https?.href).toBe('https://three/');
});

test('a password is used, and never shown', () => {
  const named = parseProxy('http://maria:s%40cret@proxy.example:3128');
  expect(proxyAuthorization(named)).toBe(`Basic ${Buffer.from('maria:s@cret').toString('base64')}`);
  expect(shownAddress(named)).toBe('http://maria:***@proxy.example:3128');
  expect(shownAddress('https://a:b@host/path?token=1')).toBe('https://a:***@host/path');
  for (const bad of ['ftp://maria:secret@x', 'http://maria:secret@', 'http://maria:secret@x/path'])
    expect(() => parseProxy(bad)).toThrow(expect.objectContaining({ message: expect.not.stringContaining('secret') }));
});
