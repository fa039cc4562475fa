import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

// What the faces of capabilities are made of, counted over the sources of this tree: handlers of forms, declared forms, models of views,
// types that repeat what a service is. `node scripts/faces-count.ts [FOLDER]` counts another tree.

const root = process.argv[2] ?? join(import.meta.dirname, '..');
const workspaces = ['bundle-tools', 'ui', 'appliance', 'agent'];

const sources = workspaces.flatMap((workspace) =>
  readdirSync(join(root, workspace, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((name) => /\.tsx?$/.test(name) && !/\.test\.tsx?$/.test(name))
    .map((name) => ({
      path: `${workspace}/src/${name}`,
      text: readFileSync(join(root, workspace, 'src', name), 'utf8'),
    })),
);
const inPaths = (path: RegExp): string =>
  sources
    .filter((file) => path.test(file.path))
    .map(({ text }) => text)
    .join('\n');
const count = (text: string, pattern: RegExp): number => [...text.matchAll(pattern)].length;

const pages = inPaths(/^appliance\/src\/.*pages\.tsx$/);
const posts = count(pages, /\.post\(/g);
const declared = count(pages, /\.post\(\s*paths\.\w+\.pattern,\s*\w+\.post\s*,?\s*\)/g);
const features = inPaths(/^appliance\/src\/features\//);
const views = inPaths(/^ui\/src\/(?!components|frame|i18n)/);

const rows: readonly (readonly [what: string, number: number])[] = [
  ['files', sources.length],
  ['lines', sources.reduce((sum, { text }) => sum + text.split('\n').length - 1, 0)],
  ['handlers of POST by hand', posts - declared],
  ['handlers of POST from operations', declared],
  ['operations with a form', count(features, /\bform: \{\s*at: paths\./g)],
  ['models of views (types in ui of a capability)', count(views, /^(?:export )?type \w+(?:<[^=]*>)? =/gm)],
  ['lines of pages in features', inPaths(/^appliance\/src\/features\/.*pages\.tsx$/).split('\n').length - 1],
  ['lines of views of capabilities', views.split('\n').length - 1],
  ['list builders', count(inPaths(/^appliance\/src\//), /\blistBuilder[<(]/g)],
  ['Pick<…> in features', count(features, /\bPick</g)],
  ['types Parts and Needs', count(features, /\btype \w*(?:Parts|Needs) =/g)],
  ['types …Service', count(features, /\btype \w+Service =/g)],
];
const width = Math.max(...rows.map(([what]) => what.length));
for (const [what, number] of rows) process.stdout.write(`${what.padEnd(width)}  ${String(number).padStart(7)}\n`);
