import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { planSize } from '../features/identification/types.ts';
import type { Command } from './command.ts';
import { jobNamed, jobOption } from './identification-job.ts';

const said = (params: Readonly<Record<string, string | number>>): string =>
  Object.entries(params)
    .map(([name, value]) => ` ${name}=${value}`)
    .join('');

export const command: Command = {
  summary: 'shows every packet that an identification job would send; sends nothing',
  options: { job: jobOption },
  example: 'sallyport controller identification plan --job "Cell 3" --data /var/lib/sallyport',
  run: async ({ open, out, text, cliActor }) => {
    const { objects, identification } = await open();
    const { plan, approval } = identification.plan(cliActor(), jobNamed(objects, text('job')));
    const { packets, seconds } = planSize(plan);
    out.line(`window    ${toTime(plan.from)} to ${toTime(plan.until)}`);
    if (plan.repeat !== undefined)
      out.line(`again     every ${plan.repeat.everyDays} days until ${toTime(plan.repeat.until)}`);
    out.line(`from      ${plan.where.by === 'appliance' ? 'this appliance' : `the agent on ${plan.where.name}`}`);
    out.line(`packets   at most ${packets}, at least ${seconds} s`);
    for (const { host, label, zoneName, missing, asks } of plan.targets) {
      out.line(`${host}  ${label}, zone ${zoneName}; missing: ${missing.join(', ') || 'nothing'}`);
      for (const ask of asks)
        for (const { kind, port, hex, meaning, when } of ask.packets)
          out.line(`  ${kind}/${port}  ${when.padEnd(7)}  ${meaning.key}${said(meaning.params)}  ${hex}`);
    }
    for (const { label, why } of plan.leftOut) out.line(`not asked ${label}: ${why}`);
    out.line(`digest    ${plan.digest}${approval === undefined ? ', not approved' : `, approved by ${approval.by}`}`);
    out.result({ ...plan, packets, seconds, approval: approval ?? null });
    return 0;
  },
};
