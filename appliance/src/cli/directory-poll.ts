import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { Command } from './command.ts';
import { directorySummaryLines, sourceByName } from './directory-name.ts';

const quietMs = 2_000;

export const command: Command = {
  summary: 'reads a directory over LDAP now',
  options: {
    source: { type: 'string', value: 'NAME', help: 'the directory, as it was entered', required: true },
    test: { type: 'boolean', help: 'connect, log in and look at the base names; nothing is kept' },
  },
  example: 'sallyport directory poll --source Plant --data /var/lib/sallyport',
  run: async ({ open, out, text, flag, cliActor }) => {
    const { objects, discovery } = await open();
    const id = sourceByName(objects, text('source') ?? '');
    if (flag('test')) {
      const found = await discovery.testDirectory(cliActor(), id);
      out.line(`${found.vendor}: ${found.bases.join('; ')}`);
      out.result(found);
      return 0;
    }
    let shownAt = 0;
    const summary = await discovery.poll(id, cliActor(), {
      onProgress: ({ step, entries }) => {
        if (nowMs() - shownAt < quietMs) return;
        shownAt = nowMs();
        out.note(`${step}: ${entries} entries`);
      },
    });
    for (const line of directorySummaryLines(summary)) out.line(line);
    out.result(summary);
    return 0;
  },
};
