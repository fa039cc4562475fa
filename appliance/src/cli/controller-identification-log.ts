import { jobIdOf } from '../features/identification/job-id.ts';
import { AppError } from '../platform/errors.ts';
import { wholeSite } from '../platform/scope.ts';
import type { Command } from './command.ts';

const pageRows = 1_000;

export const command: Command = {
  summary: 'prints every packet that a run of an identification job sent, with time, target and hash',
  options: {
    job: { value: 'NAME', help: 'the identification job, as it was entered', required: true },
    run: { value: 'N', help: 'the run (the newest)' },
  },
  example: 'sallyport controller identification log --job "Cell 3" --json --data /var/lib/sallyport',
  run: async ({ open, out, text }) => {
    const { objects, identification } = await open();
    const runs = identification.runs(jobIdOf(objects, text('job') ?? ''), wholeSite('console-root'));
    const asked = text('run');
    const run = asked === undefined ? runs[0] : runs.find(({ id }) => String(id) === asked);
    if (run === undefined) throw new AppError('NOT_FOUND', 'the job has no such run');
    const packets = [];
    for (let after = 0; ; ) {
      const page = identification.packets(run.id, after, pageRows);
      packets.push(...page);
      after = page.at(-1)?.id ?? 0;
      if (page.length < pageRows) break;
    }
    out.line(`run ${run.id} ${run.state}${run.code === null ? '' : `: ${run.code} ${run.detail ?? ''}`}`);
    for (const { at, host, kind, port, what, attempt, sha256, meaning } of packets)
      out.line(
        [new Date(at).toISOString(), host, `${kind}/${port}`, what, String(attempt), meaning?.key ?? '', sha256].join(
          '  ',
        ),
      );
    const approval = identification.approvalOfRun(run);
    if (approval !== undefined)
      out.line(
        `approved ${new Date(approval.at).toISOString()} by ${approval.by} (${approval.persons.join(' ')}), plan ${approval.digest}, journal ${approval.entry}: ${approval.whole ? 'whole' : 'ALTERED'}`,
      );
    out.result({
      run,
      approval,
      approved: identification.planOfRun(run)?.targets,
      exchanges: identification.exchanges(run.id),
      packets,
    });
    return 0;
  },
};
