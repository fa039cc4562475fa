import type { Item } from '../../engine/inventory/types.ts';
import { type DirectoryEntry, domainOf, integerOf, parseDn, sameDn } from './directory-entry.ts';
import {
  computerOf,
  type DirectoryComputer,
  domainItem,
  type EntryKind,
  groupItem,
  kindOf,
  memberNames,
  nameOf,
  unitItem,
  userItem,
} from './directory-items.ts';

// A whole directory as sections: items sorted by what identifies them, so that the same tree has the same hash in whatever
// order its entries come.

type DirectorySections = {
  'directory-domain': Item[];
  'directory-ou': Item[];
  'directory-user': Item[];
  'directory-group': Item[];
  'directory-member': Item[];
};

export type DirectoryContent = { sections: DirectorySections; computers: DirectoryComputer[]; skipped: number };

type DirectoryTree = {
  /** Takes an entry as what it is by its classes. */
  add(entry: DirectoryEntry): void;
  size(): number;
  content(): DirectoryContent;
};

type Known = { name: string; kind: EntryKind };
type Group = { entry: DirectoryEntry; dns: string[]; accounts: string[] };

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const sortedBy = (items: Iterable<Item>, ...fields: string[]): Item[] => {
  const keyed = [...items].map((item) => ({ item, key: fields.map((field) => textOf(item[field])).join('\0') }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)).map(({ item }) => item);
};

/** Gathers the entries of a directory; one that comes twice counts once. */
export const directoryTree = (): DirectoryTree => {
  const known = new Map<string, Known>();
  const users = new Map<string, Item>();
  const groups = new Map<string, Group>();
  const units = new Map<string, Item>();
  const domains = new Map<string, Item>();
  const computers = new Map<string, DirectoryComputer>();
  /** Members by their primary group: Active Directory keeps them out of the member list. */
  const primary = new Map<string, string[]>();
  let skipped = 0;

  const add = (entry: DirectoryEntry): void => {
    const kind = kindOf(entry);
    const key = sameDn(entry.dn);
    if (kind === undefined) {
      skipped += 1;
      return;
    }
    if (known.has(key)) return;
    const name = nameOf(entry);
    known.set(key, { name, kind });
    if (kind === 'user') {
      const item = userItem(entry);
      users.set(key, item);
      const group = integerOf(entry, 'primaryGroupID');
      const sid = textOf(item['sid']);
      if (group !== undefined && sid !== '') {
        const groupSid = `${sid.slice(0, sid.lastIndexOf('-'))}-${group}`;
        primary.set(groupSid, [...(primary.get(groupSid) ?? []), name]);
      }
    } else if (kind === 'group') groups.set(key, { entry, ...memberNames(entry) });
    else if (kind === 'unit') units.set(key, unitItem(entry));
    else if (kind === 'domain') domains.set(key, domainItem(entry));
    else computers.set(key, computerOf(entry));
  };

  const membersOf = ({ entry, dns, accounts }: Group, sid: string): Item[] => {
    const of = (member: string, kind: string): Item => ({
      group: nameOf(entry),
      domain: domainOf(entry.dn).slice(0, 255),
      member: member.slice(0, 256),
      kind,
    });
    const found = new Map<string, Item>();
    const keep = (item: Item): void => {
      found.set(textOf(item['member']), item);
    };
    for (const dn of dns) {
      const entryOf = known.get(sameDn(dn));
      // A person of another domain, or below a base that is not read: the name says who.
      if (entryOf === undefined) keep(of(parseDn(dn)[0]?.value ?? dn, 'unknown'));
      else keep(of(entryOf.name, entryOf.kind));
    }
    for (const account of accounts) keep(of(account, 'user'));
    for (const account of primary.get(sid) ?? []) keep(of(account, 'user'));
    return [...found.values()];
  };

  return {
    add,
    size: () => known.size,
    content: () => {
      const members: Item[] = [];
      const groupItems = [...groups.values()].map((group) => {
        const bare = groupItem(group.entry, 0);
        const own = membersOf(group, textOf(bare['sid']));
        members.push(...own);
        return { ...bare, members: own.length };
      });
      return {
        sections: {
          'directory-domain': sortedBy(domains.values(), 'objectId'),
          'directory-ou': sortedBy(units.values(), 'objectId'),
          'directory-user': sortedBy(users.values(), 'objectId'),
          'directory-group': sortedBy(groupItems, 'objectId'),
          'directory-member': sortedBy(members, 'domain', 'group', 'member'),
        },
        computers: [...computers.values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
        skipped,
      };
    },
  };
};

/** What is asked for: attributes that the items are made of, the operational ones by name. */
export const wantedAttributes: readonly string[] = [
  'objectClass',
  'objectGUID',
  'objectSid',
  'entryUUID',
  'nsUniqueId',
  'sambaSID',
  'sAMAccountName',
  'uid',
  'cn',
  'ou',
  'name',
  'displayName',
  'gecos',
  'mail',
  'userPrincipalName',
  'telephoneNumber',
  'mobile',
  'title',
  'department',
  'departmentNumber',
  'description',
  'uidNumber',
  'gidNumber',
  'userAccountControl',
  'lockoutTime',
  'nsAccountLock',
  'pwdAccountLockedTime',
  'adminCount',
  'primaryGroupID',
  'lastLogonTimestamp',
  'authTimestamp',
  'pwdLastSet',
  'pwdChangedTime',
  'shadowLastChange',
  'shadowExpire',
  'accountExpires',
  'whenCreated',
  'createTimestamp',
  'groupType',
  'member',
  'uniqueMember',
  'memberUid',
  'dNSHostName',
  'operatingSystem',
  'operatingSystemVersion',
  'serialNumber',
  'macAddress',
  'ipHostNumber',
];
