import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { defined } from '../../../platform/defined.ts';
import { isThere } from '../../../platform/is-there.ts';
import { type Paragraph, parseParagraphs } from './deb822.ts';

/** A signed repository that the computer itself uses. */
type AptSourceEntry = {
  uri: string;
  suites: string[];
  components: string[];
  /** Keyring files. */
  signedBy: string[];
  /** A key that stands in the sources file itself. */
  armoredKey?: string;
};

const MAX_FILE_BYTES = 1 << 20;

const read = (path: string): string => {
  if (!isThere(path) || statSync(path).size > MAX_FILE_BYTES) return '';
  return readFileSync(path, 'utf8');
};

const list = (folder: string, extension: RegExp): string[] =>
  isThere(folder)
    ? readdirSync(folder)
        .filter((name) => extension.test(name))
        .sort()
        .map((name) => join(folder, name))
    : [];

const words = (text: string | undefined): string[] => (text ?? '').split(/\s+/).filter((word) => word !== '');
const isHttp = (uri: string): boolean => /^https?:\/\//.test(uri);
const isYes = (text: string | undefined): boolean => text !== undefined && /^(?:yes|true|1)$/i.test(text.trim());
const isNo = (text: string | undefined): boolean => text !== undefined && /^(?:no|false|0)$/i.test(text.trim());

type Raw = { uris: string[]; suites: string[]; components: string[]; signedBy: string; trusted: boolean };

const ofParagraph = (paragraph: Paragraph): Raw[] => {
  if (!words(paragraph.get('types')).includes('deb') || isNo(paragraph.get('enabled'))) return [];
  return [
    {
      uris: words(paragraph.get('uris')),
      suites: words(paragraph.get('suites')),
      components: words(paragraph.get('components')),
      signedBy: paragraph.get('signed-by') ?? '',
      trusted: isYes(paragraph.get('trusted')),
    },
  ];
};

/** `deb [signed-by=/a.gpg] http://host/debian suite main` */
const ofLine = (line: string): Raw[] => {
  const [, options = '', rest = ''] = /^deb\s+(?:\[([^\]]*)\]\s+)?(.+)$/.exec(line.replace(/#.*$/, '').trim()) ?? [];
  const [uri, suite, ...components] = words(rest);
  if (uri === undefined || suite === undefined) return [];
  const values = new Map(words(options).map((option) => option.split('=', 2) as [string, string]));
  const signedBy = (values.get('signed-by') ?? '').split(',').join(' ');
  return [{ uris: [uri], suites: [suite], components, signedBy, trusted: isYes(values.get('trusted')) }];
};

/** A sources file keeps empty lines of a block as a lone dot. */
const embeddedKey = (signedBy: string): string | undefined => {
  if (!signedBy.includes('-----BEGIN PGP')) return undefined;
  const lines = signedBy.split('\n').map((line) => (line.trim() === '.' ? '' : line.trim()));
  return `${lines.join('\n').trim()}\n`;
};

/**
 * The repositories of `/etc/apt` that can serve as sources: over http or https, signed, with a key that is at hand.
 * Local media, `Trusted: yes` and flat repositories are left out.
 */
export const readAptSources = (root = '/'): AptSourceEntry[] => {
  const folder = join(root, 'etc/apt');
  const raws: Raw[] = [];
  for (const path of list(join(folder, 'sources.list.d'), /\.sources$/))
    raws.push(...parseParagraphs(read(path)).flatMap(ofParagraph));
  for (const path of [join(folder, 'sources.list'), ...list(join(folder, 'sources.list.d'), /\.list$/)]) {
    raws.push(...read(path).split('\n').flatMap(ofLine));
  }
  const trustedByDefault = () =>
    [join(folder, 'trusted.gpg'), ...list(join(folder, 'trusted.gpg.d'), /\.(?:gpg|asc)$/)].filter((path) =>
      isThere(path),
    );
  return raws.flatMap((raw) => {
    if (raw.trusted || raw.suites.length === 0 || raw.components.length === 0) return [];
    const armoredKey = embeddedKey(raw.signedBy);
    const named =
      armoredKey === undefined
        ? words(raw.signedBy)
            .filter((word) => word.startsWith('/'))
            .map((path) => join(root, path))
        : [];
    const signedBy = raw.signedBy === '' ? trustedByDefault() : named;
    if (signedBy.length === 0 && armoredKey === undefined) return [];
    return raw.uris.filter(isHttp).map((uri) => ({
      uri,
      suites: raw.suites,
      components: raw.components,
      signedBy,
      ...defined({ armoredKey }),
    }));
  });
};

/** The proxy that apt on this computer is told to use; asks apt itself, which knows all forms of its files. */
export const aptProxy = (): { http?: string; https?: string } => {
  const dump = spawnSync('apt-config', ['dump', 'Acquire'], { encoding: 'utf8', timeout: 10_000 });
  if (dump.error !== undefined || dump.status !== 0) return {};
  const http = /^Acquire::http::Proxy "(http:\/\/[^"]+)";$/im.exec(dump.stdout)?.[1];
  const https = /^Acquire::https::Proxy "(http:\/\/[^"]+)";$/im.exec(dump.stdout)?.[1];
  return defined({ http, https });
};
