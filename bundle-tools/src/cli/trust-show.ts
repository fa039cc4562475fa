import { nowMs } from '../platform/ambient.ts';
import type { Command } from './command.ts';
import { stateOf, stateOption } from './state-option.ts';
import { trustReport } from './trust-report.ts';

export const trustShow: Command = {
  words: ['trust', 'show'],
  summary: 'Shows who holds which key, and until when.',
  usage: 'trust show --state DIR',
  example: 'trust show --state /var/lib/sallyport-bundle',
  options: { state: stateOption },
  minPositionals: 0,
  maxPositionals: 0,
  run: async (input) => trustReport(stateOf(input), nowMs()),
};
