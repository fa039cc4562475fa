import { dirname, join, normalize } from 'node:path';
import { parseSync } from 'rolldown/utils';
import { codeOnly, type Imported, type SourceFile } from '../support/sources.ts';

// The rules of docs/architecture.md. Each takes sources and returns what breaks it, as `file -> target` or `file: what`, so
// that a test can run it over the repository and over a planted violation.

export type Rule = (files: readonly SourceFile[]) => string[];

const frame = 'appliance/src/server/';

const resolve = (file: SourceFile, specifier: string): string => normalize(join(dirname(file.path), specifier));

/** What breaks `check`, over every import of these files. */
const imports =
  (check: (file: SourceFile, imported: Imported, target: string) => boolean): Rule =>
  (files) =>
    files.flatMap((file) =>
      file.imported
        .filter((imported) => {
          const { specifier } = imported;
          return check(file, imported, specifier.startsWith('.') ? resolve(file, specifier) : specifier);
        })
        .map(({ specifier }) => `${file.path} -> ${specifier.startsWith('.') ? resolve(file, specifier) : specifier}`),
    );

/** Whether nothing of an import is there at run time. */
const isTypeOnly = ({ values }: Imported): boolean => values.length === 0;

// Workspaces

const workspaces: Readonly<Record<string, readonly string[]>> = {
  'bundle-tools': [],
  ui: [],
  appliance: ['bundle-tools', 'ui'],
  agent: ['bundle-tools'],
};

const workspaceOf = (path: string): string => path.split('/')[0] ?? '';

/** agent -> bundle-tools <- appliance -> ui */
export const workspacesAlongTheArrows: Rule = imports((file, { specifier }, target) => {
  const from = workspaceOf(file.path);
  if (specifier.startsWith('.')) return workspaceOf(target) !== from;
  const other = /^@sallyport\/([^/]+)/.exec(specifier)?.[1];
  return other !== undefined && !(workspaces[from] ?? []).includes(other);
});

/** bundle-tools and the agent have no server and no database. */
export const withoutServerAndDatabase: Rule = imports(
  (file, { specifier }) =>
    ['bundle-tools', 'agent'].includes(workspaceOf(file.path)) &&
    /^(?:hono|@hono\/|better-sqlite3|node:sqlite|bree|node-cron)/.test(specifier),
);

/** The one file of ui that reads files: its own style sheets, fonts and scripts. */
const assets = 'ui/src/assets.ts';

