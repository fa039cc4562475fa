import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  createReadStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { createCleartextMessage, generateKey, readPrivateKey, sign } from 'openpgp';

// A small, real, signed Debian repository: built with dpkg-deb, indexed with apt-ftparchive where that is installed
// (dpkg-deb alone is enough), signed with a key of its own. The demo and the tests use the same one.

export type RepositoryKey = { armoredPrivateKey: string; armoredPublicKey: string; fingerprint: string };

type DebSpec = {
  name: string;
  version: string;
  /** Default `all`. */
  arch?: string;
  /** `source` or `source (version)`, as a control file has it. */
  source?: string;
  depends?: string;
  preDepends?: string;
  provides?: string;
  description?: string;
  /** Path inside the package to its content. */
  files?: Readonly<Record<string, string>>;
};

export type RepositoryOptions = {
  /** Several suites may share one folder. */
  dir: string;
  suite: string;
  packages: readonly DebSpec[];
  key: RepositoryKey;
  component?: string;
  arch?: string;
  origin?: string;
  label?: string;
  /** Of the distribution: `13`. */
  version?: string;
  date?: Date;
  validUntil?: Date;
  packings?: readonly ('xz' | 'gz' | 'plain')[];
  byHash?: boolean;
  /** Further lines of the Release file. */
  fields?: Readonly<Record<string, string>>;
};

export type Repository = {
  dir: string;
  suite: string;
  /** The public key, armored. */
  keyring: string;
  debs: { name: string; version: string; path: string; sha256: string; sizeBytes: number }[];
};

const DAY_MS = 86_400_000;

/** A signing key for one repository; dated back a day, so that clocks need not agree to the second. */
export const makeRepositoryKey = async (name = 'Demo repository'): Promise<RepositoryKey> => {
  const { privateKey, publicKey } = await generateKey({
    type: 'ecc',
    curve: 'ed25519Legacy',
    userIDs: [{ name }],
    date: new Date(nowMs() - DAY_MS),
    format: 'object',
  });
  return {
    armoredPrivateKey: privateKey.armor(),
    armoredPublicKey: publicKey.armor(),
    fingerprint: publicKey.getFingerprint(),
  };
};

const run = (command: string, args: readonly string[], cwd: string): string => {
  const done = spawnSync(command, args, { cwd, encoding: 'utf8', maxBuffer: 64 << 20 });
  if (done.error !== undefined) throw done.error;
  if (done.status !== 0) throw new Error(`${command} ended with ${done.status}: ${done.stderr}`);
  return done.stdout;
};

const isInstalled = (command: string): boolean => spawnSync(command, ['--version']).error === undefined;

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

const controlFile = (spec: DebSpec): string => {
  const fields: [string, string | undefined][] = [
    ['Package', spec.name],
    ['Version', spec.version],
    ['Architecture', spec.arch ?? 'all'],
    ['Source', spec.source],
    ['Maintainer', 'Nobody <nobody@example.org>'],
    ['Section', 'misc'],
    ['Priority', 'optional'],
    ['Pre-Depends', spec.preDepends],
    ['Depends', spec.depends],
    ['Provides', spec.provides],
    ['Description', spec.description ?? `${spec.name}, for a demonstration`],
  ];
  return fields.flatMap(([name, value]) => (value === undefined ? [] : [`${name}: ${value}\n`])).join('');
};

/** Builds one package without scripts and returns its path. */
const buildDeb = (spec: DebSpec, folder: string): string => {
  mkdirSync(folder, { recursive: true });
  const tree = join(folder, `.build-${spec.name}`);
  rmSync(tree, { recursive: true, force: true });
  mkdirSync(join(tree, 'DEBIAN'), { recursive: true, mode: 0o755 });
  writeFileSync(join(tree, 'DEBIAN/control'), controlFile(spec));
  const files = spec.files ?? { [`usr/share/${spec.name}/version`]: `${spec.version}\n` };
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, path)), { recursive: true });
    writeFileSync(join(tree, path), content);
  }
  // An epoch's colon never stands in a file name.
  const version = spec.version.replace(/^\d+:/, '');
  const path = join(folder, `${spec.name}_${version}_${spec.arch ?? 'all'}.deb`);
  run('dpkg-deb', ['--root-owner-group', '-Zxz', '--build', tree, path], folder);
  rmSync(tree, { recursive: true });
  return path;
};

