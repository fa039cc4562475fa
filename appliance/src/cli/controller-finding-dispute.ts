import { JUSTIFICATIONS } from '../features/controller-findings/types.ts';
import { AppError } from '../platform/errors.ts';
import type { Command } from './command.ts';

export const command: Command = {
  summary:
    'says that a product in one version is not affected, and why; it holds until the advisory or the version changes',
  positionals: 'ID',
  options: {
    because: { type: 'string', value: 'CLASS', required: true, help: JUSTIFICATIONS.join(', ') },
    reason: { type: 'string', value: 'TEXT', required: true, help: 'why, in words' },
    evidence: { type: 'string', value: 'TEXT', help: 'what shows it: a document, a test, a work order' },
  },
  example:
    'sallyport controller-finding dispute 12.CVE-2024-0001 --because component-not-present --reason "no web server" --data /var/lib/sallyport',
  run: async ({ open, out, positionals, text, cliActor }) => {
    const [id = '', ...more] = positionals;
    if (id === '' || more.length > 0) throw new AppError('USAGE', 'give the id of one finding, as the list has it');
    const justification = JUSTIFICATIONS.find((name) => name === text('because'));
    if (justification === undefined) throw new AppError('USAGE', `--because takes ${JUSTIFICATIONS.join(', ')}`);
    const { controllerFindings } = await open();
    const answer = controllerFindings.dispute(cliActor(), id, {
      justification,
      reason: text('reason') ?? '',
      evidence: text('evidence') ?? '',
    });
    out.line(`${id}: not affected; answer ${answer}`);
    out.result({ answer });
    return 0;
  },
};
