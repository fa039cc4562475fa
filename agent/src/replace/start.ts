import { copyFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { runChild, startApart } from '../platform/child.ts';
import type { RootFiles } from '../platform/root-files.ts';
import { openReplace } from './order.ts';

const timeoutMs = 60_000;

/**
 * Starts the replacement of the running agent outside of it: as a unit of its own under systemd, whose end of the service would take a
 * child along; on Windows from a copy, since a program that runs is not replaced there. `stateFolder` is the agent's own.
 */
export async function startReplacement(options: {
  files: RootFiles;
  stateFolder: string;
  task: string;
  version: string;
  file: string;
}): Promise<void> {
  const { files, stateFolder, task, version, file } = options;
  const replace = openReplace(join(stateFolder, 'replace'));
  const kept = replace.path(process.platform === 'win32' ? 'next.msi' : 'next.deb');
  replace.begin({ task, version, file: kept, startedMs: nowMs() });
  renameSync(file, kept);
  const args = ['replace', '--state', stateFolder];
  if (process.platform === 'win32') {
    const copy = replace.path('sallyport-agent.exe');
    copyFileSync(process.execPath, copy);
    startApart(copy, args);
  } else if (files.isMachine && files.has('run/systemd/system')) {
    const unit = ['--quiet', '--collect', '--unit=sallyport-agent-replace', process.execPath];
    const done = await runChild({ command: 'systemd-run', args: [...unit, ...args], timeoutMs });
    if (done.exit !== 0)
      throw new Error(`systemd-run ended with ${done.exit ?? 'no code'}: ${done.output.slice(0, 500)}`);
  } else startApart(process.execPath, args);
}
