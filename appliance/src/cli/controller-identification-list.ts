import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { Command } from './command.ts';

export const command: Command = {
  summary: 'lists identification jobs: their state, window and who approved them',
  options: {},
  example: 'sallyport controller identification list --data /var/lib/sallyport',
  run: async ({ open, out }) => {
    const { identification } = await open();
    const rows = identification.list().map(({ job, state, approval, run }) => ({
      id: job.id,
      name: String(job.body['name']),
      state,
      from: String(job.body['from']),
      until: String(job.body['until']),
      approvedBy: approval?.by ?? null,
      approvedAt: approval === undefined ? null : toTime(approval.at),
      run: run?.id ?? null,
      code: run?.code ?? null,
    }));
    out.line(`identification ${identification.isOn() ? 'may run where a job is approved' : 'is off for the site'}`);
    for (const halt of identification.halts())
      out.line(
        `zone ${halt.zoneName} is halted: ${identification.labelOf(halt.controller)}, ${halt.code} ${halt.detail}`,
      );
    for (const row of rows)
      out.line(
        [row.name, row.state, `${row.from} to ${row.until}`, row.approvedBy ?? 'not approved', row.code ?? ''].join(
          '  ',
        ),
      );
    out.result({ on: identification.isOn(), halts: identification.halts(), jobs: rows });
    return 0;
  },
};
