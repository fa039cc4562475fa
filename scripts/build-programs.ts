import { cpSync, existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Plugin, rolldown } from 'rolldown';

// Loading a thousand small modules took most of the time of a short command. Each workspace with a command gets, beside
// its compiled modules in dist/, the folder program/: the same code in few files (docs/decisions/031-start.md).
//
// program/ is laid out as dist/ is. A file that is started or found by its path has the same path there, and what a module
// learns of its place from `import.meta` is its place in the program/ of its own workspace.

const root = join(import.meta.dirname, '..');

/** Packages that are loaded from node_modules: native code, one file already, or files that they find beside themselves. */
export const apart = [
  'better-sqlite3',
  'bree',
  'libsodium-wrappers',
  'node-cron',
  'openpgp',
  'pdfkit',
  'pino',
  'systeminformation',
];

type Program = {
  workspace: string;
  /** Files that are started by their path, without `.js`. */
  files: readonly string[];
  /** Folders whose files are found by reading the folder, each loaded alone. */
  folders: readonly string[];
  /** Files whose name ends so are loaded alone, too. */
  endings: readonly string[];
  /** What is not code and is read beside it. */
  copied: readonly string[];
};

const programs: readonly Program[] = [
  {
    workspace: 'appliance',
    files: ['server/intake/worker', 'data-acts/answer'],
    folders: ['cli', 'jobs'],
    endings: ['operations'],
    copied: ['schema.sql', 'migrations', 'release.json', 'features/exchange/package-names.br'],
  },
  {
    workspace: 'bundle-tools',
    files: ['cli/main', 'importer/child', 'media/survey-child', 'archive/hash-worker', 'platform/drop-rights'],
    folders: [],
    endings: [],
    copied: ['release.json'],
  },
  { workspace: 'agent', files: ['cli/main'], folders: [], endings: [], copied: ['release.json'] },
];

/** The folder of src/ that a folder of dist/ was compiled from; a checkout may lie in a folder named dist itself. */
const sourceOf = (folder: string): string =>
  join(root, relative(root, folder).replace(/([/\\])dist(?=[/\\]|$)/, '$1src'));

/** Modules below a folder of dist/. The compiler leaves those whose source is gone: they are no part of a program any more. */
const modulesIn = (folder: string, recursive = false): string[] =>
  readdirSync(folder, { recursive, encoding: 'utf8' })
    .filter((file) => file.endsWith('.js') && !file.endsWith('.test.js'))
    .map((file) => file.slice(0, -'.js'.length))
    .filter((name) => existsSync(join(sourceOf(folder), `${name}.ts`)))
    .sort();

const placeMark = '__place_of__';

/** Rewrites what modules read from `import.meta`, and refuses to build what it cannot rewrite. */
const placePlugin = (workspace: string): Plugin => ({
  name: 'place',
  transform(code, id) {
    const own = /^([a-z-]+)\/dist\/(.+)$/.exec(relative(root, id));
    if (own === null || !code.includes('import.meta')) return null;
    const place = `${own[1] === workspace ? '' : `../${own[1]}/`}program/${own[2]}`;
    const marked = code.replaceAll(
      /\bimport\.meta\.(dirname|filename|url)\b/g,
      (_, what: string) => `${placeMark}(${JSON.stringify([what, place])})`,
    );
    if (marked.includes('import.meta')) throw new Error(`${id} reads of import.meta what has no place in a program`);
    return marked;
  },
  renderChunk(code, chunk) {
    if (!code.includes(placeMark)) return null;
    const up = relative(dirname(join('program', chunk.fileName)), '.');
    return code.replaceAll(/__place_of__\((\[[^\]]*\])\)/g, (_, given: string) => {
      const [what, place] = JSON.parse(given) as [string, string];
      if (what === 'url') return `new URL(${JSON.stringify(`${up}/${place}`)}, import.meta.url).href`;
      return `(import.meta.dirname + ${JSON.stringify(`/${up}/${what === 'dirname' ? dirname(place) : place}`)})`;
    });
  },
});

const buildProgram = async ({ workspace, files, folders, endings, copied }: Program): Promise<void> => {
  const dist = join(root, workspace, 'dist');
  const out = join(root, workspace, 'program');
  const entries = [
    ...files,
    ...folders.flatMap((folder) => modulesIn(join(dist, folder)).map((name) => `${folder}/${name}`)),
    ...(endings.length === 0
      ? []
      : modulesIn(dist, true).filter((name) => endings.some((ending) => name.endsWith(ending)))),
  ];
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(dist, `${entry}.js`)])),
    platform: 'node',
    external: apart,
    plugins: [placePlugin(workspace)],
    onLog: (_level, log) => {
      throw new Error(`rolldown: ${log.message}`);
    },
  });
  const { output } = await bundle.write({
    dir: out,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name]-[hash].js',
  });
  await bundle.close();
  // What an older build left must not stay; what is the same was written over, for whoever runs it now.
  const written = new Set(output.map(({ fileName }) => fileName));
  for (const entry of readdirSync(out, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !written.has(relative(out, path))) rmSync(path);
  }
  // There are migrations from the second release on.
  for (const name of copied)
    if (name !== 'migrations' || existsSync(join(dist, name)))
      cpSync(join(dist, name), join(out, name), { recursive: true });
};

type Declared = { name: string; command?: unknown };

/**
 * Writes program/commands.json: the words of each command that an operation declares, and the module that declares it. A
 * command then loads one feature's operations; the shapes of all take 90 ms.
 */
const indexCommands = async (): Promise<void> => {
  const program = join(root, 'appliance/program');
  const modules = modulesIn(join(root, 'appliance/dist'), true).filter(
    (name) => name.endsWith('operations') && name !== 'all-operations',
  );
  const index: Record<string, string> = {};
  for (const name of modules) {
    const exported = (await import(pathToFileURL(join(program, `${name}.js`)).href)) as Record<string, unknown>;
    for (const { name: words, command } of Object.values(exported).filter(Array.isArray).flat() as Declared[])
      if (command !== undefined) index[words.replaceAll('.', ' ')] ??= name;
  }
  writeFileSync(join(program, 'commands.json'), `${JSON.stringify(index, null, 1)}\n`);
};

/** Builds program/ of every workspace that has a command from its dist/. */
export const buildPrograms = async (): Promise<void> => {
  for (const program of programs) await buildProgram(program);
  await indexCommands();
};
