import { describe, expect, it } from 'vitest';
import { sourceFile, sourceFiles } from '../support/sources.ts';
import { bypasses } from './bypasses.ts';
import {
  composeWires,
  entryPointsAreNotImported,
  featuresThroughServiceAndTypes,
  frameNamesNoFeature,
  layersPointLeft,
  noCircles,
  noReexports,
  pagesFromTheBuilder,
  platformKnowsNoFeature,
  type Rule,
  sqlInStoresAndQueries,
  statementsInStoresAndQueries,
  typesKnowTypes,
  uiWithoutData,
  withoutServerAndDatabase,
  workspacesAlongTheArrows,
} from './rules.ts';

// Each sentence of docs/architecture.md about who may know whom: it holds over the repository, and the rule finds what is
// planted and leaves alone what only looks like it.

const isProduction = (path: string): boolean =>
  !/\.test\.tsx?$/.test(path) && !/^(?:[a-z-]+\/)?test\/|^scripts\//.test(path);
const all = sourceFiles('bundle-tools', 'ui', 'appliance', 'agent', 'test', 'scripts');
const production = all.filter(({ path }) => isProduction(path));
const features = 'appliance/src/features/';
const engine = 'appliance/src/engine/';

type Plant = readonly [path: string, text: string];

type Row = {
  rule: Rule;
  /** What is found, each by itself; beside `others`. */
  found: readonly Plant[];
  /** What is not. */
  fine: readonly Plant[];
  /** Sources without which a planted one says nothing. */
  others?: readonly Plant[];
};

const two: readonly Plant[] = [
  [`${features}one/service.ts`, 'export function oneService() {}'],
  [`${features}two/service.ts`, 'export function twoService() {}'],
  [`${features}two/types.ts`, 'export type Two = 1;'],
];

