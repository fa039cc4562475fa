import { type ItemsOf, item, sortedDistinct, text, time, whole } from './rows.ts';

const adminGroup = /^(?:root|sudo|adm|wheel|admin|administrators)$/i;
const administratorsSid = 'S-1-5-32-544';
const noLogin = /\/(?:nologin|false|sync|shutdown|halt)$/;

/** Accounts with their groups. */
export const accountsItems: ItemsOf = (answers, system) => {
  const groups = new Map<string, string[]>();
  const admins = new Set<string>();
  for (const row of answers['accounts.groups'] ?? []) {
    const member = text(row, 'member', 20);
    const name = text(row, 'groupname');
    groups.set(member, [...(groups.get(member) ?? []), name]);
    if (adminGroup.test(name) || text(row, 'group_sid') === administratorsSid) admins.add(member);
  }
  const isWindows = system.vendor === 'windows';
  return sortedDistinct(
    (answers['accounts'] ?? []).flatMap((row) => {
      const name = text(row, 'username');
      const uid = text(row, 'uid', 20);
      const shell = text(row, 'shell');
      if (name === '') return [];
      return [
        item({
          name,
          fullName: isWindows ? '' : text(row, 'description').split(',')[0],
          isAdmin: (!isWindows && uid === '0') || admins.has(uid),
          enabled: isWindows ? undefined : !noLogin.test(shell),
          uid: whole(row, 'uid'),
          sid: isWindows ? text(row, 'uuid', 184) : '',
          groups: [...new Set(groups.get(uid) ?? [])].filter((group) => group !== '').sort(),
          shell: isWindows ? '' : shell,
        }),
      ];
    }),
    'name',
  );
};

const loopbackHost = /^(?:|:\d.*|localhost|-)$/;

/** Who is logged in. */
export const sessionsItems: ItemsOf = (answers) =>
  sortedDistinct(
    (answers['sessions'] ?? []).flatMap((row) => {
      const account = text(row, 'user');
      const type = text(row, 'type', 50);
      if (account === '' || !/^(?:user|active|disconnected)$/.test(type)) return [];
      const host = text(row, 'host', 255);
      const isRemote = !loopbackHost.test(host);
      return [
        item({
          account,
          kind: isRemote ? 'remote' : 'local',
          startedAt: time(row, 'time'),
          state: type === 'disconnected' ? 'disconnected' : 'active',
          terminal: text(row, 'tty', 50),
          remoteAddress: isRemote ? host : '',
        }),
      ];
    }),
    'account',
    'kind',
    'startedAt',
  );
