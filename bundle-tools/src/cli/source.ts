import { join, resolve } from 'node:path';
import { classesLine } from '../advisories/csaf/classes.ts';
import { BundleError } from '../errors.ts';
import { diskUse, dropCache, tidyDisk } from '../host/disk-use.ts';
import { dropFeed, findFeed } from '../host/feeds.ts';
import { syncAdvisories } from '../host/gather-advisories.ts';
import { readApt } from '../host/gather-updates.ts';
import { objectStore } from '../host/objects.ts';
import { lastRequests } from '../host/requests.ts';
import { failureText, ofSource, type SourceFailure } from '../host/source-failure.ts';
import { assertReadable } from '../host/source-rights.ts';
import {
  addSource,
  isAdvisorySource,
  isNamed,
  limitSources,
  parseSource,
  readSources,
  removeSource,
  type Source,
  shownSource,
} from '../host/sources.ts';
import type { HostState } from '../host/state.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { defined } from '../platform/defined.ts';
import { ensureDir, writeFileDurable } from '../platform/files.ts';
import { aptProxy, readAptSources } from '../updates/sources/apt/sources-list.ts';
import { filesSource } from '../updates/sources/files.ts';
import { firmwareSource } from '../updates/sources/firmware.ts';
import { type Command, type CommandInput, exitOf, flagOption, listOption, textOption } from './command.ts';
import { argument, onState, stateOf, stateOption } from './state-option.ts';

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
  if (kind === 'osv' || kind === 'kev' || kind === 'ssvc' || kind === 'support')
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
      `unknown kind of source: ${kind}; known are osv, csaf, kev, ssvc, support, apt, files, firmware`,
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
  usage: 'source add osv|csaf|kev|ssvc|support|apt|files|firmware NAME [PLACE] --state DIR',
  example: 'source add osv almalinux /srv/osv-almalinux.zip --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    uri: { value: 'URI', help: 'apt: the address of the repository' },
    suite: { value: 'SUITE', multiple: true, help: 'apt: a suite, for example trixie-security' },
    component: { value: 'NAME', multiple: true, help: 'apt: a component, for example main' },
    keyring: {
      value: 'FILE',
      path: 'service',
      multiple: true,
      help: 'apt: the keys that may sign the repository; csaf: the keys that must sign each document',
    },
    proxy: { value: 'URL', help: 'a proxy for this source alone (else as `proxy configure` says)' },
    system: { help: "apt: this computer's own signed apt sources" },
    'apt-root': { value: 'DIR', path: 'service', help: 'apt --system: read etc/apt under this folder' },
  },
  positionals: [1, 3],
  paths: [undefined, undefined, 'service'],
  run: onState(async (state, input, kind) => {
    const added = flagOption(input, 'system') ? systemSources(state, input) : [givenSource(kind, input)];
    for (const source of added) await assertReadable(state, source);
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

const inUnits = (bytes: number): string => {
  const at = ['B', 'KiB', 'MiB', 'GiB', 'TiB'].findLast((_unit, index) => bytes >= 1024 ** index) ?? 'B';
  const value = bytes / 1024 ** ['B', 'KiB', 'MiB', 'GiB', 'TiB'].indexOf(at);
  return `${value < 10 && at !== 'B' ? value.toFixed(1) : Math.round(value)} ${at}`;
};

const placeOf = (source: Source): string => {
  if (isAdvisorySource(source)) return source.location;
  if (source.kind === 'files' || source.kind === 'firmware') return source.folder;
  return `${source.uri} ${source.suites.join(' ')} (${source.components.join(' ')})`;
};

export const sourceList: Command = {
  usage: 'source list --state DIR',
  example: 'source list --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  run: async (input) => {
    const state = stateOf(input);
    const sources = readSources(state).map((source) => {
      const feed = isAdvisorySource(source) ? findFeed(state, source.name) : undefined;
      return {
        ...shownSource(source),
        disk: diskUse(state, source),
        ...defined({ advisories: feed?.advisories, newest: feed?.newest, syncedAt: feed?.synced_at }),
      };
    });
    return {
      json: { sources },
      text: sources.map(
        (source) =>
          `${source.name.padEnd(20)} ${source.kind.padEnd(8)} ${inUnits(source.disk.bytes)} of ${inUnits(source.disk.limitBytes)}  ${placeOf(source)}${
            'advisories' in source ? `  ${source.advisories} advisories, newest ${source.newest || 'unknown'}` : ''
          }`,
      ),
    };
  },
};

/** Bytes of `800M`, `20G` and the like; units are powers of 1024. */
const bytesOf = (text: string): number => {
  const [, number, unit] = /^(\d{1,7})([KMGT])$/.exec(text.toUpperCase()) ?? [];
  if (number === undefined || unit === undefined || Number(number) === 0)
    throw new BundleError('USAGE', 'a size is a number with K, M, G or T, for example 20G');
  return Number(number) * 1024 ** ('KMGT'.indexOf(unit) + 1);
};

export const sourceLimit: Command = {
  usage: 'source limit NAME SIZE --state DIR',
  example: 'source limit almalinux 20G --state /var/lib/sallyport-host',
  options: { state: stateOption },
  positionals: [2, 2],
  run: onState(
    async (state, input, limitBytes) => {
      const name = argument(input, 0);
      limitSources(state, name, limitBytes);
      const limited = readSources(state)
        .filter((source) => isNamed(source, name))
        .map((source) => ({ name: source.name, disk: diskUse(state, source) }));
      return {
        json: { limited },
        text: limited.map(({ name: one, disk }) => `${one}: ${disk.bytes} of ${disk.limitBytes} bytes`),
      };
    },
    (input: CommandInput) => bytesOf(argument(input, 1)),
  ),
};

export const sourceRemove: Command = {
  usage: 'source remove NAME --state DIR',
  example: 'source remove almalinux --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  positionals: [1, 1],
  run: onState(async (state, input) => {
    const name = argument(input, 0);
    const removed = removeSource(state, name);
    for (const gone of removed) {
      dropFeed(state, gone);
      dropCache(state, gone);
    }
    return { json: { removed }, text: removed.map((gone) => `removed ${gone}`) };
  }),
};

type Synced = { name: string; kind: Source['kind']; line: string; details: object; failure?: SourceFailure };

const chosen = (state: HostState, names: ReadonlyArray<string>): ReadonlyArray<Source> => {
  const sources = readSources(state);
  for (const name of names)
    if (!sources.some((source) => isNamed(source, name)))
      throw new BundleError('NOT_FOUND', `no source is named ${name}`);
  return names.length === 0 ? sources : sources.filter((source) => names.some((name) => isNamed(source, name)));
};

/** The architectures that sites ask for, or those that are named. */
const architecturesOf = (state: HostState, input: CommandInput): ReadonlyArray<string> => {
  const given = listOption(input, 'arch');
  if (given.length > 0) return given;
  const asked = lastRequests(state).flatMap(({ request }) => request.platforms.map((platform) => platform.arch));
  return asked.length > 0 ? [...new Set(asked)].sort() : ['amd64'];
};

const failedSync = ({ name, kind }: Source, failure: SourceFailure): Synced => ({
  name,
  kind,
  line: `not read: ${failureText(failure)}`,
  details: { error: { code: failure.code, message: failure.message } },
  failure,
});

const syncOne = async (state: HostState, source: Source, input: CommandInput): Promise<Synced> => {
  const { name, kind } = source;
  if (isAdvisorySource(source)) {
    const done = await syncAdvisories(source, {
      state,
      objects: objectStore(state.objects),
      io: input.io,
      now: toTime(nowMs()),
    });
    for (const reject of done.rejects) input.io.note(`${name}: ${reject.id}: ${reject.reason}: ${reject.detail}`);
    return {
      name,
      kind,
      line: [
        `${done.advisories} advisories, ${done.changed} changed, ${done.rejected} rejected, newest ${done.newest || 'unknown'}`,
        ...(done.classes === undefined ? [] : [classesLine(done.classes)]),
      ].join('; '),
      details: done,
    };
  }
  if (source.kind === 'files' || source.kind === 'firmware') {
    const { folder } = source;
    const { offers, rejected } =
      source.kind === 'files' ? filesSource({ folder }).scan() : firmwareSource({ folder }).scan();
    for (const reject of rejected) input.io.note(`${name}: ${reject.file}: ${reject.reason}: ${reject.detail}`);
    const line = `${offers.length} files, ${rejected.length} rejected`;
    return { name, kind, line, details: { files: offers.length, rejected: rejected.length } };
  }
  const content = await readApt(state, source, architecturesOf(state, input), new Date(nowMs()), input.io);
  if (content.failure !== undefined) return failedSync(source, content.failure);
  const suites = content.indexes.map((index) => ({
    suite: index.suite,
    arch: index.arch,
    packages: index.packages.length,
    security: index.security,
  }));
  return {
    name,
    kind,
    line: suites.map((suite) => `${suite.suite} ${suite.arch} ${suite.packages} packages`).join(', '),
    details: { suites },
  };
};

/** One source that is refused or cannot be had does not keep the others from being read. */
const tryOne = async (state: HostState, source: Source, input: CommandInput): Promise<Synced> => {
  const tried = await ofSource(state, source.name, () => syncOne(state, source, input));
  const synced = tried.failure === undefined ? tried.value : failedSync(source, tried.failure);
  if (synced.failure !== undefined) input.io.note(`${synced.name}: ${synced.line}`);
  return synced;
};

const unreadLine = (failed: ReadonlyArray<Synced>, all: number): string =>
  `${failed.length} of ${all} sources ${failed.length === 1 ? 'was' : 'were'} not read: ${failed.map(({ name }) => name).join(', ')}`;

export const sourceSync: Command = {
  usage: 'source sync [NAME...] --state DIR',
  example: 'source sync almalinux --state /var/lib/sallyport-bundle',
  options: {
    state: stateOption,
    arch: { value: 'ARCH', multiple: true, help: 'apt: an architecture (else those that sites ask for)' },
  },
  positionals: [0, 256],
  run: onState(async (state, input) => {
    const sources = chosen(state, input.positionals);
    const synced: { one: Synced; source: Source }[] = [];
    for (const source of sources) synced.push({ source, one: await tryOne(state, source, input) });
    const failed = synced.flatMap(({ one }) => (one.failure === undefined ? [] : [one]));
    const [alone] = failed;
    // The failure of the only one is that of the command.
    if (sources.length === 1 && alone?.failure !== undefined)
      throw new BundleError(alone.failure.code, `${alone.name}: ${alone.failure.message}`);
    const tidied = tidyDisk(state, readSources(state), nowMs());
    const shown = synced.map(({ one, source }) => ({ ...one, disk: diskUse(state, source) }));
    return {
      json: { sources: shown.map(({ name, kind, details, disk }) => ({ name, kind, ...details, disk })), tidied },
      text: [
        ...shown.map(({ name, line }) => `${name}: ${line}`),
        ...(tidied.files > 0 ? [`took away ${tidied.files} files that nothing needs, ${tidied.bytes} bytes`] : []),
        ...(failed.length > 0 ? [unreadLine(failed, sources.length)] : []),
      ],
      ...exitOf(sources.length - failed.length, failed.length),
    };
  }),
};
