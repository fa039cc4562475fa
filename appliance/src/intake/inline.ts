import type { Appliance } from '../compose.ts';
import type { ReportOutcome, SectionIntake } from '../features/inventory/report-types.ts';
import type { SectionOutcome } from '../features/inventory/types.ts';
import { immediate } from '../platform/database.ts';
import { readFacts, readReport, readSection, writeWork } from './work.ts';

/** The intake without a thread of its own, for commands and for one-process use. */
export const inlineIntake = ({
  db,
  inventory,
  devices,
}: Pick<Appliance, 'db' | 'inventory' | 'devices'>): SectionIntake => ({
  put: async (section) => {
    const work = await readSection(section);
    return immediate(db, () => writeWork({ inventory, devices }, work) as SectionOutcome);
  },
  report: async (report) => {
    const work = await readReport(report);
    return immediate(db, () => writeWork({ inventory, devices }, work) as ReportOutcome);
  },
  facts: readFacts,
  waiting: () => 0,
  close: async () => undefined,
});
