import { keptFileItems, readProductReports } from '../products/reports.ts';
import type { Collector } from './collector.ts';

/** Files that security products keep a copy of before they cured them. */
export const backupFiles: Collector = {
  collection: 'backup-file',
  every: 'hour',
  collect: async ({ products }) => keptFileItems(readProductReports(products), 'backup'),
};

/** Files that security products have locked away. */
export const quarantineFiles: Collector = {
  collection: 'quarantine-file',
  every: 'hour',
  collect: async ({ products }) => keptFileItems(readProductReports(products), 'quarantine'),
};
