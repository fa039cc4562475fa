import type { Content } from './glpi-client.ts';

const sectionOf: Readonly<Record<string, string>> = { cpu: 'cpus', drive: 'drives', software: 'softwares' };
const alwaysSent: ReadonlySet<string> = new Set(['bios', 'hardware', 'versionclient']);
const mostPostponed = 14;

/**
 * The memory of a GLPI agent since 1.8: what it reports of a machine under the categories that it shall leave out. It counts a report as
 * sent whatever the answer, sends all only when a section has gone since, else what changed, and all again after 14 times.
 */
export const postponingAgent = () => {
  const last = new Map<string, string>();
  let postponed = 0;
  return (machine: Content, leftOut: string): { content: Content; partial: boolean } => {
    const without = new Set(leftOut.split(',').map((category) => sectionOf[category] ?? category));
    const there = Object.fromEntries(Object.entries(machine).filter(([name]) => !without.has(name)));
    const hasGone = [...last.keys()].some((name) => !(name in there));
    const unchanged = Object.entries(there).flatMap(([name, value]) =>
      last.get(name) === JSON.stringify(value) && !alwaysSent.has(name) ? [name] : [],
    );
    postponed = hasGone ? 0 : (postponed + 1) % (mostPostponed + 1);
    last.clear();
    for (const [name, value] of Object.entries(there)) last.set(name, JSON.stringify(value));
    if (postponed === 0 || unchanged.length === 0) return { content: there, partial: false };
    const content = Object.fromEntries(Object.entries(there).filter(([name]) => !unchanged.includes(name)));
    return { content, partial: true };
  };
};
