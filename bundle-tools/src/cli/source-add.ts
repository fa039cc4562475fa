import { join, resolve } from 'node:path';
import { BundleError } from '../errors.ts';
import { addSource, parseSource, readSources, type Source, shownSource } from '../host/sources.ts';
import type { HostState } from '../host/state.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { aptProxy, readAptSources } from '../updates/sources/apt/sources-list.ts';
import { type Command, type CommandInput, flagOption, listOption, textOption } from './command.ts';
import { argument, onState, stateOption } from './state-option.ts';

const isUrl = (place: string): boolean => /^https?:\/\//.test(place);
const absolute = (place: string): string => (isUrl(place) ? place : resolve(place));

const freeName = (wanted: string, taken: ReadonlySet<string>): string => {
  for (let at = 1; ; at += 1) {
    const candidate = at === 1 ? wanted : `${wanted}-${at}`;
    if (!taken.has(candidate)) return candidate;
  }
};

/** This computer's own signed sources; a key that stands in a sources file is kept as a file of the state. */
const systemSources = (state: HostState, input: CommandInput): Source[] => {
  const found = readAptSources(textOption(input, 'apt-root') ?? '/');
  if (found.length === 0)
    throw new BundleError('NOT_FOUND', 'this computer has no signed apt source at an http address');
  const known = readSources(state);
  const taken = new Set(known.map((source) => source.name));
  const group = input.positionals[1] ?? 'system';
  const proxies = aptProxy();
  const isKnown = (uri: string, suites: ReadonlyArray<string>) =>
    known.some((source) => source.kind === 'apt' && source.uri === uri && source.suites.join(' ') === suites.join(' '));
  return found
    .filter((entry) => !isKnown(entry.uri, entry.suites))
    .map(({ uri, suites, components, signedBy, armoredKey }) => {
      const name = freeName(group, taken);
      taken.add(name);
      const ownKey = join(state.dir, 'keyrings', `${name}.asc`);
      const keyrings = armoredKey === undefined ? signedBy : [...signedBy, ownKey];
      const proxy = uri.startsWith('https:') ? proxies.https : proxies.http;
      const source = parseSource({
        name,
        kind: 'apt',
        group,
        uri,
        suites,
        components,
        keyrings,
        ...defined({ proxy }),
      });
      if (armoredKey !== undefined) {
        ensureDir(join(state.dir, 'keyrings'));
        writeFileDurable(ownKey, armoredKey);
      }
      return source;
    });
};

const givenSource = (kind: string, input: CommandInput): Source => {
  const name = argument(input, 1);
  const proxy = defined({ proxy: textOption(input, 'proxy') });
  if (kind === 'osv' || kind === 'kev' || kind === 'ssvc')
    return parseSource({ name, kind, location: absolute(argument(input, 2)), ...proxy });
  if (kind === 'csaf') {
    const keyrings = listOption(input, 'keyring').map((path) => resolve(path));
    const location = absolute(argument(input, 2));
    return parseSource({ name, kind, location, ...(keyrings.length === 0 ? {} : { keyrings }), ...proxy });
  }
  if (kind === 'firmware') return parseSource({ name, kind, folder: resolve(argument(input, 2)) });
  if (kind === 'files') return parseSource({ name, kind, folder: resolve(argument(input, 2)) });
  if (kind !== 'apt')
    throw new BundleError(
      'USAGE',
      `unknown kind of source: ${kind}; known are osv, csaf, kev, ssvc, apt, files, firmware`,
    );
  return parseSource({
    name,
    kind,
    uri: textOption(input, 'uri') ?? input.positionals[2],
    suites: listOption(input, 'suite'),
    components: listOption(input, 'component'),
    keyrings: listOption(input, 'keyring').map((path) => resolve(path)),
    ...proxy,
  });
};

const kindOf = (input: CommandInput): string => {
  const kind = argument(input, 0);
  if (flagOption(input, 'system') && kind !== 'apt') throw new BundleError('USAGE', '--system goes with apt');
  return kind;
};

export const sourceAdd: Command = {
  usage: 'source add osv|csaf|kev|ssvc|apt|files|firmware NAME [PLACE] --state DIR',
  example: 'source add osv almalinux /srv/osv-almalinux.zip --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    uri: { value: 'URI', help: 'apt: the address of the repository' },
    suite: { value: 'SUITE', multiple: true, help: 'apt: a suite, for example trixie-security' },
    component: { value: 'NAME', multiple: true, help: 'apt: a component, for example main' },
    keyring: {
      value: 'FILE',
      multiple: true,
      help: 'apt: the keys that may sign the repository; csaf: the keys that must sign each document',
    },
    proxy: { value: 'URL', help: 'a proxy for this source alone (else as `proxy configure` says)' },
    system: { help: "apt: this computer's own signed apt sources" },
    'apt-root': { value: 'DIR', help: 'apt --system: read etc/apt under this folder' },
  },
  positionals: [1, 3],
  run: onState(async (state, input, kind) => {
    const added = flagOption(input, 'system') ? systemSources(state, input) : [givenSource(kind, input)];
    for (const source of added) addSource(state, source);
    return {
      json: { added: added.map(shownSource) },
      text:
        added.length === 0
          ? ['nothing to add: all are known']
          : added.map((source) => `added ${source.kind} ${source.name}`),
    };
  }, kindOf),
};
