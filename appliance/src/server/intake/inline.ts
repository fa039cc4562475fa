import type { Appliance } from '../../compose.ts';
import type { ReportOutcome, SectionIntake, SectionOutcome, SectionResult } from '../../engine/inventory/types.ts';
import { immediate } from '../../platform/database.ts';
import { readFacts, readReport, readSection, readSections, type Separately, writeWork } from './work.ts';

/** The intake without a thread of its own, for commands and for one-process use. */
export const inlineIntake = ({
  db,
  inventory,
  devices,
  discovery,
}: Pick<Appliance, 'db' | 'inventory' | 'devices' | 'discovery'>): SectionIntake => ({
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
  waiting: () => 0,
  close: async () => undefined,
});
