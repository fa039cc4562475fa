import { z } from 'zod';
import { suitesFeed } from '../advisories/suites-feed.ts';
import { supportFeed } from '../advisories/support.ts';
import { wholeFeed } from '../advisories/whole.ts';
import { shownAddress } from '../downloads/proxies.ts';
import { BundleError } from '../errors.ts';
import { writeFileDurable } from '../platform/files.ts';
import { isThere } from '../platform/is-there.ts';
import { readBounded } from './read-bounded.ts';
import type { HostState } from './state.ts';

// Where advisories and updates come from; decided by the operator of the connected host, kept in sources.json.

const name = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'a name has 1 to 64 of a-z, 0-9 and -, and starts with a letter or digit')
  .refine((text) => text !== suitesFeed, 'this name is kept for the advisories of security suites')
  .refine((text) => text !== wholeFeed, 'this name is kept for what `source whole` says');

const place = z.string().min(1).max(4096);

/** What every source may have: the most that it takes of the disk. */
const common = { name, limitBytes: z.int().min(1024).max(Number.MAX_SAFE_INTEGER).optional() };
/** What those have that may lie at an address: a proxy of their own. */
const fetched = {
  proxy: z
    .string()
    .regex(/^https?:\/\//)
    .max(1024)
    .optional(),
};

const osvSource = z.strictObject({ ...common, ...fetched, kind: z.literal('osv'), location: place });
const csafSource = z.strictObject({
  ...common,
  ...fetched,
  kind: z.literal('csaf'),
  location: place,
  /** Keys that sign the documents; without them signatures are not looked at. */
  keyrings: z.array(place).max(16).optional(),
});
/** Catalogues about CVEs: known exploited vulnerabilities, and decision points of SSVC. */
const kevSource = z.strictObject({ ...common, ...fetched, kind: z.literal('kev'), location: place });
const ssvcSource = z.strictObject({ ...common, ...fetched, kind: z.literal('ssvc'), location: place });
/** Until when releases are supported. One list, in a feed of a fixed name: sites of before it do not get it. */
const supportSource = z.strictObject({
  ...common,
  ...fetched,
  kind: z.literal('support'),
  name: z.literal(supportFeed, `a source of ends of support is named ${supportFeed}`),
  location: place,
});
const aptSource = z.strictObject({
  ...common,
  ...fetched,
  kind: z.literal('apt'),
  /** The name under which several were added at once; each command takes it for all of them. */
  group: name.optional(),
  uri: z.string().regex(/^https?:\/\/[^\s?#]+$/, 'an apt source has an http or https address'),
  suites: z
    .array(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._/-]{0,127}$/))
    .min(1)
    .max(32),
  components: z.array(z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9._/-]{0,63}$/)).max(32),
  keyrings: z.array(place).min(1).max(16),
});
const filesSource = z.strictObject({ ...common, kind: z.literal('files'), folder: place });
const firmwareSource = z.strictObject({ ...common, kind: z.literal('firmware'), folder: place });

const source = z
  .discriminatedUnion('kind', [
    osvSource,
    csafSource,
    kevSource,
    ssvcSource,
    supportSource,
    aptSource,
    filesSource,
    firmwareSource,
  ])
  .refine(
    ({ kind, name: named }) => kind === 'support' || named !== supportFeed,
    `the name ${supportFeed} is kept for a source of the kind support`,
  );
const sourcesFile = z.strictObject({ format: z.literal('sallyport-sources/1'), sources: z.array(source).max(256) });

/** One place that advisories or updates come from. */
export type Source = z.infer<typeof source>;
/** One whose records go into a feed of its name. */
export type AdvisorySource = z.infer<
  typeof osvSource | typeof csafSource | typeof kevSource | typeof ssvcSource | typeof supportSource
>;
export type AptSourceEntry = z.infer<typeof aptSource>;
export type FirmwareSourceEntry = z.infer<typeof firmwareSource>;
export type FilesSourceEntry = z.infer<typeof filesSource>;

const maxFileBytes = 1024 * 1024;

const explain = (error: z.ZodError): string =>
  error.issues.map((issue) => `${issue.path.join('.') || 'source'}: ${issue.message}`).join('; ');

/** Checks one source as given by an operator. */
export const parseSource = (value: unknown): Source => {
  const parsed = source.safeParse(value);
  if (!parsed.success) throw new BundleError('SOURCE_INVALID', explain(parsed.error), { cause: parsed.error });
  return parsed.data;
};

/** The sources in the order they were added; none before the first. */
export const readSources = (state: HostState): ReadonlyArray<Source> => {
  if (!isThere(state.sources)) return [];
  const text = Buffer.from(readBounded(state.sources, maxFileBytes)).toString('utf8');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new BundleError('SOURCE_INVALID', 'sources.json is not JSON', { cause });
  }
  const parsed = sourcesFile.safeParse(value);
  if (!parsed.success) throw new BundleError('SOURCE_INVALID', `sources.json: ${explain(parsed.error)}`);
  return parsed.data.sources;
};

/** Adds a source; its name must be new. */
export const addSource = (state: HostState, added: Source): void => {
  const sources = readSources(state);
  if (sources.some((known) => known.name === added.name))
    throw new BundleError('EXISTS', `a source named ${added.name} is there already`);
  writeSources(state, [...sources, added]);
};

/** Bounds what the sources of a name or group may take of the disk; returns their names. */
export function limitSources(state: HostState, wanted: string, limitBytes: number): ReadonlyArray<string> {
  const sources = readSources(state);
  const meant = sources.filter((source) => isNamed(source, wanted));
  if (meant.length === 0) throw new BundleError('NOT_FOUND', `no source is named ${wanted}`);
  writeSources(
    state,
    sources.map((source) => (meant.includes(source) ? parseSource({ ...source, limitBytes }) : source)),
  );
  return meant.map((source) => source.name);
}

/** Where a source of advisories lies, without a password. */
export function shownPlace({ location }: AdvisorySource): string {
  return /^https?:/.test(location) ? shownAddress(location) : location;
}

/** A source as it may be shown: an address without its password. */
export function shownSource(source: Source): Source {
  const shown = { ...source };
  if ('proxy' in shown && shown.proxy !== undefined) shown.proxy = shownAddress(shown.proxy);
  if ('location' in shown) shown.location = shownPlace(shown);
  if ('uri' in shown) shown.uri = shownAddress(shown.uri);
  return shown;
}

/** Whether a source has a feed of advisories. */
export const isAdvisorySource = (source: Source): source is AdvisorySource => 'location' in source;

/** Whether a source goes by this name, its own or that of its group. */
export const isNamed = (source: Source, name: string): boolean =>
  source.name === name || (source.kind === 'apt' && source.group === name);

/** Takes sources away by name or group; returns their names. */
export const removeSource = (state: HostState, name: string): ReadonlyArray<string> => {
  const sources = readSources(state);
  const gone = sources.filter((source) => isNamed(source, name));
  if (gone.length === 0) throw new BundleError('NOT_FOUND', `no source is named ${name}`);
  writeSources(
    state,
    sources.filter((source) => !gone.includes(source)),
  );
  return gone.map((source) => source.name);
};

const writeSources = (state: HostState, sources: ReadonlyArray<Source>): void =>
  writeFileDurable(state.sources, `${JSON.stringify({ format: 'sallyport-sources/1', sources }, null, 2)}\n`, 0o600);
