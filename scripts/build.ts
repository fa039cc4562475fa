import { spawnSync } from 'node:child_process';
import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';

// Compiles the workspaces, then lays files that are not TypeScript (SQL, assets) beside the compiled code.
const root = join(import.meta.dirname, '..');
const tsc = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-b', 'bundle-tools', 'ui', 'appliance', 'agent'], {
  cwd: root,
  stdio: 'inherit',
});
if (tsc.status !== 0) process.exit(tsc.status ?? 1);

const assets = spawnSync(process.execPath, [join(root, 'scripts/build-assets.ts')], { cwd: root, stdio: 'inherit' });
if (assets.status !== 0) process.exit(assets.status ?? 1);

const copies: ReadonlyArray<readonly [string, string]> = [['appliance/src/migrations', 'appliance/dist/migrations']];
for (const [from, to] of copies) {
  if (!existsSync(join(root, from))) continue;
  cpSync(join(root, from), join(root, to), { recursive: true, filter: (path) => !path.endsWith('.ts') });
}
