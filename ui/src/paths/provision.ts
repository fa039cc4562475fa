import { page } from './page.ts';

/** What is held, and of whom. */
export const provisionPages = {
  provision: page('/provision', { bound: 'site', GET: 'provision:read' }),
  provisionCsv: page('/provision.csv', { bound: 'site', GET: 'provision:read' }),
  persons: page('/persons', { bound: 'site', decides: true, GET: 'provision:write' }),
  /** POST `name`: a name never stands in an address. */
  personFind: page('/persons/find', { bound: 'site', POST: 'provision:write' }),
  /** POST `name`, `confirm`, `reason` */
  personErase: page('/persons/erase', { bound: 'site', POST: 'provision:write' }),
  /** POST `id`, `agree` */
  personDecide: page('/persons/decide', { bound: 'site', decides: true, POST: 'provision:write' }),
  /** Says that every copy of a backup is destroyed. */
  backupForget: page('/persons/backups/forget', { bound: 'site', POST: 'settings:write' }),
  /** GET, and POST: makes one. */
  backups: page('/backups', { bound: 'site', GET: 'settings:read', POST: 'settings:write' }),
  /** POST `backup` */
  backupCheck: page('/backups/check', { bound: 'site', POST: 'settings:write' }),
  backupFile: page('/backups/:id/file', { bound: 'site', GET: 'settings:write' }),
  recoveryKey: page('/backups/recovery-key', { bound: 'site', GET: 'settings:read' }),
  /** POST `groups` */
  recoveryKeyConfirm: page('/backups/recovery-key/confirm', { bound: 'site', POST: 'settings:write' }),
  /** POST `reason`: asks for a new key. */
  recoveryKeyRenew: page('/backups/recovery-key/renew', { bound: 'site', POST: 'safety:write' }),
  /** POST `action` */
  recoveryKeyDecide: page('/backups/recovery-key/decide', { bound: 'site', decides: true, POST: 'safety:write' }),
  /** A file; `plain` is not sealed. */
  diagnosticsFile: page('/diagnostics/file', { bound: 'site', GET: 'settings:write' }),
  health: page('/health', { bound: 'site', GET: 'settings:read' }),
  /** GET, and POST `certificate`, `key`, `authority`: PEM */
  certificate: page('/certificate', { bound: 'site', GET: 'settings:read', POST: 'settings:write' }),
  /** POST `confirm` */
  certificateClear: page('/certificate/clear', { bound: 'site', POST: 'settings:write' }),
  /** A file: what clients of the address have to trust. */
  certificateAuthorities: page('/certificate/authorities/:address', { bound: 'site', GET: 'settings:read' }),
  releases: page('/releases', { bound: 'site', GET: 'settings:read' }),
  /** POST `reason` */
  upgradeAside: page('/releases/failure/put-aside', { bound: 'site', POST: 'settings:write' }),
  /** GET, and POST `id`, `reason` */
  rollback: page('/rollback', { bound: 'site', GET: 'settings:read', POST: 'safety:write' }),
  /** POST `token`, several, and `reason`: asks that tokens live again. */
  rollbackTokens: page('/rollback/tokens', { bound: 'site', POST: 'accounts:write' }),
  /** POST `ids` and `action` */
  rollbackTokensDecide: page('/rollback/tokens/decide', { bound: 'site', decides: true, POST: 'accounts:write' }),
  rollbackDecide: page('/rollback/decide', { bound: 'site', decides: true, POST: 'safety:write' }),
} as const;
