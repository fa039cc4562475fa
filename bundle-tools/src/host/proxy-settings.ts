import { rmSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import { encodeDocument, parseDocument, text } from '../documents/fields.ts';
import { byRules, environmentRules, type ProxyChoice, type ProxyRules, parseProxy } from '../downloads/proxies.ts';
import { env } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { readBounded } from './read-bounded.ts';
import type { Source } from './sources.ts';
import type { HostState } from './state.ts';

// proxy.json: the proxy of this host, which counts before the environment; readable for its owner alone, since it may hold a
// password. A source may have a proxy of its own.

const schema = z.strictObject({
  format: z.literal('sallyport-proxy/1'),
  /** Absent: straight there, whatever the environment says. */
  http: text(2_000).optional(),
  https: text(2_000).optional(),
  no_proxy: z.string().max(4_000),
});
const maxBytes = 16 * 1024;
const pathOf = (state: HostState): string => join(state.dir, 'proxy.json');

/** The settings of this host; undefined: the environment decides. */
function readProxySettings(state: HostState): ProxyRules | undefined {
  if (!isThere(pathOf(state))) return undefined;
  const {
    http,
    https,
    no_proxy: noProxy,
  } = parseDocument(schema, readBounded(pathOf(state), maxBytes), 'proxy settings', maxBytes);
  const read = (address: string | undefined) => (address === undefined ? undefined : parseProxy(address));
  return { ...defined({ http: read(http), https: read(https) }), noProxy };
}

/** Sets them; undefined: the environment decides. */
export function writeProxySettings(state: HostState, rules: ProxyRules | undefined): void {
  if (rules === undefined) {
    rmSync(pathOf(state), { force: true });
    return;
  }
  const { http, https, noProxy } = rules;
  const settings = {
    format: 'sallyport-proxy/1' as const,
    ...defined({ http: http?.href, https: https?.href }),
    no_proxy: noProxy,
  };
  writeFileDurable(pathOf(state), encodeDocument(schema, settings, 'proxy settings'), 0o600);
}

/** The rules in force, and where they come from. */
export function proxyRules(state: HostState): {
  readonly rules: ProxyRules;
  readonly from: 'settings' | 'environment';
} {
  const settings = readProxySettings(state);
  return settings === undefined
    ? { rules: environmentRules(env), from: 'environment' }
    : { rules: settings, from: 'settings' };
}

/** How a source is reached: by its own proxy, else by the rules of this host. */
export function proxyOf(state: HostState, source: Source): ProxyChoice {
  if (!('proxy' in source) || source.proxy === undefined) return byRules(proxyRules(state).rules);
  const own = parseProxy(source.proxy);
  return () => own;
}
