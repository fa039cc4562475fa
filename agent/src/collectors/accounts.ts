import { nowMs } from '@sallyport/bundle-tools/platform/ambient';
import type { RootFiles } from '../platform/root-files.ts';
import { type Collector, clean, type Item, item, sortItems } from './collector.ts';

const adminGroups = new Set(['root', 'sudo', 'adm', 'wheel', 'admin']);
const noLogin = /\/(?:nologin|false|sync|shutdown|halt)$/;
const maxAccounts = 10_000;
const dayMs = 24 * 3600 * 1000;

const rows = (text: string, columns: number): string[][] =>
  text
    .split('\n')
    .filter((line) => line !== '' && !/^[#+-]/.test(line))
    .map((line) => line.split(':'))
    .filter((row) => row.length >= columns)
    .slice(0, maxAccounts);

/** Accounts that /etc/shadow says have expired; the password itself is never looked at. */
const expired = (files: RootFiles): Set<string> =>
  new Set(
    rows(files.text('etc/shadow') ?? '', 8)
      .filter((row) => /^\d+$/.test(row[7] ?? '') && Number(row[7]) * dayMs < nowMs())
      .map((row) => row[0] ?? ''),
  );

/** Local accounts of /etc/passwd with their administrator groups from /etc/group. */
export const readAccounts = (files: RootFiles): Item[] => {
  const groups = rows(files.text('etc/group') ?? '', 4).filter((row) => adminGroups.has(row[0] ?? ''));
  const adminGids = new Set(groups.map((row) => row[2] ?? ''));
  const admins = new Set(groups.flatMap((row) => (row[3] ?? '').split(',')).filter((name) => name !== ''));
  const gone = expired(files);
  return rows(files.text('etc/passwd') ?? '', 7).map(([name = '', , uid = '', gid = '', gecos = '', , shell = '']) =>
    item({
      name: clean(name),
      fullName: clean(gecos.split(',')[0]),
      isAdmin: uid === '0' || adminGids.has(gid) || admins.has(name),
      enabled: !noLogin.test(shell) && !gone.has(name),
      uid: /^\d{1,10}$/.test(uid) ? Number(uid) : undefined,
      shell: clean(shell),
    }),
  );
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
