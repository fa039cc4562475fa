import type { Appliance } from '../../compose.ts';
import type { ReportOutcome, SectionOutcome, SectionResult } from '../../engine/inventory/types.ts';
import { immediate } from '../../platform/database.ts';
import type { Intake } from './messages.ts';
import { readFacts, readReport, readSection, readSections, type Separately, writeWork } from './work.ts';

/** The intake without a thread of its own, for commands and for one-process use. */
export const inlineIntake = ({
  db,
  inventory,
  devices,
  discovery,
  queues,
}: Pick<Appliance, 'db' | 'inventory' | 'devices' | 'discovery' | 'queues'>): Intake => ({
  put: async (section) => {
    const work = await readSection(section, inventory);
    return immediate(db, () => writeWork({ inventory, devices, discovery }, work) as SectionOutcome);
  },
  putAll: async (sections) => {
    const work = await readSections(sections, inventory);
    const alone: Separately = (write) => immediate(db, write);
    return immediate(db, () => writeWork({ inventory, devices, discovery }, work, alone) as SectionResult[]);
  },
  report: async (report) => {
    const work = await readReport(report, { inventory });
    return immediate(db, () => writeWork({ inventory, devices, discovery }, work) as ReportOutcome);
  },
  facts: readFacts,
  note: async (batch) => immediate(db, () => devices.writeNotes(batch)),
  derive: () => {
    for (const queue of queues.quick) queue.run({});
  },
  turn: async () => undefined,
  waiting: () => 0,
  close: async () => undefined,
});
