import { BlockList, isIP, isIPv4 } from 'node:net';
import { BundleError } from '../errors.ts';

// Which proxy a connection goes through. An address of a proxy may hold a name and a password: it is shown by
// `shownAddress` alone.

/** The proxy for a target; undefined: straight there. */
export type ProxyChoice = (target: URL) => URL | undefined;

/** What decides: a proxy for each scheme, and the targets that none is for, in the form of NO_PROXY. */
export type ProxyRules = { readonly http?: URL; readonly https?: URL; readonly noProxy: string };

/** An address without password and query, with the name of an account: what may stand in messages and answers. */
export function shownAddress(address: URL | string): string {
  if (typeof address === 'string' && !URL.canParse(address)) return '(not an address)';
  const { protocol, username, password, host, pathname } = new URL(address);
  const account = username === '' ? '' : `${username}${password === '' ? '' : ':***'}@`;
  return `${protocol}//${account}${host}${pathname === '/' ? '' : pathname}`;
}

/** The address of a proxy; without a scheme it is http, as for other programs. SOURCE_INVALID for none, which is not repeated. */
export function parseProxy(text: string): URL {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol) || url.hostname === '' || url.pathname !== '/')
    throw new BundleError('SOURCE_INVALID', 'the proxy is no address like http://proxy.example:3128');
  return url;
}

/** The value of `Proxy-Authorization` (RFC 7617); undefined for a proxy without an account. */
export function proxyAuthorization(proxy: URL): string | undefined {
  if (proxy.username === '') return undefined;
  const account = `${decodeURIComponent(proxy.username)}:${decodeURIComponent(proxy.password)}`;
  return `Basic ${Buffer.from(account, 'utf8').toString('base64')}`;
}

const bareHost = (url: URL): string => url.hostname.replace(/^\[|\]$/g, '').toLowerCase();
const portOf = (url: URL): string => url.port || (url.protocol === 'https:' ? '443' : '80');

/** This computer: a proxy would connect to itself. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));

const isInNetwork = (host: string, network: string): boolean => {
  const [address = '', bits = ''] = network.split('/');
  const family = isIP(address);
  if (family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits) || Number(bits) > (family === 4 ? 32 : 128))
    return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), family === 4 ? 'ipv4' : 'ipv6');
  return list.check(host, family === 4 ? 'ipv4' : 'ipv6');
};

/** Whether one entry of NO_PROXY is about the target: `*`, a name with those below it, an address, a network, each with a port. */
const isAbout = (entry: string, target: URL): boolean => {
  if (entry === '*') return true;
  const host = bareHost(target);
  if (entry.includes('/')) return isInNetwork(host, entry);
  if (isIP(entry) !== 0) return host === entry;
  const [, name = '', port] = /^\[?(.+?)\]?(?::(\d{1,5}))?$/.exec(entry) ?? [];
  if (port !== undefined && port !== portOf(target)) return false;
  const bare = name.replace(/^\*?\./, '');
  return host === bare || (isIP(host) === 0 && host.endsWith(`.${bare}`));
};

/** Chooses by the rules; nothing goes to this computer through a proxy. */
export function byRules({ http, https, noProxy }: ProxyRules): ProxyChoice {
  const entries = noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '');
  return (target) => {
    const proxy = target.protocol === 'https:' ? https : http;
    if (proxy === undefined || isLoopback(bareHost(target)) || entries.some((entry) => isAbout(entry, target)))
      return undefined;
    return proxy;
  };
}

/** The rules of HTTP_PROXY, HTTPS_PROXY and NO_PROXY; each in small letters, too, which then count. */
export function environmentRules(variable: (name: string) => string | undefined): ProxyRules {
  const read = (name: string): string | undefined => variable(name.toLowerCase()) ?? variable(name);
  const [http, https] = ['HTTP_PROXY', 'HTTPS_PROXY'].map((name) => {
    const text = read(name);
    return text === undefined ? undefined : parseProxy(text);
  });
  return {
    ...(http === undefined ? {} : { http }),
    ...(https === undefined ? {} : { https }),
    noProxy: read('NO_PROXY') ?? '',
  };
}
