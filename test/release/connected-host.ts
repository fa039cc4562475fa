import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { demoAdvisories } from '../../scripts/demo-advisories.ts';
import { repositoryRoot } from '../support/sources.ts';

/** The connected side, a state folder on this computer. `run` runs a command of it with `--json` and gives what it said. */
export function connectedHost(folder: string) {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const run = <T>(...args: string[]): T => {
    const tool = join(repositoryRoot, 'bundle-tools/bin/sallyport-bundle.js');
    const line = [tool, ...args, '--state', join(folder, 'state'), '--json'];
    return JSON.parse(execFileSync(process.execPath, line, { encoding: 'utf8' })) as T;
  };
  const curator = join(folder, 'curator.json');
  run('trust', 'init', '--root-key', join(folder, 'root.json'), '--threshold', '1', '--curator-key', curator);
  run('source', 'add', 'osv', 'demo', demoAdvisories(join(folder, 'advisories'), 'Debian:13', 'bash', '999'));
  return { run, curator };
}
