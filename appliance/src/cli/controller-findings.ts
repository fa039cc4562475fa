import { DECISIONS } from '../features/vulnerabilities/types.ts';
import type { Command } from './command.ts';
import { among, limitOf } from './list-options.ts';

const VERDICTS = ['affected', 'review', 'not-affected'] as const;

export const command: Command = {
  summary: 'what the advisories say of controllers, most urgent first',
  options: {
    controller: { type: 'string', value: 'ID', help: 'of one controller' },
    verdict: { type: 'string', value: 'V', multiple: true, help: `${VERDICTS.join(', ')} (the first two unless said)` },
    decision: { type: 'string', value: 'D', multiple: true, help: DECISIONS.join(', ') },
    held: { type: 'boolean', help: 'only what an accepted risk or a mitigation holds back; else these are left out' },
    exploited: { type: 'boolean', help: 'only what is known to be exploited' },
    search: { type: 'string', value: 'TEXT', help: 'part of a CVE, an advisory, a product, a family' },
    limit: { type: 'string', value: 'N', help: 'at most so many (100)' },
  },
  example: 'sallyport controller findings --decision act --data /var/lib/sallyport --json',
  run: async ({ open, out, text, texts, flag }) => {
    const limit = limitOf(text('limit'));
    const { controllerFindings, controllers } = await open();
    // Beside a running server its job does this; without one nobody else would.
    if (controllerFindings.isDue()) controllerFindings.settle();
    const controller = text('controller');
    const { rows, total } = controllerFindings.list({
      limit,
      verdict: among('verdict', texts('verdict'), VERDICTS),
      decision: among('decision', texts('decision'), DECISIONS),
      ...(flag('held') ? { held: 'only' as const } : {}),
      ...(flag('exploited') ? { exploitation: ['active'] as const } : {}),
      ...(controller === undefined ? {} : { controller: controllers.get(controller).id }),
      ...(text('search') === undefined ? {} : { search: text('search') ?? '' }),
    });
    out.table(
      [
        'ID',
        'DECISION',
        'VERDICT',
        'VULNERABILITY',
        'EXPLOITED',
        'PRODUCT',
        'FIRMWARE',
        'FIXED IN',
        'ADVISORY',
        'CONTROLLERS',
        'HELD BY',
      ],
      rows.map((row) => [
        row.id,
        row.decision,
        row.reason === '' ? row.verdict : `${row.verdict} (${row.reason})`,
        row.vulnerability,
        row.exploitedSince === '' ? (row.exploitation === 'active' ? 'yes' : null) : row.exploitedSince,
        row.product,
        row.firmware === '' ? null : row.firmware,
        row.fixedVersion === '' ? null : row.fixedVersion,
        row.advisory,
        row.controllers,
        row.heldBy.map(({ name }) => name).join(', ') || null,
      ]),
    );
    if (total > rows.length) out.note(`${total - rows.length} more; see --limit`);
    out.result({ total, counts: controllerFindings.counts(), findings: rows });
    return 0;
  },
};
