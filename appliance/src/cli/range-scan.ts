import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const quietMs = 2_000;

export const command: Command = {
  summary: 'asks the addresses of a range that was confirmed; Ctrl-C ends it',
  options: { range: { type: 'string', value: 'NAME', help: 'the address range, as it was entered', required: true } },
  example: 'sallyport range scan --range Offices --data /var/lib/sallyport',
  run: async ({ open, out, text, cliActor }) => {
    const { objects, discovery } = await open();
    const found = objects.findBy('address-range', 'name', text('range') ?? '');
    if (found === undefined) throw new AppError('NOT_FOUND', `there is no address range ${text('range') ?? ''}`);
    const stop = new AbortController();
    const onInterrupt = (): void => stop.abort();
    process.once('SIGINT', onInterrupt);
    let shownAt = nowMs();
    try {
      const summary = await discovery.scan(found.id, cliActor(), {
        signal: stop.signal,
        onProgress: ({ done, total, found: answered }) => {
          if (nowMs() - shownAt < quietMs) return;
          shownAt = nowMs();
          out.note(`${done} of ${total} questions, ${answered} answered`);
        },
      });
      out.line(`${summary.found} of ${summary.asked} addresses answered, ${summary.created} new`);
      out.result(summary);
      return 0;
    } finally {
      process.off('SIGINT', onInterrupt);
    }
  },
};
