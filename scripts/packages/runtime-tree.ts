import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { apart } from '../build-programs.ts';
import { closureOf, type Lock, type Locked, locked } from './locked.ts';

// The part of the repository that runs, laid out as the repository is, so that units, commands and a checkout name the same paths.

export type Arch = 'x64' | 'arm64';

/** A program that is packaged: its workspaces, and the folders and files beside their program/. */
export type Runtime = { workspaces: readonly string[]; beside: readonly string[] };

/** What of better-sqlite3 is only for compiling it. */
const notAtRunTime = ['node-addon-api'];

const kept = /\.(?:[cm]?js|json|node|wasm|afm|trie|icc)$|^(?:licen[cs]e|notice|copying)(?:\.(?:md|txt))?$/i;
const droppedFolders = new Set(['test', 'tests', 'docs', 'example', 'examples', 'benchmarks', 'types', '.github']);

/** Files that no import of ours reaches, by package: browsers' builds, older builds, sources of C. */
const dropped: Readonly<Record<string, RegExp>> = {
  'better-sqlite3': /^(?:deps|src)\//,
  openpgp: /^dist\/(?!node\/openpgp\.mjs$)/,
  pdfkit: /^js\/(?!pdfkit\.node\.mjs$|data\/|output\.mjs$|standard-fonts\/.*\.mjs$)|^tools\//,
  fontkit: /^src\//,
};

function belongs(name: string, file: string, arch: Arch): boolean {
  if (file.split('/').some((part) => droppedFolders.has(part)) || dropped[name]?.test(file)) return false;
  if (file.endsWith('.node')) return basename(file) === `linux-${arch}.node`;
  return kept.test(basename(file));
}

const filesBelow = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .filter((file) => !file.split('/').includes('node_modules'))
    .sort();

function copyFile(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  cpSync(from, to);
}

/** Puts one file or folder of the repository at the same place below `out`. */
function copyAlike(root: string, out: string, path: string): void {
  if (!existsSync(join(root, path))) throw new Error(`${path} is not built: make build`);
  mkdirSync(dirname(join(out, path)), { recursive: true });
  cpSync(join(root, path), join(out, path), { recursive: true });
}

/** What is started by its path; all else is read by the runtime. */
const isStarted = (path: string): boolean =>
  /\/usr\/bin\/|\/\.bin\/node$|\/systemd\/sallyport-(?:media|host-failed)$|\/package-steps$/.test(path);

/** Modes do not depend on who checked the repository out: 0755 for folders and what is started, else 0644. */
export function plainModes(folder: string): void {
  chmodSync(folder, 0o755);
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    const stat = lstatSync(path);
    if (stat.isDirectory()) plainModes(path);
    else if (stat.isFile()) chmodSync(path, isStarted(path) ? 0o755 : 0o644);
  }
}

/** A first line that asks for a `node` of the system means nothing here: the runtime is named by whoever starts a file. */
function withoutInterpreter(folder: string): void {
  for (const file of filesIn(folder).filter((name) => /\.[cm]?js$/.test(name))) {
    const path = join(folder, file);
    const text = readFileSync(path, 'utf8');
    if (text.startsWith('#!'))
      writeFileSync(path, text.replace(/^#!.*/, '// Started with the runtime of its package.'));
  }
}

/**
 * Lays a program into `out` and returns every package whose code is in it, the runtime first. `node` is the unpacked npm package of
 * the runtime for `arch`. Packages that the build put into program/ are listed, but have no folder.
 */
export function layRuntimeTree(
  out: string,
  { root, lock, runtime, arch, node }: { root: string; lock: Lock; runtime: Runtime; arch: Arch; node: string },
): Locked[] {
  for (const workspace of runtime.workspaces)
    for (const path of ['bin', 'program', 'package.json']) copyAlike(root, out, `${workspace}/${path}`);
  for (const path of ['LICENSE', ...runtime.beside]) copyAlike(root, out, path);
  const used = closureOf(lock, runtime.workspaces, notAtRunTime);
  const own = used.filter(({ path, name }) => path === `node_modules/${name}` && apart.includes(name));
  const folders = [
    ...own,
    ...closureOf(
      lock,
      own.map(({ path }) => path),
      notAtRunTime,
    ),
  ];
  for (const { path, name } of folders)
    for (const file of filesBelow(join(root, path)).filter((found) => belongs(name, found, arch)))
      copyFile(join(root, path, file), join(out, path, file));
  copyFile(join(node, 'bin/node'), join(out, 'node_modules/.bin/node'));
  copyFile(join(node, 'LICENSE'), join(out, 'node_modules/.bin/node-license.txt'));
  withoutInterpreter(out);
  plainModes(out);
  return [locked(lock, `node_modules/node-linux-${arch}`), ...used];
}

/** Bytes of the files below a folder. */
export const bytesBelow = (folder: string): number =>
  filesIn(folder).reduce((sum, file) => sum + statSync(join(folder, file)).size, 0);

/** All files below a folder by their path in it, links left out, in order. */
export const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .sort();
