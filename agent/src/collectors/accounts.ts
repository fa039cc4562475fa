import { nowMs, toTime } from '@sallyport/bundle-tools/platform/ambient';
import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, type Item, item, sortItems } from './collector.ts';
import { parseUtmp, sessionsOf } from './utmp.ts';

const adminGroups = new Set(['root', 'sudo', 'adm', 'wheel', 'admin']);
const noLogin = /\/(?:nologin|false|sync|shutdown|halt)$/;
const maxAccounts = 10_000;
const maxLogBytes = 4096 * 384;
const lastlogBytes = 292;
const dayMs = 24 * 3600 * 1000;

const rows = (text: string, columns: number): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !/^[#+-]/.test(line))
    .map((line) => line.split(':'))
    .filter((row) => row.length >= columns)
    .slice(0, maxAccounts);

/** What /etc/shadow says of an account; the password itself is never looked at. */
type Shadow = { readonly hasExpired: boolean; readonly passwordSetAt: string | undefined };

const shadowOf = (files: RootFiles): Map<string, Shadow> =>
  new Map(
    rows(files.text('etc/shadow') ?? '', 8).map((row) => {
      const days = (column: number): number | undefined =>
        /^\d{1,6}$/.test(row[column] ?? '') ? Number(row[column]) : undefined;
      const expires = days(7);
      // 0 asks for a new password at the next log-in, and says nothing about the old one.
      const set = days(2) || undefined;
      return [
        row[0] ?? '',
        {
          hasExpired: expires !== undefined && expires * dayMs < nowMs(),
          passwordSetAt: set === undefined ? undefined : toTime(set * dayMs),
        },
      ];
    }),
  );

/** The newest log-in of each account that wtmp holds, and of lastlog, which has one record for each uid. */
const lastLogins = (files: RootFiles): ((name: string, uid: number | undefined) => string | undefined) => {
  const newest = new Map<string, number>();
  for (const { account, startedMs } of sessionsOf(
    parseUtmp(files.bytes('var/log/wtmp', { maxBytes: maxLogBytes, fromEnd: true }) ?? Buffer.alloc(0)),
  ))
    newest.set(account, Math.max(startedMs, newest.get(account) ?? 0));
  const lastlog = files.bytes('var/log/lastlog', { maxBytes: maxLogBytes }) ?? Buffer.alloc(0);
  return (name, uid) => {
    const at = (uid ?? 0) * lastlogBytes;
    const held = uid === undefined || at + lastlogBytes > lastlog.length ? 0 : lastlog.readUInt32LE(at) * 1000;
    const lastMs = Math.max(held, newest.get(name) ?? 0);
    return lastMs === 0 ? undefined : toTime(lastMs);
  };
};

/** Local accounts of /etc/passwd with their administrator groups from /etc/group. */
const readAccounts = (files: RootFiles): Item[] => {
  const groups = rows(files.text('etc/group') ?? '', 4).filter((row) => adminGroups.has(row[0] ?? ''));
  const adminGids = new Set(groups.map((row) => row[2] ?? ''));
  const admins = new Set(groups.flatMap((row) => (row[3] ?? '').split(',')).filter((name) => name !== ''));
  const shadow = shadowOf(files);
  const lastLogin = lastLogins(files);
  return rows(files.text('etc/passwd') ?? '', 7).map(([name = '', , uid = '', gid = '', gecos = '', , shell = '']) => {
    const number = /^\d{1,10}$/.test(uid) ? Number(uid) : undefined;
    return item({
      name: clean(name),
      fullName: clean(gecos.split(',')[0]),
      isAdmin: uid === '0' || adminGids.has(gid) || admins.has(name),
      enabled: !noLogin.test(shell) && shadow.get(name)?.hasExpired !== true,
      uid: number,
      lastLoginAt: lastLogin(name, number),
      passwordSetAt: shadow.get(name)?.passwordSetAt,
      shell: clean(shell),
    });
  });
};

export const collector: Collector = {
  collection: 'accounts',
  every: 'hour',
  collect: async ({ files }) =>
    sortItems(
      readAccounts(files).filter((account) => account['name'] !== undefined),
      'name',
    ),
};