const packagesIndex = (dir: string, pool: string): string => {
  if (isInstalled('apt-ftparchive')) return run('apt-ftparchive', ['packages', pool], dir);
  return readdirSync(join(dir, pool))
    .filter((name) => name.endsWith('.deb'))
    .sort()
    .map((name) => {
      const bytes = readFileSync(join(dir, pool, name));
      const control = run('dpkg-deb', ['--field', join(pool, name)], dir).trimEnd();
      return `${control}\nFilename: ${pool}/${name}\nSize: ${bytes.length}\nSHA256: ${sha256(bytes)}\n\n`;
    })
    .join('');
};

const listed = (folder: string, below = ''): string[] =>
  readdirSync(join(folder, below), { withFileTypes: true }).flatMap((entry) => {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return entry.name === 'by-hash' ? [] : listed(folder, path);
    return /^(?:In)?Release/.test(entry.name) ? [] : [path];
  });

const releaseFile = (options: RepositoryOptions, folder: string): string => {
  const date = options.date ?? new Date(nowMs());
  const fields: Record<string, string> = {
    Origin: options.origin ?? 'Debian',
    Label: options.label ?? 'Debian',
    Suite: options.suite,
    Version: options.version ?? '13',
    Codename: options.suite,
    Date: date.toUTCString(),
    ...(options.validUntil === undefined ? {} : { 'Valid-Until': options.validUntil.toUTCString() }),
    'Acquire-By-Hash': options.byHash === false ? 'no' : 'yes',
    Architectures: `all ${options.arch ?? 'amd64'}`,
    'No-Support-for-Architecture-all': 'Packages',
    Components: options.component ?? 'main',
    ...options.fields,
  };
  const head = Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
  if (isInstalled('apt-ftparchive')) {
    // Its own head is dropped: the one above has the same fields, and those that it has no option for.
    const made = run(
      'apt-ftparchive',
      ['-o', 'APT::FTPArchive::MD5=false', '-o', 'APT::FTPArchive::SHA1=false', 'release', '.'],
      folder,
    );
    const digests = made.slice(made.indexOf('SHA256:'));
    // An uncompressed index that is not served is listed all the same, as in real archives.
    return head + digests;
  }
  const lines = listed(folder).map((path) => {
    const bytes = readFileSync(join(folder, path));
    return ` ${sha256(bytes)} ${bytes.length} ${path}\n`;
  });
  return `${head}SHA256:\n${lines.join('')}`;
};

/** Signs a Release text as an InRelease. */
export const signRelease = async (text: string, key: RepositoryKey): Promise<string> =>
  sign({
    message: await createCleartextMessage({ text }),
    signingKeys: await readPrivateKey({ armoredKey: key.armoredPrivateKey }),
    date: new Date(nowMs() - 1_000),
  });

const writeIndex = (options: RepositoryOptions, folder: string, content: string): (() => void) => {
  mkdirSync(folder, { recursive: true });
  const packings = options.packings ?? ['xz', 'gz'];
  const plain = join(folder, 'Packages');
  writeFileSync(plain, content);
  if (packings.includes('gz')) writeFileSync(`${plain}.gz`, gzipSync(content));
  if (packings.includes('xz') && isInstalled('xz')) run('xz', ['--keep', '--force', plain], folder);
  return () => {
    if (options.byHash !== false) {
      const byHash = join(folder, 'by-hash/SHA256');
      mkdirSync(byHash, { recursive: true });
      for (const name of readdirSync(folder).filter((one) => one.startsWith('Packages'))) {
        const bytes = readFileSync(join(folder, name));
        writeFileSync(join(byHash, sha256(bytes)), bytes);
      }
    }
    const served =
      packings.includes('plain') || readdirSync(folder).filter((one) => one.startsWith('Packages.')).length === 0;
    if (!served) rmSync(plain);
  };
};

