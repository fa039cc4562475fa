import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildPrograms } from './build-programs.ts';

// Compiles the workspaces, then lays files that are not TypeScript (SQL, assets) beside the compiled code.
const root = join(import.meta.dirname, '..');
const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', 'bundle-tools', 'ui', 'appliance', 'agent'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

const assets = spawnSync(process.execPath, [join(root, 'scripts/build-assets.ts')], { cwd: root, stdio: 'inherit' });
if (assets.status !== 0) process.exit(assets.status ?? 1);

const copies: ReadonlyArray<readonly [string, string]> = [
  ['appliance/src/schema.sql', 'appliance/dist/schema.sql'],
  ['appliance/src/migrations', 'appliance/dist/migrations'],
  ['appliance/src/features/exchange/package-names.br', 'appliance/dist/features/exchange/package-names.br'],
];
for (const [from, to] of copies) {
  // A file that was renamed must not stay beside its new name.
  rmSync(join(root, to), { recursive: true, force: true });
  if (!existsSync(join(root, from))) continue;
  cpSync(join(root, from), join(root, to), { recursive: true, filter: (path) => !path.endsWith('.ts') });
}

/** SOURCE_DATE_EPOCH, else the time of the commit, else now: the release's own lower bound for every clock. */
const builtAt = (): string => {
  const given = process.env['SOURCE_DATE_EPOCH'];
  const commit = spawnSync('git', ['log', '-1', '--format=%ct'], { cwd: root, encoding: 'utf8' }).stdout?.trim();
  const seconds = [given, commit].find((text) => /^[1-9]\d{0,11}$/.test(text ?? ''));
  const date = seconds === undefined ? new Date() : new Date(Number(seconds) * 1000);
  return `${date.toISOString().slice(0, 19)}Z`;
};
const release = `${JSON.stringify({ builtAt: builtAt() })}\n`;
for (const workspace of ['appliance', 'bundle-tools', 'agent'])
  writeFileSync(join(root, workspace, 'dist/release.json'), release);

await buildPrograms();
