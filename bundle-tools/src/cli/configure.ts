import { type ProxyRules, parseProxy, shownAddress } from '../downloads/proxies.ts';
import { BundleError } from '../errors.ts';
import { readAntivirus, writeAntivirus } from '../host/antivirus.ts';
import { proxyRules, writeProxySettings } from '../host/proxy-settings.ts';
import { readBounded } from '../host/read-bounded.ts';
import { type HostState, withLock } from '../host/state.ts';
import { scanFiles } from '../media/scan.ts';
import type { ScanEngine } from '../media/scan-types.ts';
import { defined } from '../platform/defined.ts';
import { type Command, type CommandInput, flagOption, textOption } from './command.ts';
import { onState, stateOf, stateOption } from './state-option.ts';

const maxPasswordBytes = 1024;

/** The address with the account of the options; a password is read from a file, never from the command line. */
const withAccount = (text: string, input: CommandInput): URL => {
  const proxy = parseProxy(text);
  if (proxy.password !== '') throw new BundleError('USAGE', 'a password belongs into a file: --password-file FILE');
  const user = textOption(input, 'user');
  const file = textOption(input, 'password-file');
  if (user !== undefined) proxy.username = encodeURIComponent(user);
  if (file !== undefined) {
    if (proxy.username === '') throw new BundleError('USAGE', '--password-file goes with --user');
    const password = Buffer.from(readBounded(file, maxPasswordBytes))
      .toString('utf8')
      .replace(/\r?\n$/, '');
    proxy.password = encodeURIComponent(password);
  }
  return proxy;
};

const given = (input: CommandInput): ProxyRules | undefined => {
  const [http, https] = [textOption(input, 'http'), textOption(input, 'https')];
  const places = http ?? https;
  if (flagOption(input, 'environment')) {
    if (places !== undefined) throw new BundleError('USAGE', '--environment takes the place of a proxy');
    return undefined;
  }
  if (flagOption(input, 'none')) {
    if (places !== undefined) throw new BundleError('USAGE', '--none takes the place of a proxy');
    return { noProxy: '' };
  }
  if (places === undefined) throw new BundleError('USAGE', 'give --http, --https, --none or --environment');
  return {
    http: withAccount(http ?? places, input),
    https: withAccount(https ?? places, input),
    noProxy: textOption(input, 'no-proxy') ?? '',
  };
};

const describe = (state: HostState) => {
  const { rules, from } = proxyRules(state);
  const show = (proxy: URL | undefined) => (proxy === undefined ? undefined : shownAddress(proxy));
  const shown = defined({ http: show(rules.http), https: show(rules.https) });
  const line = (scheme: string, proxy: string | undefined): string => `${scheme}: ${proxy ?? 'no proxy'}`;
  return {
    json: { from, ...shown, noProxy: rules.noProxy },
    text: [
      `from the ${from === 'settings' ? 'settings of this host' : 'environment'}`,
      line('http', shown.http),
      line('https', shown.https),
      ...(rules.noProxy === '' ? [] : [`none for: ${rules.noProxy}`]),
    ],
  };
};

const choices = ['http', 'https', 'user', 'password-file', 'no-proxy', 'none', 'environment'];

export const proxyConfigure: Command = {
  usage: 'proxy configure [--http URL] [--https URL] [--user NAME --password-file FILE] [--no-proxy LIST] --state DIR',
  example:
    'proxy configure --http http://proxy.example:3128 --user sallyport --password-file /root/proxy --state /var/lib/sallyport-host',
  options: {
    state: stateOption,
    http: { value: 'URL', help: 'the proxy for http, and for https where that has none of its own' },
    https: { value: 'URL', help: 'the proxy for https, and for http where that has none of its own' },
    user: { value: 'NAME', help: 'the account at the proxy' },
    'password-file': { value: 'FILE', path: 'input', help: 'a file with its password' },
    'no-proxy': { value: 'LIST', help: 'names, addresses and networks that are reached without it' },
    none: { help: 'no proxy, whatever the environment says' },
    environment: { help: 'what HTTP_PROXY, HTTPS_PROXY and NO_PROXY say (as without settings)' },
  },
  run: async (input) => {
    const state = stateOf(input);
    if (!choices.some((name) => input.options[name] !== undefined)) return describe(state);
    return withLock(state, async () => {
      writeProxySettings(state, given(input));
      return describe(state);
    });
  },
};

const givenEngine = (input: CommandInput): ScanEngine | undefined => {
  const database = textOption(input, 'database') ?? '/var/lib/clamav';
  switch (textOption(input, 'engine')) {
    case 'clamd':
      return { engine: 'clamd', socket: textOption(input, 'socket') ?? '/run/clamav/clamd.ctl', database };
    case 'clamscan':
      return { engine: 'clamscan', command: textOption(input, 'command') ?? '/usr/bin/clamscan', database };
    case 'off':
      return undefined;
    default:
      throw new BundleError('USAGE', '--engine is one of: off, clamd, clamscan');
  }
};

export const scanConfigure: Command = {
  usage: 'scan configure [--engine off|clamd|clamscan] [--socket PATH] --state DIR',
  example: 'scan configure --engine clamd --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    engine: { value: 'ENGINE', help: 'off, clamd or clamscan; absent: says what is chosen' },
    socket: { value: 'PATH', path: 'service', help: 'of the daemon (/run/clamav/clamd.ctl)' },
    command: { value: 'PATH', path: 'service', help: 'the program (/usr/bin/clamscan)' },
    database: { value: 'DIR', path: 'service', help: 'the definitions, for their date (/var/lib/clamav)' },
  },
  run: onState(async (state, input) => {
    if (textOption(input, 'engine') !== undefined) {
      const engine = givenEngine(input);
      // One that does not work would stop every later command: it is refused now.
      const report = engine === undefined ? undefined : await scanFiles(engine, []);
      if (report?.verdict === 'error')
        throw new BundleError('SCAN', `the antivirus does not work: ${report.faults[0]?.reason ?? 'no reason given'}`);
      writeAntivirus(state, engine);
    }
    const engine = readAntivirus(state);
    if (engine === undefined) return { json: { engine: 'off' }, text: ['no antivirus'] };
    const { version, definitionsAt, verdict } = await scanFiles(engine, []);
    return {
      json: { ...engine, version, definitionsAt, works: verdict === 'clean' },
      text: [`${engine.engine} ${version}, definitions of ${definitionsAt}`],
      ...(verdict === 'clean' ? {} : { exit: 1 as const }),
    };
  }),
};
