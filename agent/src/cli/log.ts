import { readLog } from '../platform/log.ts';
import { openState } from '../state/state.ts';
import { type Command, defaultStateDir, wholeNumber } from './command.ts';

const defaultLines = 200;

export const command: Command = {
  options: { lines: { value: 'N', help: `how many lines (${defaultLines})` } },
  example: 'sallyport-agent log --lines 50',
  run: async (context) => {
    const state = openState(context.text('state') ?? defaultStateDir);
    const lines = readLog(state.path('log'), wholeNumber(context.text('lines'), defaultLines));
    for (const line of lines) context.line(line);
    context.result({ lines });
  },
};
