import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

const ANSWERS = ['affected', 'not-affected', 'same', 'other'] as const;

export const command: Command = {
  summary: 'answers a question about controllers; the answer holds until the advisory or the version changes',
  positionals: 'ID',
  options: {
    answer: { type: 'string', value: 'A', required: true, help: ANSWERS.join(', ') },
    reason: { type: 'string', value: 'TEXT', help: 'why; needed for affected and not-affected' },
    advisory: { type: 'string', value: 'KEY', multiple: true, help: 'only these advisories' },
  },
  example:
    'sallyport controller review decide 0123456789abcdef01234567 --answer not-affected --reason "no web server" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, texts, cliActor }) => {
    const [id = '', ...more] = positionals;
    const answer = ANSWERS.find((name) => name === text('answer'));
    if (id === '' || more.length > 0) throw new AppError('USAGE', 'give the id of one question, as the list has it');
    if (answer === undefined) throw new AppError('USAGE', `--answer takes ${ANSWERS.join(', ')}`);
    const reason = text('reason') ?? '';
    const documents = texts('advisory');
    const { controllerFindings } = await open();
    const made = controllerFindings.review.decide(
      cliActor(),
      id,
      answer === 'same' || answer === 'other'
        ? { same: answer === 'same', ...(reason === '' ? {} : { reason }) }
        : { verdict: answer, reason, ...(documents.length === 0 ? {} : { documents }) },
    );
    controllerFindings.settle();
    out.line(`answered; ${controllerFindings.review.open()} findings are left to review`);
    out.result({ answer: made, open: controllerFindings.review.open() });
    return 0;
  },
};
