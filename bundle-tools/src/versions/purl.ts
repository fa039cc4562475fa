// Package URLs, read and written in one place, by the purl specification ("How to parse", "How to build", "Rules for each
// component") and the case of letters that its types define.

export type Purl = {
  /** Lower case: `npm`. */
  readonly type: string;
  /** Decoded, segments between `/`: `@scope`, `org.apache.xmlgraphics`; empty where there is none. */
  readonly namespace: string;
  readonly name: string;
  /** Empty where there is none. */
  readonly version: string;
  readonly qualifiers: ReadonlyMap<string, string>;
};

const MAX_LENGTH = 4_096;

// What a type says of case. Go and npm are not here: advisories and old packages are written with capitals.
const LOWER_NAMESPACE: ReadonlySet<string> = new Set(
  'alpm apk bitbucket composer deb github gitlab hex qpkg rpm'.split(' '),
);
const LOWER_NAME: ReadonlySet<string> = new Set(
  'alpm apk bitbucket bitnami composer deb github gitlab hex luarocks oci pub pypi'.split(' '),
);

/** A decoded part; undefined where its escapes are none, or it holds what no part may hold. */
const decode = (part: string): string | undefined => {
  try {
    const text = decodeURIComponent(part);
    return /[\p{Cc}\p{Cs}]/u.test(text) ? undefined : text;
  } catch {
    return undefined;
  }
};

const readQualifiers = (text: string): Map<string, string> | undefined => {
  const qualifiers = new Map<string, string>();
  for (const pair of text.split('&')) {
    const equals = pair.indexOf('=');
    const key = (equals < 0 ? pair : pair.slice(0, equals)).toLowerCase();
    const value = equals < 0 ? '' : decode(pair.slice(equals + 1));
    if (value === undefined) return undefined;
    // A pair without value is no pair.
    if (value === '') continue;
    if (!/^[a-z._-][a-z0-9._-]*$/.test(key) || qualifiers.has(key)) return undefined;
    qualifiers.set(key, value);
  }
  return qualifiers;
};

const nameOf = (type: string, name: string): string => {
  const cased = LOWER_NAME.has(type) ? name.toLowerCase() : name;
  return type === 'pypi' ? cased.replaceAll('_', '-') : cased;
};

/** The part before the last mark and the part behind it. */
const splitRight = (text: string, mark: string): [string, string] => {
  const at = text.lastIndexOf(mark);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
};

/**
 * Reads a package URL in any spelling that the specification lets parsers accept: `PKG://NPM/@scope/name@1`. Subpaths name
 * no other package and are left out. undefined: it is none.
 */
export function readPurl(text: string): Purl | undefined {
  if (text.length > MAX_LENGTH) return undefined;
  const [whole] = splitRight(text, '#');
  const [front, query] = splitRight(whole, '?');
  const scheme = /^pkg:\/*/i.exec(front);
  if (scheme === null) return undefined;
  const path = front.slice(scheme[0].length).replace(/\/+$/, '');
  const slash = path.indexOf('/');
  const type = path.slice(0, Math.max(slash, 0)).toLowerCase();
  if (!/^[a-z][a-z0-9.+-]*$/.test(type)) return undefined;
  // An `@` before the last `/` is a scope that was left as it is.
  const rest = path.slice(slash + 1);
  const at = rest.lastIndexOf('@');
  const hasVersion = at > rest.lastIndexOf('/');
  const version = decode(hasVersion ? rest.slice(at + 1) : '');
  const parts = (hasVersion ? rest.slice(0, at) : rest).split('/');
  const name = decode(parts.pop() ?? '');
  const segments = parts.filter((segment) => segment !== '').map(decode);
  const qualifiers = readQualifiers(query);
  if (version === undefined || qualifiers === undefined || segments.includes(undefined)) return undefined;
  if (name === undefined || name === '') return undefined;
  const namespace = segments.join('/');
  return {
    type,
    namespace: LOWER_NAMESPACE.has(type) ? namespace.toLowerCase() : namespace,
    name: nameOf(type, name),
    version,
    qualifiers,
  };
}

/** "Character encoding": all but letters, digits, `.-_~` and `:`. */
const encode = (part: string): string =>
  encodeURIComponent(part)
    .replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%3A', ':');

/** The package without version and qualifiers, in canonical spelling: `pkg:npm/%40scope/name`. */
export function packageOf({ type, namespace, name }: Pick<Purl, 'type' | 'namespace' | 'name'>): string {
  const segments = namespace === '' ? [] : namespace.split('/');
  return `pkg:${type}/${[...segments, name].map(encode).join('/')}`;
}

/** The canonical spelling, but for `+` in a version, which agents and catalogues leave as it is. */
export function writePurl(purl: Pick<Purl, 'type' | 'namespace' | 'name' | 'version'> & Partial<Purl>): string {
  const version = purl.version === '' ? '' : `@${encode(purl.version).replaceAll('%2B', '+')}`;
  const pairs = [...(purl.qualifiers ?? [])]
    .filter(([, value]) => value !== '')
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]) => `${key}=${encode(value)}`);
  return `${packageOf(purl)}${version}${pairs.length === 0 ? '' : `?${pairs.join('&')}`}`;
}