/** ui: props in, HTML out. Nothing but hono/jsx, and no way to data. */
export const uiWithoutData: Rule = (files) => {
  const own = files.filter(({ path }) => path.startsWith('ui/src/'));
  return [
    ...imports(
      (file, { specifier }) =>
        !specifier.startsWith('.') &&
        !/^hono\/(?:jsx|html)(?:$|\/)/.test(specifier) &&
        !(file.path === assets && /^node:(?:crypto|fs|path)$/.test(specifier)),
    )(own),
    ...own
      .filter(({ text }) => /\bfetch\s*\(|\bprocess\.|\bXMLHttpRequest\b|\bglobalThis\b/.test(codeOnly(text)))
      .map(({ path }) => `${path}: reads`),
  ];
};

// The appliance

/** platform/ imports nothing of the appliance but itself. */
export const platformKnowsNoFeature: Rule = imports(
  (file, { specifier }, target) =>
    file.path.startsWith('appliance/src/platform/') &&
    (specifier.startsWith('.') ? !target.startsWith('appliance/src/platform/') : specifier === '@sallyport/ui'),
);

/** The folder of an engine or a feature that a path lies in. */
const featureOf = (path: string): string | undefined =>
  /^appliance\/src\/(?:engine|features)\/[^/]+(?=\/)/.exec(path)?.[0];

type Layer = 'types' | 'store' | 'service' | 'other';

const layerOf = (path: string): Layer => {
  const name = path.slice(path.lastIndexOf('/') + 1);
  if (name === 'types.ts') return 'types';
  if (/^(?:[a-z0-9-]+-)?(?:store|queries)\.ts$/.test(name)) return 'store';
  return name === 'service.ts' ? 'service' : 'other';
};

/** A file of a feature that speaks to people and programs: pages, routes, its view, and what else takes of the frame. */
const isFace = (file: SourceFile): boolean =>
  featureOf(file.path) !== undefined &&
  layerOf(file.path) === 'other' &&
  (/\/(?:[a-z-]+-)?(?:pages|routes|operations)\.tsx?$|\/view\.tsx?$/.test(file.path) ||
    file.imports.some((name) => name.startsWith('.') && resolve(file, name).startsWith(frame)));

/** A feature reaches another only through its service.ts and types.ts; its faces also through the other's view.ts. */
export const featuresThroughServiceAndTypes: Rule = imports((file, { specifier }, target) => {
  const [own, other] = [featureOf(file.path), featureOf(target)];
  if (!specifier.startsWith('.') || own === undefined || other === undefined || own === other) return false;
  const open = isFace(file) ? ['service.ts', 'types.ts', 'view.ts', 'view.tsx'] : ['service.ts', 'types.ts'];
  return !open.some((name) => target === `${other}/${name}`);
});

/** The features that agents and media reach. */
const entryPoints = ['agents', 'offline-import'].map((door) => `appliance/src/features/${door}/`);

const isEntryPoint = (path: string): boolean =>
  entryPoints.some((door) => path.startsWith(door)) || /^appliance\/src\/(?:cli|jobs|server)\//.test(path);

/** Services, stores and what they use know nothing of pages, routes, agents' entries and the frame. */
export const entryPointsAreNotImported: Rule = (files) => {
  const faces = new Set(files.filter(isFace).map(({ path }) => path));
  return imports(
    (file, { specifier }, target) =>
      specifier.startsWith('.') &&
      featureOf(file.path) !== undefined &&
      !isEntryPoint(file.path) &&
      !faces.has(file.path) &&
      (isEntryPoint(target) || faces.has(target)),
  )(files);
};

/** What puts the features into the frame; each file goes when the features' manifests do it. */
const assembly = [
  'api/app.ts',
  'api/site-operations.ts',
  'console/app.tsx',
  'console/cookies.ts',
  'console/guard.ts',
  'console/records.ts',
  'console/types.ts',
  'http-app.ts',
  'intake/decoders.ts',
  'intake/work.ts',
  'intake/worker.ts',
].map((name) => `${frame}${name}`);

/** The frame of pages, API and listener names no feature; the engines it may know. */
export const frameNamesNoFeature: Rule = imports(
  (file, { specifier }, target) =>
    specifier.startsWith('.') &&
    file.path.startsWith(frame) &&
    !assembly.includes(file.path) &&
    target.startsWith('appliance/src/features/'),
);

/** Inside a feature, types <- store <- service: what stands left knows nothing of what stands right. */
export const layersPointLeft: Rule = imports((file, { specifier }, target) => {
  const own = featureOf(file.path);
  if (!specifier.startsWith('.') || own === undefined || own !== featureOf(target)) return false;
  const [from, to] = [layerOf(file.path), layerOf(target)];
  return (from === 'types' && to === 'store') || ((from === 'types' || from === 'store') && to === 'service');
});

/** types.ts takes nothing of its own feature but other types; a door's, which names its parts, is left alone. */
export const typesKnowTypes: Rule = imports((file, { specifier }, target) => {
  const own = featureOf(file.path);
  if (!specifier.startsWith('.') || own === undefined || own !== featureOf(target)) return false;
  return layerOf(file.path) === 'types' && layerOf(target) !== 'types';
});

/** A name is imported from where it is defined; an engine's service hands on the types that declarations give. */
export const noReexports: Rule = (files) =>
  files.flatMap(({ path, text }) =>
    [...text.matchAll(/^export\s+(type\s+)?(?:\*|\{)[^;]*?\bfrom\s*'([^']+)'/gm)]
      .filter(([, type, from]) => !(type !== undefined && layerOf(path) === 'service' && from === './typed.ts'))
      .map(([, , from]) => `${path} -> ${from}`),
  );

/**
 * Beside compose.ts, who makes services: its part for controllers, the doors (console.ts, entry-parts.ts), a new site, the trial of an import over a copy, the page
 * where there is no database. */
const wiring = [
  'compose.ts',
  'controller-wiring.ts',
  'console.ts',
  'damaged.tsx',
  'entry-parts.ts',
  'init.ts',
  'trial.ts',
].map((name) => `appliance/src/${name}`);

/** Services are made and wired in compose.ts; all others get them, and import their types. */
export const composeWires: Rule = imports(
  (file, imported, target) =>
    file.path.startsWith('appliance/src/') &&
    featureOf(target) !== undefined &&
    layerOf(target) === 'service' &&
    !wiring.includes(file.path) &&
    !isTypeOnly(imported),
);

/** No import closes a circle. */
export const noCircles: Rule = (files) => {
  const graph = new Map(
    files.map((file) => [
      file.path,
      file.imports.filter((name) => name.startsWith('.')).map((name) => resolve(file, name)),
    ]),
  );
  const done = new Set<string>();
  const circles: string[] = [];
  const visit = (path: string, trail: string[]): void => {
    if (trail.includes(path)) {
      circles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
      return;
    }
    if (done.has(path)) return;
    for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return circles;
};

// SQL

const sql =
  /\bselect\s[^;]*?\bfrom\s|\binsert\s+(?:or\s+\w+\s+)?into\s|\bupdate\s+(?:or\s+\w+\s+)?\S+\s+(?:as\s+\w+\s+)?set\s|\bdelete\s+from\s|\breplace\s+into\s|\b(?:create|drop|alter)\s+(?:temp(?:orary)?\s+)?(?:unique\s+|virtual\s+)?(?:table|index|trigger|view)\s|^\s*(?:pragma|attach|detach|vacuum|with\s+recursive)\b|^\s*select\s+(?:\d|\*|\?|distinct\b|[\w."]+\s*\()|\b(?:order|group)\s+by\s|\b(?:left|inner|cross)\s+join\s|\bon\s+conflict\b|\bcollate\s+nocase\b/i;
/** Looked for in the text first, since few files need to be parsed. */
const words =
  /\b(?:select|insert|replace)\s|\bupdate\s[\s\S]*\bset\s|\bdelete\s+from|\b(?:create|drop|alter)\s[^\n]*\b(?:table|index|trigger|view)\b|\b(?:pragma|attach|detach|vacuum|collate)\b|\b(?:order|group)\s+by\s|\bjoin\s|\bon\s+conflict\b/i;
const mayHoldSql = /\/(?:[a-z0-9-]+-)?(?:store|queries)\.ts$|^appliance\/src\/platform\//;

/** Every string of a source, the pieces of a template together; types and comments have none. */
const stringsOf = ({ path, text }: SourceFile): string[] => {
  const { program, errors } = parseSync(path, text);
  const [error] = errors;
  if (error !== undefined) throw new Error(`${path}: ${error.message}`);
  const found: string[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) for (const one of node) visit(one);
    else if (typeof node === 'object' && node !== null) {
      const { type, value, quasis, expressions } = node as Record<string, unknown>;
      if (type === 'Literal' && typeof value === 'string') found.push(value);
      if (type === 'TemplateLiteral') {
        const pieces = quasis as ReadonlyArray<{ value: { cooked: string | null } }>;
        found.push(pieces.map(({ value: { cooked } }) => cooked ?? '').join('?'));
        visit(expressions);
      } else Object.values(node).forEach(visit);
    }
  };
  visit(program);
  return found;
};

/** Reads the live queries of people with SQLite, on an empty database of its own. */
const judge = 'appliance/src/features/queries/sql-guard.ts';

const outsideOfStores = (files: readonly SourceFile[]): SourceFile[] =>
  files.filter(({ path }) => path.startsWith('appliance/src/') && !mayHoldSql.test(path));

const listFolder = 'appliance/src/platform/list/';
/** One order that is walked a piece at a time, inside of a page of the builder's. */
const walksAnOrder = 'appliance/src/features/vulnerabilities/finding-list-queries.ts';

/** Pages have one builder: nothing else reads or writes the cursor of a page, or puts rows in an order that a reader picks. */
export const pagesFromTheBuilder: Rule = (files) => {
  const others = files.filter(({ path }) => path.startsWith('appliance/src/') && !path.startsWith(listFolder));
  return [
    ...imports((_file, _imported, target) => target === `${listFolder}cursor.ts`)(others),
    ...others
      .filter(({ path, text }) => path !== walksAnOrder && /order\s+by\s/i.test(text))
      .filter((file) =>
        stringsOf(file).some(
          (text) =>
            /\border\s+by\s[^;]*\?\s+(?:\?|asc|desc)\b[^;]*\blimit\b/i.test(text) ||
            /\border\s+by\s+\?[^;]*\blimit\b/i.test(text),
        ),
      )
      .map(({ path }) => `${path}: an order that is picked`),
  ];
};

/** Statements are prepared and run in stores and queries and in the platform. */
export const statementsInStoresAndQueries: Rule = (files) =>
  outsideOfStores(files)
    .filter(
      ({ path, text }) =>
        path !== judge && /\.(?:prepare|pragma)\s*[<(]|\bdb\.exec\(|\bstatements\(/.test(codeOnly(text)),
    )
    .map(({ path }) => `${path}: a statement`);

/** SQL of the appliance stands in stores and queries and in the platform. */
export const sqlInStoresAndQueries: Rule = (files) =>
  outsideOfStores(files)
    .filter(({ text }) => words.test(text))
    .flatMap((file) =>
      stringsOf(file)
        // A line for the command line is prose with an example.
        .filter((text) => sql.test(text) && !text.startsWith('sallyport '))
        .map((text) => `${file.path}: ${text.trim().replace(/\s+/g, ' ').slice(0, 60)}`),
    );

// Scope

/** Tables with rows of a device or controller: those of the schema that name one in a column, and those of collections. */
export function boundTables(schema: string): ReadonlySet<string> {
  const tables = [...schema.matchAll(/^create table (\w+) \(\n([\s\S]*?)^\)/gim)];
  return new Set([
    'device',
    'controller',
    // These name a device by `id`, since they do not move when records are merged.
    'finding_device',
    'update_device',
    'update_need_of',
    ...tables.flatMap(([, name = '', columns = '']) => (/^\s+(?:device|controller)\s/im.test(columns) ? [name] : [])),
  ]);
}

const asksScope = new Set([
  'deviceRowsIn',
  'devicesIn',
  'devicesReached',
  'isDeviceIn',
  'zonesIn',
  'controllersIn',
  'reachedMatches',
]);

type Node = Readonly<Record<string, unknown>>;

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null;

/** Reads of rows of devices and controllers in functions that do not ask `devicesIn` and its kin themselves, as many as there are in each file. */
export function readsWithoutScope(files: readonly SourceFile[], tables: ReadonlySet<string>): Map<string, number> {
  const reads = new RegExp(`\\b(?:from|join)\\s+(?:(?:${[...tables].join('|')})\\b|inv_)`, 'i');
  const found = new Map<string, number>();
  for (const file of files) {
    if (!file.path.startsWith('appliance/src/') || !reads.test(file.text)) continue;
    const { program, errors } = parseSync(file.path, file.text);
    const [error] = errors;
    if (error !== undefined) throw new Error(`${file.path}: ${error.message}`);
    let count = 0;
    /** What a function does itself, without the functions in it. */
    const look = (body: unknown): void => {
      const own = { asks: false, reads: 0 };
      const visit = (node: unknown): void => {
        if (Array.isArray(node)) for (const one of node) visit(one);
        if (!isNode(node) || Array.isArray(node)) return;
        const { type, value, quasis, callee, body: inner } = node;
        if (/^(?:Arrow)?Function(?:Expression|Declaration)$/.test(String(type))) {
          look(inner);
          return;
        }
        if (type === 'CallExpression' && isNode(callee) && asksScope.has(String(callee['name']))) own.asks = true;
        const text =
          type === 'TemplateLiteral'
            ? (quasis as ReadonlyArray<{ value: { cooked: string | null } }>)
                .map((one) => one.value.cooked ?? '')
                .join('?')
            : type === 'Literal' && typeof value === 'string'
              ? value
              : '';
        if (reads.test(text) && /\bselect\b/i.test(text) && !/^\s*(?:insert|update|delete|create)\b/i.test(text))
          own.reads += 1;
        Object.values(node).forEach(visit);
      };
      visit(body);
      if (!own.asks) count += own.reads;
    };
    look(program);
    if (count > 0) found.set(file.path, count);
  }
  return found;
}

/** The two that may say what is reached. */
const makers = ['appliance/src/platform/scope.ts', 'appliance/src/engine/objects/types.ts'];

/** Nobody else makes a scope, also not by saying that something is one. */
export const onlyScopeOfMakesScopes: Rule = (files) =>
  files
    .filter(
      ({ path, text, imported }) =>
        !makers.includes(path) &&
        (imported.some(
          ({ specifier, values }) =>
            specifier.endsWith('platform/scope.ts') && values.some((name) => /^reaching\b/.test(name)),
        ) ||
          /\bas (?:unknown as |never as )?Scope\b/.test(codeOnly(text))),
    )
    .map(({ path }) => `${path}: makes a scope`);