const rows: Readonly<Record<string, Row>> = {
  'workspaces import along the arrows': {
    rule: workspacesAlongTheArrows,
    found: [
      ['agent/src/a.ts', "import { compose } from '@sallyport/appliance/compose';"],
      ['bundle-tools/src/a.ts', "import type { Props } from '@sallyport/ui/devices/a.tsx';"],
      ['ui/src/a.tsx', "import { nowMs } from '@sallyport/bundle-tools/platform/ambient';"],
      ['appliance/src/a.ts', "import { run } from '../../agent/src/run.ts';"],
      ['appliance/src/a.ts', "const { run } = await import('@sallyport/agent/run');"],
    ],
    fine: [['appliance/src/a.ts', "import { nowMs } from '@sallyport/bundle-tools/platform/ambient';"]],
  },
  'bundle-tools and the agent have no server and no database': {
    rule: withoutServerAndDatabase,
    found: [
      ['bundle-tools/src/a.ts', "import { Hono } from 'hono';"],
      ['bundle-tools/src/a.ts', "import Sqlite from 'better-sqlite3';"],
      ['agent/src/a.ts', "import { DatabaseSync } from 'node:sqlite';"],
    ],
    fine: [['appliance/src/a.ts', "import { Hono } from 'hono';"]],
  },
  'ui takes props and gives HTML': {
    rule: uiWithoutData,
    found: [
      ['ui/src/devices/a.tsx', "import { readFileSync } from 'node:fs';"],
      ['ui/src/devices/a.tsx', "import { z } from 'zod';"],
      ['ui/src/devices/a.tsx', "import { Hono } from 'hono';"],
      ['ui/src/devices/a.tsx', "export const rows = await fetch('/api/v1/devices');"],
      ['ui/src/devices/a.tsx', 'export const site = process.env.SITE;'],
    ],
    fine: [
      ['ui/src/devices/a.tsx', "import type { Child } from 'hono/jsx';\n// fetch(x) is for others"],
      ['ui/src/assets.ts', "import { readFileSync } from 'node:fs';"],
    ],
  },
  'the platform knows no feature': {
    rule: platformKnowsNoFeature,
    found: [
      ['appliance/src/platform/a.ts', "import type { Device } from '../features/devices/types.ts';"],
      ['appliance/src/platform/http/a.ts', "import { compose } from '../../compose.ts';"],
    ],
    fine: [['appliance/src/platform/http/a.ts', "import { AppError } from '../errors.ts';"]],
  },
  'a feature reaches another through its service and its types': {
    rule: featuresThroughServiceAndTypes,
    others: two,
    found: [
      [`${features}one/a.ts`, "import { twoStore } from '../two/store.ts';"],
      [`${features}one/a.ts`, "import type { Row } from '../two/rows.ts';"],
      [`${features}one/deep/a.ts`, "import { helper } from '../../two/helper.ts';"],
      [`${features}one/a.ts`, "export { helper } from '../two/helper.ts';"],
      [`${features}one/a.ts`, "type Row = import('../two/rows.ts').Row;"],
      // Only pages and routes show what another feature shows of itself.
      [`${features}one/a.ts`, "import { twoRow } from '../two/view.ts';"],
      [`${features}one/pages.tsx`, "import { twoPages } from '../two/pages.tsx';"],
      [`${features}one/a.ts`, "import { table } from '../../engine/inventory/table-store.ts';"],
      [`${engine}one/a.ts`, "import { helper } from '../../features/two/helper.ts';"],
      // The types of a folder without a service are not the feature's.
      [`${features}one/a.ts`, "import type { Row } from '../two/deep/types.ts';"],
    ],
    fine: [
      [`${features}one/a.ts`, "import type { Two } from '../two/types.ts';"],
      [`${features}one/a.ts`, "import type { TwoService } from '../two/service.ts';"],
      [`${features}one/pages.tsx`, "import { twoRow } from '../two/view.ts';"],
      [`${features}one/two-routes.ts`, "import { twoRow } from '../two/view.ts';"],
      [`${features}two/a.ts`, "import { helper } from './deep/helper.ts';"],
    ],
  },
  'what lies under the doors knows none of them': {
    rule: entryPointsAreNotImported,
    others: [
      [`${features}one/shown.ts`, "import type { Ctx } from '../../server/console/types.ts';"],
      [`${features}one/pages.tsx`, 'export function onePages() {}'],
    ],
    found: [
      [`${features}one/a.ts`, "import type { Peer } from '../agents/types.ts';"],
      [`${features}one/service.ts`, "import type { Console } from '../../server/console/types.ts';"],
      [`${features}one/store.ts`, "import type { Console } from '../../server/console/types.ts';"],
      [`${features}one/types.ts`, "import type { Api } from '../../server/api/types.ts';"],
      [`${features}one/service.ts`, "import { onePages } from './pages.tsx';"],
      // What takes of the frame is a page's, and no service's.
      [`${features}one/service.ts`, "import { shown } from './shown.ts';"],
      [`${features}one/a.ts`, "import { print } from '../../cli/output.ts';"],
    ],
    fine: [
      [`${features}agents/a.ts`, "import type { Api } from '../offline-import/types.ts';"],
      [`${features}one/pages.tsx`, "import type { Console } from '../../server/console/types.ts';"],
      [`${features}one/routes.ts`, "import { shown } from './shown.ts';"],
    ],
  },
  'the frame names no feature': {
    rule: frameNamesNoFeature,
    found: [
      ['appliance/src/server/listener.ts', "import type { Device } from '../features/devices/types.ts';"],
      ['appliance/src/server/console/form.ts', "import { zones } from '../../features/zones/view.ts';"],
    ],
    fine: [['appliance/src/server/console/form.ts', "import type { Body } from '../../engine/objects/types.ts';"]],
  },
  'inside a feature types <- store <- service': {
    rule: layersPointLeft,
    others: two,
    found: [
      [`${features}one/types.ts`, "import type { OneStore } from './store.ts';"],
      [`${features}one/types.ts`, "import type { Row } from './row-queries.ts';"],
      [`${features}one/types.ts`, "import type { OneService } from './service.ts';"],
      [`${features}one/row-store.ts`, "import { oneService } from './service.ts';"],
      [`${features}one/queries.ts`, "import type { OneService } from './service.ts';"],
    ],
    fine: [
      [`${features}one/store.ts`, "import type { One } from './types.ts';"],
      [`${features}one/service.ts`, "import { oneStore } from './store.ts';"],
    ],
  },
  'types.ts knows types alone': {
    rule: typesKnowTypes,
    others: two,
    found: [
      [`${features}one/types.ts`, "import type { Row } from './rows.ts';"],
      [`${features}two/deep/types.ts`, "import { helper } from '../helper.ts';"],
    ],
    fine: [
      [`${features}one/types.ts`, "import type { Row } from './deep/types.ts';"],
      [`${features}one/types.ts`, "import type { Two } from '../two/types.ts';"],
    ],
  },
  'a name is imported from where it is defined': {
    rule: noReexports,
    found: [
      ['ui/src/a.ts', "export { b } from './b.ts';"],
      ['ui/src/a.ts', "export type { B } from './b.ts';"],
      ['ui/src/a.ts', "export * from './b.ts';"],
      ['ui/src/a.ts', "export {\n  b,\n  c,\n} from './b.ts';"],
    ],
    fine: [['ui/src/a.ts', "export const b = 'from';\nexport { c };"]],
  },
  'compose.ts wires': {
    rule: composeWires,
    found: [
      [`${features}one/service.ts`, "import { twoService } from '../two/service.ts';"],
      [`${features}one/a.ts`, "import { oneService } from './service.ts';"],
      ['appliance/src/jobs/a.ts', "import { twoService, type Two } from '../features/two/service.ts';"],
      ['appliance/src/cli/a.ts', "const { twoService } = await import('../features/two/service.ts');"],
    ],
    fine: [
      [`${features}one/a.ts`, "import { type Two, type TwoService } from '../two/service.ts';"],
      ['appliance/src/compose.ts', "import { twoService } from './features/two/service.ts';"],
    ],
  },
  'no import closes a circle': {
    rule: noCircles,
    others: [['ui/src/b.ts', "export { c } from './c.ts';"]],
    found: [
      ['ui/src/c.ts', "import type { B } from './b.ts';"],
      ['ui/src/c.ts', "import './c.ts';"],
    ],
    fine: [['ui/src/c.ts', 'export const c = 1;']],
  },
  'SQL stands in stores and queries': {
    rule: sqlInStoresAndQueries,
    found: [
      `export const all = \`select id from device where name = \${name}\`;`,
      "export const all = 'SELECT id FROM device';",
      'export const one = "insert or ignore into device (id) values (?)";',
      "export const one = 'update device set name = ?';",
      `export const one = \`update \${table} set name = ?\`;`,
      "export const one = 'delete from device';",
      "export const part = ' order by name';",
      "export const part = 'cross join device d';",
      'export const part = `exists (\n  select 1 from device)`;',
      "export const made = 'create table device (id integer)';",
      "export const how = 'pragma data_version';",
      `export const deep = f(\`\${g(\`select id from device\`)}\`);`,
    ].map((text): Plant => [`${features}one/service.ts`, text]),
    fine: [
      ...[
        '// select id from device',
        '/** Updates the set of devices; delete from the list, order by name. */',
        "throw new AppError('CONFLICT', 'select a device first, then approve it');",
        "const words = 'update the list: set a name';",
        "type Order = 'select' | 'from';",
      ].map((text): Plant => [`${features}one/service.ts`, text]),
      [`${features}one/store.ts`, "export const all = 'select id from device';"],
      [`${features}one/device-queries.ts`, "export const all = 'select id from device';"],
      ['appliance/src/platform/a.ts', "export const all = 'select id from device';"],
      ['appliance/src/cli/a.ts', "export const examples = [`sallyport query run 'select name from users'`];"],
    ],
  },
  'pages come from the builder of lists': {
    rule: pagesFromTheBuilder,
    found: [
      [`${features}one/store.ts`, "import { decodeKey } from '../../platform/list/cursor.ts';"],
      [`${features}one/queries.ts`, `db.prepare(\`select id from t order by \${key} \${direction}, id limit ?\`);`],
      [`${features}one/queries.ts`, `db.prepare(\`select id from t ORDER BY \${keys.join()} LIMIT ?\`);`],
    ],
    fine: [
      [`${features}one/store.ts`, `db.prepare(\`select \${columns} from t where id < ? order by id desc limit ?\`);`],
      [`${features}one/queries.ts`, "import { listBuilder } from '../../platform/list/list-queries.ts';"],
    ],
  },
  'statements are made in stores and queries': {
    rule: statementsInStoresAndQueries,
    found: [
      [`${features}one/service.ts`, 'db.prepare(text).all();'],
      [`${features}one/service.ts`, 'const sql = statements(db);'],
      [`${features}one/service.ts`, 'const all = db\n  .prepare<[], number>(text);'],
      [`${features}one/service.ts`, "db.pragma('user_version');"],
      ['appliance/src/doctor.ts', 'db.exec(text);'],
      [`${features}queries/pages.tsx`, 'db.prepare(text);'],
      [`${features}queries/routes.ts`, 'db.prepare(text);'],
    ],
    fine: [
      [`${features}one/store.ts`, 'db.prepare(text).all();'],
      [`${features}one/service.ts`, '// db.prepare(text)\npattern.exec(text);'],
    ],
  },
};

