import { type Item, item, sortItems } from '../collectors/collector.ts';
import { flagOf, numberOf, type Row, rowsOf, textOf, timeOf } from './report.ts';

const sameName = (name: string, domain: string): string => `${domain}\\${name}`.toLowerCase();

/** Local accounts; who is an administrator says the group with the well-known SID. */
export const windowsAccounts = (section: Row): Item[] => {
  const administrators = new Set(
    rowsOf(section, 'administrators').map((row) => sameName(textOf(row, 'Name'), textOf(row, 'Domain'))),
  );
  return sortItems(
    rowsOf(section, 'accounts')
      .map((row) =>
        item({
          name: textOf(row, 'Name'),
          domain: textOf(row, 'Domain'),
          fullName: textOf(row, 'FullName'),
          sid: textOf(row, 'SID', 184),
          isAdmin: administrators.has(sameName(textOf(row, 'Name'), textOf(row, 'Domain'))),
          enabled: flagOf(row, 'Disabled') !== true && flagOf(row, 'Lockout') !== true,
        }),
      )
      .filter((one) => one['name'] !== undefined),
    'name',
    'domain',
  );
};

/** Win32_LogonSession.LogonType of people; services, batches and network access have others. */
const kinds: Readonly<Record<number, string>> = {
  2: 'local',
  7: 'local',
  10: 'remote',
  11: 'local',
  12: 'remote',
  13: 'local',
};
const maxSessions = 100;

/** Sessions of people; the window manager and the font driver have accounts of their own. */
export const windowsSessions = (section: Row): Item[] => {
  const users = new Map(rowsOf(section, 'users').map((row) => [textOf(row, 'LogonId'), row]));
  const items = rowsOf(section, 'sessions').flatMap((session): Item[] => {
    const kind = kinds[numberOf(session, 'LogonType') ?? -1];
    const user = users.get(textOf(session, 'LogonId'));
    if (kind === undefined || user === undefined) return [];
    if (/^(?:DWM|UMFD)-\d+$/i.test(textOf(user, 'Name')) || textOf(user, 'Name') === '') return [];
    const startedAt = timeOf(session['StartTime']);
    return [item({ account: textOf(user, 'Name'), domain: textOf(user, 'Domain'), kind, state: 'active', startedAt })];
  });
  // With user account control one log-on has two sessions, of the same second.
  const keyOf = (one: Item): string =>
    ['account', 'domain', 'kind', 'startedAt'].map((name) => String(one[name] ?? '')).join('\0');
  const unique = [...new Map(items.map((one) => [keyOf(one), one])).values()];
  return sortItems(sortItems(unique, 'startedAt').slice(-maxSessions), 'account', 'kind', 'startedAt');
};
