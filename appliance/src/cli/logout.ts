import { signOut } from './actor.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'ends what sallyport login began',
  example: 'sallyport logout --data /var/lib/sallyport',
  run: async ({ open, out, dataDir }) => {
    const { accounts } = await open();
    const ended = signOut(accounts, dataDir);
    out.line(ended ? 'signed out' : 'not signed in');
    out.result({ ended });
    return 0;
  },
};
