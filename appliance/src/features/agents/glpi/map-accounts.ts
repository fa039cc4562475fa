import type { Item } from '../../../engine/inventory/types.ts';
import { item, line, lines } from './fields.ts';
import type { MapContext } from './map-types.ts';
import type { Row } from './message.ts';

const adminGroups = /^(?:root|sudo|adm|wheel|admin|administrators|администраторы)$/i;
const administratorsSid = 'S-1-5-32-544';
const noLogin = /\/(?:nologin|false|sync|shutdown|halt)$/;

const groupsOf = (groups: readonly Row[], login: string): string[] =>
  groups
    .filter((group) => lines(group, 'members').includes(login))
    .map((group) => line(group, 'name') ?? '')
    .filter((name) => name !== '')
    .sort();

/** On Windows there is no more than the name of an account. */
const loginOf = (row: Row): string | undefined => line(row, 'login') ?? line(row, 'name');

/** Local accounts; groups tell who is an administrator. */
export const accountItems = (rows: readonly Row[], context: MapContext): Item[] => {
  const groups = context.rows('local_groups');
  const admins = new Set(
    groups
      .filter((group) => adminGroups.test(line(group, 'name') ?? '') || line(group, 'id') === administratorsSid)
      .flatMap((group) => [line(group, 'id'), ...lines(group, 'members')]),
  );
  // On Windows agents list groups without their members.
  const isSilent =
    groups.length === 0 ||
    (context.system.family === 'windows' && groups.every((group) => lines(group, 'members').length === 0));
  return rows
    .filter((row) => loginOf(row) !== undefined)
    .map((row) => {
      const login = loginOf(row) ?? '';
      const id = line(row, 'id', 184);
      const shell = line(row, 'shell');
      const gid = line(row, 'gid', 20);
      const isAdmin = id === '0' || admins.has(login) || (gid !== undefined && admins.has(gid));
      return item({
        name: login,
        fullName: line(row, 'login') === undefined ? undefined : line(row, 'name')?.split(',')[0],
        isAdmin: isSilent && !isAdmin ? undefined : isAdmin,
        enabled: shell === undefined ? undefined : !noLogin.test(shell),
        uid: id !== undefined && /^\d{1,10}$/.test(id) ? Number(id) : undefined,
        sid: id?.startsWith('S-1-') === true ? id : undefined,
        groups: groupsOf(groups, login),
        shell,
      });
    });
};

/** Without the section of groups, an account is in those that it was in. */
export const keepGroups = (items: readonly Item[], held: readonly Item[], { message }: MapContext): Item[] => {
  if (message.sections.has('local_groups')) return [...items];
  const before = new Map(held.map((one) => [one['name'], one]));
  return items.map((one) => {
    const known = before.get(one['name']);
    return known === undefined ? one : { ...one, ...pick(known, ['isAdmin', 'groups']) };
  });
};

const pick = (from: Item, names: readonly string[]): Item =>
  Object.fromEntries(
    names.filter((name) => from[name] !== undefined && from[name] !== null).map((name) => [name, from[name]]),
  );

/** OCS on Windows has no section of them. */
const loggedIn = (hardware: Row): Item[] =>
  (line(hardware, 'userid')?.split('/') ?? [])
    .filter((account) => account !== '')
    .map((account) => item({ account, domain: line(hardware, 'userdomain'), state: 'active' }));

/** Who is logged in, and who was last. */
export const sessionItems = (_: readonly Row[], context: MapContext): Item[] => {
  const [hardware = {}] = context.rows('hardware');
  const users = context.rows('users').filter((row) => line(row, 'login') !== undefined);
  const present =
    users.length === 0 && context.isOcs
      ? loggedIn(hardware)
      : users.map((row) => item({ account: line(row, 'login'), domain: line(row, 'domain'), state: 'active' }));
  const last = line(hardware, 'lastloggeduser');
  const isPresent = present.some((one) => one['account'] === last);
  return last === undefined || isPresent ? present : [...present, item({ account: last, state: 'ended' })];
};
