import { page } from './page.ts';

/** What is held, and of whom. */
export const provisionPages = {
  provision: page('/provision', { GET: 'provision:read' }),
  provisionCsv: page('/provision.csv', { GET: 'provision:read' }),
  persons: page('/persons', { GET: 'provision:write' }),
  /** POST `name`: a name never stands in an address. */
  personFind: page('/persons/find', { POST: 'provision:write' }),
  /** POST `name`, `confirm`, `reason` */
  personErase: page('/persons/erase', { POST: 'provision:write' }),
  /** POST `id`, `agree` */
  personDecide: page('/persons/decide', { POST: 'provision:write' }),
  /** Says that every copy of a backup is destroyed. */
  backupForget: page('/persons/backups/forget', { POST: 'settings:write' }),
  health: page('/health', { GET: 'settings:read' }),
  /** GET, and POST `id`, `reason` */
  rollback: page('/rollback', { GET: 'settings:read', POST: 'safety:write' }),
  rollbackDecide: page('/rollback/decide', { POST: 'safety:write' }),
} as const;
