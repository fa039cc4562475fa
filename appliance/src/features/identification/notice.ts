import { toTime } from '@sallyport/bundle-tools/platform/ambient';
import { type Plan, planSize } from './types.ts';

// What the owner of intrusion detection is told before a job runs (OT Q11): from where, when, what, to whom. A plain text, in
// English like every file that leaves the site's own people.

type Notice = {
  plan: Plan;
  sources: readonly string[];
  approved: { by: string; at: number } | undefined;
  site: string;
};

const clean = (text: string): string => text.replace(/[\u0000-\u001f\u007f]/g, ' ');

/** The notice as lines of text. */
export const noticeText = ({ plan, sources, approved, site }: Notice): string => {
  const { packets, seconds } = planSize(plan);
  const protocols = new Map<string, Set<string>>();
  for (const { asks } of plan.targets)
    for (const { protocol, kinds, port } of asks)
      for (const kind of kinds) {
        const ports = protocols.get(protocol) ?? new Set<string>();
        protocols.set(protocol, ports.add(`${kind}/${port}`));
      }
  const lines = [
    'Notice of identification of controllers',
    '',
    `Site                ${clean(site)}`,
    `Job                 ${clean(plan.name)} (${plan.job})`,
    `Source              ${plan.where.by === 'appliance' ? 'Sallyport appliance' : `agent on ${clean(plan.where.name)}`}`,
    `Source addresses    ${sources.join(', ') || 'unknown'}`,
    `Not before          ${toTime(plan.from)}`,
    `Not after           ${toTime(plan.until)}`,
    ...(plan.repeat === undefined
      ? []
      : [
          `Again               every ${plan.repeat.everyDays} days, the last window ends by ${toTime(plan.repeat.until)}`,
        ]),
    `Start               ${plan.start === 'scheduled' ? 'by itself, when the window opens' : 'by hand, within the window'}`,
    `Packets             at most ${packets}, at least ${seconds} s in all; one connection, one request in flight`,
    `Plan                SHA-256 ${plan.digest}`,
    `Approved            ${approved === undefined ? 'not yet' : `${toTime(approved.at)} by ${clean(approved.by)}`}`,
    '',
    'Protocols',
    ...[...protocols].map(([protocol, ports]) => `  ${protocol.padEnd(10)} ${[...ports].join(', ')}`),
    '',
    'Targets',
    ...plan.targets.map(
      ({ host, label, zoneName, asks }) =>
        `  ${host.padEnd(16)} ${clean(label)}, zone ${clean(zoneName)}: ${asks.map(({ protocol }) => protocol).join(', ')}`,
    ),
    '',
    'Read-only requests from a closed list. Nothing is written, no address outside this list is contacted, no port is scanned.',
    '',
  ];
  return lines.join('\n');
};
