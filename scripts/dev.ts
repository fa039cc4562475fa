import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { main } from '../appliance/src/cli/main.ts';

// The server from its sources, over the data directory of `make run`. `make dev` starts it again when a source changes.
const root = join(import.meta.dirname, '..');
const data = join(root, 'var/appliance');
const sheets = join(root, 'ui/src/assets');
const built = join(root, 'ui/dist/assets');

const newest = Math.max(...readdirSync(sheets).map((name) => statSync(join(sheets, name)).mtimeMs));
if (!existsSync(built) || statSync(built).mtimeMs < newest)
  spawnSync(process.execPath, [join(root, 'scripts/build-assets.ts')], { stdio: 'inherit' });
if (!existsSync(join(data, 'state.db'))) await main(['init', '--data', data, '--site', 'local']);
await main(['serve', '--data', data]);
