import type { FindingFilter } from '../features/vulnerabilities/types.ts';
import { DECISIONS, SEVERITIES } from '../features/vulnerabilities/types.ts';
import type { Command } from './command.ts';
import { among, limitOf } from './list-options.ts';

const FIX_STATES = ['available', 'none', 'undetermined'] as const;
const STATES = ['open', 'planned', 'fixed'] as const;

export const command: Command = {
  summary: 'what the advisories find on the devices, worst first',
  options: {
    device: { type: 'string', value: 'ID', help: 'of one device' },
    severity: { type: 'string', value: 'S', multiple: true, help: SEVERITIES.join(', ') },
    decision: { type: 'string', value: 'D', multiple: true, help: DECISIONS.join(', ') },
    fix: { type: 'string', value: 'F', multiple: true, help: FIX_STATES.join(', ') },
    state: { type: 'string', value: 'S', help: `${STATES.join(', ')} (open and planned unless said)` },
    search: { type: 'string', value: 'TEXT', help: 'part of a package, an advisory, a CVE, a summary' },
    limit: { type: 'string', value: 'N', help: 'at most so many (100)' },
  },
  example: 'sallyport finding list --severity critical --severity high --data /var/lib/sallyport --json',
  run: async ({ open, out, text, texts }) => {
    const limit = limitOf(text('limit'));
    const state = text('state');
    const { vulnerabilities, devices } = await open();
    const device = text('device');
    const filter: FindingFilter = {
      limit,
      severity: among('severity', texts('severity'), SEVERITIES),
      decision: among('decision', texts('decision'), DECISIONS),
      fixState: among('fix', texts('fix'), FIX_STATES),
      ...(state === undefined ? {} : { state: among('state', [state], STATES)[0] ?? 'open' }),
      ...(device === undefined ? {} : { device: devices.byPublicId(device).id }),
      ...(text('search') === undefined ? {} : { search: text('search') ?? '' }),
    };
    const { rows, total } = vulnerabilities.list(filter);
    out.table(
      ['DECISION', 'SEVERITY', 'ADVISORY', 'PACKAGE', 'VERSION', 'FIXED IN', 'STATE', 'DEVICES'],
      rows.map((row) => [
        row.verdict === 'review' ? 'review' : row.decision,
        row.severity,
        row.advisory,
        row.package,
        row.version,
        row.fixed ?? null,
        row.state,
        row.devices,
      ]),
    );
    if (total > rows.length) out.note(`${total - rows.length} more; see --limit`);
    out.result({ total, counts: vulnerabilities.counts(), findings: rows });
    return 0;
  },
};