describe.each(Object.entries(rows))('%s', (_sentence, { rule, found, fine, others = [] }) => {
  const foundIn = ([path, text]: Plant): string[] => {
    const own = others.filter(([other]) => other !== path).map((one) => sourceFile(...one));
    return rule([...own, sourceFile(path, text)]);
  };

  it('everywhere', () => {
    const left = rule === featuresThroughServiceAndTypes ? leftOver() : [];
    // Circles are found in tests, too.
    expect(
      rule(rule === noCircles ? all : production).filter((one) => !left.includes(one)),
      'what the rule asks for: docs/architecture.md, Who may know whom',
    ).toEqual([]);
  });

  it.each(found.map(([path, text]) => ({ path, text })))('$path: $text is found', ({ path, text }) => {
    expect(foundIn([path, text])).toHaveLength(1);
  });

  it.each(fine.map(([path, text]) => ({ path, text })))('$path: $text is fine', ({ path, text }) => {
    expect(foundIn([path, text])).toEqual([]);
  });
});

function leftOver(): string[] {
  return Object.entries(bypasses).flatMap(([target, { by }]) =>
    by.map((path) => `${features}${path} -> ${features}${target}`),
  );
}

describe('what still goes past service and types', () => {
  it('goes past them now', () => {
    const now = featuresThroughServiceAndTypes(production);
    expect(leftOver().filter((one) => !now.includes(one))).toEqual([]);
  });
});

describe('the sources', () => {
  it('are found', () => {
    expect(production.length).toBeGreaterThan(1_500);
    expect(production.filter(({ imports }) => imports.length > 0).length).toBeGreaterThan(1_000);
  });

  // The compiler takes what an earlier build has left of a file that is gone.
  it('have every file that is imported by the name of its workspace', () => {
    const paths = new Set(all.map(({ path }) => path));
    const isThere = (name: string): boolean =>
      ['', '.ts', '.tsx', '/index.ts'].some((end) =>
        paths.has(`${name.replace(/^@sallyport\/([^/]+)/, '$1/src')}${end}`),
      );
    const missing = all
      .filter(({ path }) => path !== 'test/architecture/imports.test.ts')
      .flatMap(({ path, imports }) =>
        imports.filter((name) => name.startsWith('@sallyport/') && !isThere(name)).map((name) => `${path} -> ${name}`),
      );
    expect(missing).toEqual([]);
  });
});
