import { classesLine } from '../advisories/csaf/classes.ts';
import { BundleError } from '../errors.ts';
import { diskUse, tidyDisk } from '../host/disk-use.ts';
import { syncAdvisories } from '../host/gather-advisories.ts';
import { readApt } from '../host/gather-updates.ts';
import { objectStore } from '../host/objects.ts';
import { lastRequests } from '../host/requests.ts';
import { isAdvisorySource, isNamed, readSources, type Source } from '../host/sources.ts';
import type { HostState } from '../host/state.ts';
import { nowMs, toTime } from '../platform/ambient.ts';
import { filesSource } from '../updates/sources/files.ts';
import { firmwareSource } from '../updates/sources/firmware.ts';
import { type Command, type CommandInput, listOption } from './command.ts';
import { onState, stateOption } from './state-option.ts';

type Synced = { name: string; kind: Source['kind']; line: string; details: object; hasFailed?: true };

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
  if (content.failure !== undefined) throw content.failure;
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

/** One source that is refused or cannot be had does not keep the others from being read; the command then ends with 1. */
const tryOne = async (state: HostState, source: Source, input: CommandInput, isOnly: boolean): Promise<Synced> => {
  try {
    return await syncOne(state, source, input);
  } catch (error) {
    if (isOnly || !(error instanceof BundleError)) throw error;
    const { name, kind } = source;
    const line = `not read: ${error.code}: ${error.message}`;
    input.io.note(`${name}: ${line}`);
    return { name, kind, line, details: { error: { code: error.code, message: error.message } }, hasFailed: true };
  }
};

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
    for (const source of sources)
      synced.push({ source, one: await tryOne(state, source, input, sources.length === 1) });
    const tidied = tidyDisk(state, readSources(state), nowMs());
    const shown = synced.map(({ one, source }) => ({ ...one, disk: diskUse(state, source) }));
    return {
      json: { sources: shown.map(({ name, kind, details, disk }) => ({ name, kind, ...details, disk })), tidied },
      text: [
        ...shown.map(({ name, line }) => `${name}: ${line}`),
        ...(tidied.files > 0 ? [`took away ${tidied.files} files that nothing needs, ${tidied.bytes} bytes`] : []),
      ],
      ...(shown.some(({ hasFailed }) => hasFailed) ? { exit: 1 as const } : {}),
    };
  }),
};
