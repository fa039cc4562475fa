/** What is held, and of whom. */
export const provisionPaths = {
  provision: () => '/provision',
  provisionCsv: () => '/provision.csv',
  persons: () => '/persons',
  /** POST `name`: a name never stands in an address. */
  personFind: () => '/persons/find',
  /** POST `name`, `confirm`, `reason` */
  personErase: () => '/persons/erase',
  /** POST `id`, `agree` */
  personDecide: () => '/persons/decide',
  /** Says that every copy of a backup is destroyed. */
  backupForget: () => '/persons/backups/forget',
  /** GET, and POST `id`, `reason` */
  rollback: () => '/rollback',
  rollbackDecide: () => '/rollback/decide',
} as const;

/** The same as patterns. */
export const provisionPatterns: Readonly<Record<keyof typeof provisionPaths, string>> = {
  provision: '/provision',
  provisionCsv: '/provision.csv',
  persons: '/persons',
  personFind: '/persons/find',
  personErase: '/persons/erase',
  personDecide: '/persons/decide',
  backupForget: '/persons/backups/forget',
  rollback: '/rollback',
  rollbackDecide: '/rollback/decide',
};
