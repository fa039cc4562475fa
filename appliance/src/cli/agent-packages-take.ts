import { join } from 'node:path';
import { readKeyFile } from '@sallyport/bundle-tools/host/key-files';
import { isThere } from '@sallyport/bundle-tools/platform/is-there';
import { cryptoReady } from '@sallyport/bundle-tools/trust/keys';
import { takeAgentPackages } from '../features/agent-push/agent-packages.ts';
import { defaultRoot } from '../features/upgrade/releases.ts';
import { dataPaths } from '../platform/config.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: "takes the agent's packages out of the file of a release, to be handed out and installed over SSH",
  positionals: 'FILE',
  paths: ['input'],
  options: {
    'release-key': {
      value: 'FILE',
      path: 'input',
      help: 'the public half of the release key (release.pub of the release that is installed)',
    },
  },
  example: 'sallyport agent packages take /run/sallyport/media/STICK/sallyport-0.2.0.release.tar',
  run: async ({ text, positionals, dataDir, out }) => {
    const [file, ...others] = positionals;
    if (file === undefined || others.length > 0) throw new AppError('USAGE', 'give one file of a release');
    const key = text('release-key') ?? join(defaultRoot, 'current/release.pub');
    for (const needed of [file, key]) if (!isThere(needed)) throw new AppError('USAGE', `there is no ${needed}`);
    await cryptoReady();
    const taken = await takeAgentPackages(dataPaths(dataDir).agentPackages, file, [readKeyFile(key).publicKey]);
    for (const name of taken) out.line(name);
    out.result({ taken });
    return 0;
  },
};
