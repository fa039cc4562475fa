import type { Appliance } from '../compose.ts';
import type { ReportOutcome, SectionIntake } from '../features/inventory/report-types.ts';
import type { SectionOutcome } from '../features/inventory/types.ts';
import { immediate } from '../platform/database.ts';
import { readReport, readSection, writeWork } from './work.ts';

/** The intake without a thread of its own, for commands and for one-process use. */
export const inlineIntake = ({ db, inventory }: Pick<Appliance, 'db' | 'inventory'>): SectionIntake => ({
  put: async (section) => {
    const work = await readSection(section);
    return immediate(db, () => writeWork(inventory, work) as SectionOutcome);
  },
  report: async (report) => {
    const work = await readReport(report);
    return immediate(db, () => writeWork(inventory, work) as ReportOutcome);
  },
  close: async () => undefined,
});
