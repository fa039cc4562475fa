// Module streams of Enterprise Linux 8 and 9: one package name has several lines of versions, one for each stream
// (`nodejs:18`, `nodejs:20`), and what is fixed in one says nothing of another. A build of a module says so in its release
// (`…-1.module_el8.9.0+3633+…`, `….module+el8…`); which stream it is, rpm's label says, and of an advisory its title.

import { readPurl } from './purl.ts';

/** A stream that an advisory does not name. */
export const UNNAMED_STREAM = '*';

const BUILD = /\.module[+_]/;
const STREAM = /(?<![\w.+-])([A-Za-z0-9][A-Za-z0-9_.+-]{0,63}):([A-Za-z0-9][A-Za-z0-9_.+-]{0,31})/g;
/** `ALSA-2022:5468` is no stream. */
const ERRATUM = /^[A-Z]{2,6}-\d{4}$/;

/** Whether a version is that of a package built in a module. */
export function isModuleBuild(version: string): boolean {
  return BUILD.test(version);
}

/** The streams that a title names (`virt:rhel and virt-devel:rhel security update`), sorted, each once. */
export function streamsIn(title: string): string[] {
  const found = [...title.slice(0, 500).matchAll(STREAM)].flatMap(([, module = '', stream = '']) =>
    ERRATUM.test(module) ? [] : `${module}:${stream}`,
  );
  return [...new Set(found)].sort();
}

/** Any stream of a module that is not named by a version (`rhel8`, `DL1`), where an advisory names the module alone. */
export function unnamedStreamOf(module: string): string {
  return `${module}:${UNNAMED_STREAM}`;
}

/** The streams named by a version that a build of a module may be of: 3.1.5 is of `ruby:3`, `ruby:3.1` or `ruby:3.1.5`. */
export function versionStreams(module: string, version: string): string[] {
  const upstream = /^(?:\d+:)?(\d+(?:\.\d+)*)/.exec(version)?.[1];
  if (upstream === undefined) return [];
  const parts = upstream.split('.');
  return parts.slice(0, 3).map((_, at) => `${module}:${parts.slice(0, at + 1).join('.')}`);
}

/** Whether an advisory that names streams is about one of them: `unsure` where it may be. */
export function streamIn(named: ReadonlySet<string>, stream: string): 'yes' | 'unsure' | 'no' {
  if (named.has(stream)) return 'yes';
  if (named.has(UNNAMED_STREAM)) return 'unsure';
  const [module = '', own = ''] = stream.split(':');
  return !/^\d/.test(own) && named.has(unnamedStreamOf(module)) ? 'unsure' : 'no';
}

/**
 * Module and stream of a package by its URL, whose `rpmmod` is rpm's label `name:stream:version:context[:arch]`; '' where it has
 * none.
 */
export function streamOfPurl(purl: string): string {
  const label = readPurl(purl)?.qualifiers.get('rpmmod') ?? '';
  const [module = '', stream = ''] = label.split(':', 2);
  return module === '' || stream === '' ? '' : `${module}:${stream}`;
}

/**
 * How records name what they say of a package of a stream, and what a site asks for: `nodejs:18/nodejs`; the package's own
 * name outside of streams.
 */
export function streamedName(stream: string, name: string): string {
  return stream === '' ? name : `${stream}/${name}`;
}

/** The name by which requests and inventories know the package of an update: with the stream that its source names. */
export function streamedPackage({ source, name }: { readonly source: string; readonly name: string }): string {
  return streamedName(readStreamedName(source).stream, name);
}

/** The stream and the package of such a name. */
export function readStreamedName(name: string): { stream: string; name: string } {
  const match = /^([^/:]+:[^/:]+)\/(.+)$/.exec(name);
  return match === null ? { stream: '', name } : { stream: match[1] ?? '', name: match[2] ?? '' };
}
