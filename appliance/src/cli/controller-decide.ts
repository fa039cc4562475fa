import { AppError } from '../platform/errors.ts';
import { inParts } from '../platform/steps.ts';
import type { Command } from './command.ts';

const decisions = ['authorised', 'unauthorised', 'archived'] as const;

export const command: Command = {
  summary: 'decides whether controllers should be there',
  positionals: 'ID…',
  options: {
    decision: { type: 'string', value: 'WORD', help: decisions.join(', '), required: true },
    reason: { type: 'string', value: 'TEXT', help: 'for the journal' },
  },
  example: 'sallyport controller decide controller-0123456789abcdef --decision authorised --reason "spare, cabinet 4"',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const decision = decisions.find((word) => word === text('decision'));
    if (decision === undefined) throw new AppError('USAGE', `--decision is ${decisions.join(', ')}`);
    if (positionals.length === 0) throw new AppError('USAGE', 'give the ids of controllers');
    const { controllers } = await open();
    // All are looked up first, so that a wrong one changes nothing.
    for (const id of positionals) controllers.get(id);
    let decided = 0;
    await inParts(positionals, (part) => {
      decided += controllers.decide(cliActor(), part, decision, text('reason'));
    });
    out.line(`${decided} of ${positionals.length} decided: ${decision}`);
    out.result({ decided, decision });
    return 0;
  },
};
