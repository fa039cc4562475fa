import type { Command } from './command.ts';

export const command: Command = {
  summary: 'uncertain matches of controllers, grouped so that one answer settles many',
  example: 'sallyport controller review list --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const { controllerFindings } = await open();
    if (controllerFindings.isDue()) controllerFindings.settle();
    const groups = controllerFindings.review.groups();
    out.table(
      ['ID', 'DECISION', 'QUESTION', 'PRODUCT', 'FIRMWARE', 'REASON', 'FINDINGS', 'CONTROLLERS'],
      groups.map((group) => [
        group.id,
        group.decision,
        group.question === 'names' ? `is it "${group.means}"?` : 'is it affected?',
        group.label,
        group.firmware === '' ? null : group.firmware,
        group.reason,
        group.findings,
        group.controllers,
      ]),
    );
    out.result({ questions: groups, findings: controllerFindings.review.open() });
    return 0;
  },
};
