import { copyFileSync } from 'node:fs';
import { ensureDir } from '@sallyport/bundle-tools/platform/files';
import { rootFiles } from '../platform/root-files.ts';
import { installedPackage } from '../replace/msi.ts';
import { openReplace } from '../replace/order.ts';
import { packagerOf } from '../replace/packager.ts';
import { replaceAgent } from '../replace/replace.ts';
import { openState } from '../state/state.ts';
import { closeFolder } from '../windows/close-folder.ts';
import { type Command, defaultStateDir, machineRoot, wholeNumber } from './command.ts';

const defaultWaitSeconds = 900;

export const command: Command = {
  options: {
    wait: {
      value: 'SECONDS',
      help: `how long the new release may take to be heard (${defaultWaitSeconds})`,
    },
    keep: { value: 'FILE', help: 'only keep a copy of the package of Windows that is being installed' },
  },
  example: 'sallyport-agent replace --state /var/lib/sallyport-agent',
  run: async (context) => {
    const folder = context.text('state') ?? defaultStateDir;
    if (process.platform === 'win32') await closeFolder(folder);
    const state = openState(folder);
    const replace = openReplace(state.path('replace'));
    const kept = context.text('keep');
    if (kept !== undefined) {
      ensureDir(state.path('replace'), 0o700);
      copyFileSync(kept, installedPackage(state.path('replace')));
      return;
    }
    const files = rootFiles(state.settings()?.root ?? machineRoot());
    const waitSeconds = wholeNumber(context.text('wait'), defaultWaitSeconds);
    const ended = await replaceAgent(replace, packagerOf(files, state.path('replace')), waitSeconds * 1000);
    context.line(ended);
    context.result({ ended });
  },
};