/** Builds the packages and a suite of a repository around them; an existing suite of that name is replaced. */
export const makeAptRepository = async (options: RepositoryOptions): Promise<Repository> => {
  const { dir, suite, key } = options;
  const pool = `pool/${suite}`;
  const dists = join(dir, 'dists', suite);
  rmSync(join(dir, pool), { recursive: true, force: true });
  rmSync(dists, { recursive: true, force: true });
  mkdirSync(join(dir, pool), { recursive: true });
  const debs = options.packages.map((spec) => {
    const path = buildDeb(spec, join(dir, pool));
    const bytes = readFileSync(path);
    return { name: spec.name, version: spec.version, path, sha256: sha256(bytes), sizeBytes: bytes.length };
  });
  const folder = join(dists, options.component ?? 'main', `binary-${options.arch ?? 'amd64'}`);
  const finish = writeIndex(options, folder, packagesIndex(dir, pool));
  const release = releaseFile(options, dists);
  finish();
  writeFileSync(join(dists, 'InRelease'), await signRelease(release, key));
  const keyring = join(dir, 'repository-key.asc');
  writeFileSync(keyring, key.armoredPublicKey);
  return { dir, suite, keyring, debs };
};

export type DemoRepository = {
  /** Served while the process lives, or until `close()`. */
  uri: string;
  keyring: string;
  fingerprint: string;
  suites: string[];
  component: string;
  arch: string;
  packageName: string;
  /** The first is in the base suite, the second in the security suite. */
  versions: string[];
  debs: Repository['debs'];
  close(): Promise<void>;
};

/** The demo's own vendor: an old version of one package in the base suite, a newer one in the security suite. */
export const makeDemoRepository = async ({ dir }: { dir: string }): Promise<DemoRepository> => {
  const packageName = 'line-monitor';
  const arch = 'amd64';
  const versions = ['1.0-1', '1.1-1'];
  const suites = ['line', 'line-security'];
  const key = await makeRepositoryKey('Demo Line archive');
  const made: Repository[] = [];
  for (const [at, suite] of suites.entries()) {
    const version = versions[at] ?? '';
    const files = {
      'usr/share/line-monitor/version': `${version}\n`,
      'usr/share/line-monitor/limits.conf': 'pressure_bar = 4.2\n',
    };
    made.push(
      await makeAptRepository({
        dir,
        suite,
        key,
        arch,
        origin: 'Demo Line',
        label: suite.endsWith('-security') ? 'Demo Line security' : 'Demo Line',
        version: '1',
        packages: [{ name: packageName, version, description: 'watches one production line', files }],
      }),
    );
  }
  const server = await serveFolder(dir);
  return {
    uri: server.url,
    keyring: join(dir, 'repository-key.asc'),
    fingerprint: key.fingerprint,
    suites,
    component: 'main',
    arch,
    packageName,
    versions,
    debs: made.flatMap((one) => one.debs),
    close: server.close,
  };
};

export type FolderServer = {
  /** `http://127.0.0.1:PORT` */
  url: string;
  /** The paths that were asked for. */
  requests: string[];
  close(): Promise<void>;
};

/** Serves a folder on loopback, on a free port. */
export const serveFolder = async (dir: string): Promise<FolderServer> => {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url ?? '/', 'http://host').pathname);
    requests.push(path);
    const file = join(dir, normalize(path));
    if (!existsSync(file) || !statSync(file).isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.setHeader('content-length', statSync(file).size);
    createReadStream(file).pipe(response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
};
