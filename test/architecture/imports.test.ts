import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type SourceFile, sourceFiles } from '../support/sources.ts';

// agent -> bundle-tools <- appliance -> ui; test may import all. docs/architecture.md draws it.
const allowedWorkspaces: Record<string, ReadonlyArray<string>> = {
  'bundle-tools': [],
  ui: [],
  appliance: ['bundle-tools', 'ui'],
  agent: ['bundle-tools'],
};

const isTest = (file: SourceFile) => /\.test\.tsx?$/.test(file.path) || /^[a-z-]+\/test\//.test(file.path);
const production = sourceFiles('bundle-tools', 'ui', 'appliance', 'agent').filter((file) => !isTest(file));
const workspaceOf = (path: string) => path.split('/')[0] ?? '';
const resolve = (file: SourceFile, specifier: string) => normalize(join(dirname(file.path), specifier));

const violations = (check: (file: SourceFile, specifier: string) => boolean) =>
  production.flatMap((file) =>
    file.imports.filter((name) => check(file, name)).map((name) => `${file.path} -> ${name}`),
  );

describe('imports', () => {
  it('finds the sources', () => {
    expect(production.length).toBeGreaterThan(50);
    expect(production.some((file) => file.imports.length > 0)).toBe(true);
  });

  it('cross workspaces only along the arrows', () => {
    expect(
      violations((file, name) => {
        const from = workspaceOf(file.path);
        if (name.startsWith('.')) return workspaceOf(resolve(file, name)) !== from;
        const target = /^@sallyport\/([^/]+)/.exec(name)?.[1];
        return target !== undefined && !(allowedWorkspaces[from] ?? []).includes(target);
      }),
    ).toEqual([]);
  });

  it('keep the server and the database out of bundle-tools and the agent', () => {
    expect(
      violations(
        (file, name) =>
          ['bundle-tools', 'agent'].includes(workspaceOf(file.path)) &&
          /^(hono|@hono\/|better-sqlite3|bree|node-cron)/.test(name),
      ),
    ).toEqual([]);
  });

  it('keep everything but hono/jsx out of ui', () => {
    expect(
      violations(
        (file, name) =>
          workspaceOf(file.path) === 'ui' &&
          !name.startsWith('.') &&
          !/^(hono\/|node:(fs|path|crypto|url|zlib))/.test(name),
      ),
    ).toEqual([]);
  });

  it('keep features out of the platform', () => {
    expect(
      violations(
        (file, name) =>
          file.path.startsWith('appliance/src/platform/') &&
          name.startsWith('.') &&
          !resolve(file, name).startsWith('appliance/src/platform/'),
      ),
    ).toEqual([]);
  });

  it("reach another feature's service and types, never its store", () => {
    const featureOf = (path: string) => /^appliance\/src\/features\/([^/]+)\//.exec(path)?.[1];
    expect(
      violations((file, name) => {
        const own = featureOf(file.path);
        if (own === undefined || !name.startsWith('.')) return false;
        const target = resolve(file, name);
        const other = featureOf(target);
        return other !== undefined && other !== own && /(^|\/)(store|[a-z-]+-store)\.ts$/.test(target);
      }),
    ).toEqual([]);
  });

  it('never close a cycle', () => {
    const graph = new Map(
      production.map((file) => [
        file.path,
        file.imports.filter((name) => name.startsWith('.')).map((name) => resolve(file, name)),
      ]),
    );
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (path: string, trail: string[]): void => {
      if (trail.includes(path)) {
        cycles.push([...trail.slice(trail.indexOf(path)), path].join(' -> '));
        return;
      }
      if (done.has(path)) return;
      for (const next of graph.get(path) ?? []) visit(next, [...trail, path]);
      done.add(path);
    };
    for (const path of graph.keys()) visit(path, []);
    expect(cycles).toEqual([]);
  });
});
