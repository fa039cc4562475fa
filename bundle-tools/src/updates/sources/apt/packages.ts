import { BundleError } from '../../../errors.ts';
import { type Paragraph, readParagraphs } from './deb822.ts';

/** One binary package of a Packages index. */
export type AptPackage = {
  name: string;
  version: string;
  arch: string;
  source: string;
  sourceVersion: string;
  /** Pre-Depends and Depends as one list. */
  depends: string;
  provides: string;
  /** Relative to the repository's address. */
  path: string;
  sizeBytes: number;
  sha256: string;
  title: string;
};

const WANTED: ReadonlySet<string> = new Set([
  'package',
  'version',
  'architecture',
  'source',
  'pre-depends',
  'depends',
  'provides',
  'filename',
  'size',
  'sha256',
  'description',
]);

const MAX_PACKAGES = 500_000;

const sourceOf = (paragraph: Paragraph, name: string, version: string): { source: string; sourceVersion: string } => {
  // `Source: glibc (2.41-12)`: the version stands there only when it differs, as with a binary rebuild.
  const [, source = name, sourceVersion = version] =
    /^(\S+)(?:\s+\(([^)]+)\))?$/.exec(paragraph.get('source') ?? name) ?? [];
  return { source, sourceVersion };
};

const isSafePath = (path: string): boolean =>
  /^[\x21-\x7e]{1,1000}$/.test(path) &&
  !path.startsWith('/') &&
  !path.split('/').some((part) => part === '..' || part === '');

const toPackage = (paragraph: Paragraph): AptPackage => {
  const name = paragraph.get('package') ?? '';
  const version = paragraph.get('version') ?? '';
  const arch = paragraph.get('architecture') ?? '';
  const path = (paragraph.get('filename') ?? '').replace(/^\.\//, '');
  const sha256 = paragraph.get('sha256') ?? '';
  const size = paragraph.get('size') ?? '';
  if (
    !/^[a-z0-9][a-z0-9+.-]{0,200}$/i.test(name) ||
    version === '' ||
    arch === '' ||
    !isSafePath(path) ||
    !/^[0-9a-f]{64}$/.test(sha256) ||
    !/^\d{1,15}$/.test(size)
  ) {
    throw new BundleError('SOURCE_INVALID', `Packages: a broken entry for "${name.slice(0, 60)}"`);
  }
  return {
    name,
    version,
    arch,
    ...sourceOf(paragraph, name, version),
    depends: [paragraph.get('pre-depends'), paragraph.get('depends')].filter(Boolean).join(', '),
    provides: paragraph.get('provides') ?? '',
    path,
    sizeBytes: Number(size),
    sha256,
    title: (paragraph.get('description') ?? '').split('\n', 1)[0]?.slice(0, 300) ?? '',
  };
};

/** Reads a Packages index to its end; the caller has bounded the stream and checks its digest. */
export const readPackages = async (stream: AsyncIterable<Uint8Array>): Promise<AptPackage[]> => {
  const packages: AptPackage[] = [];
  for await (const paragraph of readParagraphs(stream, WANTED)) {
    if (packages.length >= MAX_PACKAGES) throw new BundleError('LIMIT', `Packages: more than ${MAX_PACKAGES} entries`);
    packages.push(toPackage(paragraph));
  }
  return packages;
};
