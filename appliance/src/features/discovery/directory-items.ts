import type { Item } from '../../engine/inventory/types.ts';
import {
  bytesOf,
  classesOf,
  type DirectoryEntry,
  domainOf,
  firstText,
  integerOf,
  parseDn,
  pathOf,
  sameDn,
  textsOf,
} from './directory-entry.ts';
import {
  accountControl,
  dayOf,
  filetime,
  generalizedTime,
  groupKind,
  guidText,
  shadowDay,
  sidText,
} from './directory-values.ts';

// Entries of Active Directory and of the usual LDAP schemas (inetOrgPerson, posixAccount, groupOfNames, posixGroup) as
// items of the collections. Pure, so a poll and an LDIF file of the same tree give the same.

export type EntryKind = 'user' | 'group' | 'unit' | 'domain' | 'computer';

/** What an entry is; undefined for what is not kept. */
export const kindOf = (entry: DirectoryEntry): EntryKind | undefined => {
  const classes = classesOf(entry);
  const has = (...names: string[]): boolean => names.some((name) => classes.has(name));
  if (has('computer', 'device', 'iphost')) return 'computer';
  if (has('group', 'groupofnames', 'groupofuniquenames', 'posixgroup')) return 'group';
  if (has('organizationalunit')) return 'unit';
  if (has('user', 'inetorgperson', 'posixaccount')) return has('contact') ? undefined : 'user';
  if (has('domain', 'domaindns', 'dcobject', 'samdomain')) return 'domain';
  return undefined;
};

const objectId = (entry: DirectoryEntry): string => {
  const [guid] = bytesOf(entry, 'objectGUID');
  const text = guid === undefined ? undefined : guidText(guid);
  return text ?? firstText(entry, ['entryUUID', 'nsUniqueId'], 64) ?? sameDn(entry.dn).slice(0, 512);
};

const sidOf = (entry: DirectoryEntry): string | undefined => {
  const [sid] = bytesOf(entry, 'objectSid');
  return sid === undefined ? firstText(entry, ['sambaSID'], 184) : sidText(sid);
};

const set = (values: Record<string, unknown>): Item =>
  Object.fromEntries(
    Object.entries(values).filter(([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0)),
  );

const rdnValue = (entry: DirectoryEntry): string => parseDn(entry.dn)[0]?.value ?? entry.dn;

/** The name that an entry is called by in groups and in the console. */
export const nameOf = (entry: DirectoryEntry): string =>
  (firstText(entry, ['sAMAccountName', 'uid', 'cn', 'ou'], 256) ?? rdnValue(entry)).slice(0, 256) ||
  entry.dn.slice(0, 256);

const flagsOf = (entry: DirectoryEntry): string[] => {
  const bits = integerOf(entry, 'userAccountControl') ?? 0;
  const has = (bit: number): boolean => (bits & bit) !== 0;
  return [
    has(accountControl.passwordNeverExpires) ? 'password-never-expires' : '',
    has(accountControl.passwordNotRequired) ? 'password-not-required' : '',
    has(accountControl.smartcardRequired) ? 'smartcard-required' : '',
    has(accountControl.trustedForDelegation) ? 'trusted-for-delegation' : '',
    has(accountControl.noPreauthentication) ? 'no-preauthentication' : '',
    firstText(entry, ['pwdLastSet'], 20) === '0' ? 'must-change-password' : '',
  ].filter((flag) => flag !== '');
};

/** Whether an account works; undefined where the schema does not say. */
const isEnabled = (entry: DirectoryEntry): boolean | undefined => {
  const control = integerOf(entry, 'userAccountControl');
  if (control !== undefined) return (control & accountControl.disabled) === 0;
  const locked = firstText(entry, ['nsAccountLock'], 10);
  if (locked !== undefined) return locked.toLowerCase() !== 'true';
  // Locked for good by the password policy of OpenLDAP.
  if (firstText(entry, ['pwdAccountLockedTime'], 20) === '000001010000Z') return false;
  // Shadow accounts are closed with the first day of all.
  const expires = integerOf(entry, 'shadowExpire');
  return expires === undefined ? undefined : expires > 1 || expires < 0;
};

const isLocked = (entry: DirectoryEntry): boolean | undefined => {
  const lockout = firstText(entry, ['lockoutTime'], 20);
  if (lockout !== undefined) return lockout !== '0';
  return bytesOf(entry, 'pwdAccountLockedTime').length > 0 ? true : undefined;
};

/** D2: an account. */
export const userItem = (entry: DirectoryEntry): Item =>
  set({
    objectId: objectId(entry),
    name: nameOf(entry),
    domain: domainOf(entry.dn).slice(0, 255),
    path: pathOf(entry.dn).slice(0, 1_024) || undefined,
    fullName: firstText(entry, ['displayName', 'cn', 'gecos'], 256),
    email: firstText(entry, ['mail', 'userPrincipalName'], 254),
    phone: firstText(entry, ['telephoneNumber', 'mobile'], 64),
    position: firstText(entry, ['title'], 256),
    department: firstText(entry, ['department', 'departmentNumber'], 256),
    description: firstText(entry, ['description'], 1_024),
    sid: sidOf(entry),
    uid: integerOf(entry, 'uidNumber'),
    enabled: isEnabled(entry),
    locked: isLocked(entry),
    isPrivileged: bytesOf(entry, 'adminCount').length === 0 ? undefined : integerOf(entry, 'adminCount') === 1,
    flags: flagsOf(entry),
    lastLogonAt: dayOf(
      filetime(firstText(entry, ['lastLogonTimestamp'], 20)) ??
        generalizedTime(firstText(entry, ['authTimestamp'], 30)),
    ),
    passwordSetAt:
      filetime(firstText(entry, ['pwdLastSet'], 20)) ??
      generalizedTime(firstText(entry, ['pwdChangedTime'], 30)) ??
      shadowDay(integerOf(entry, 'shadowLastChange')),
    expiresAt: filetime(firstText(entry, ['accountExpires'], 20)) ?? shadowDay(integerOf(entry, 'shadowExpire')),
    createdAt: generalizedTime(firstText(entry, ['whenCreated', 'createTimestamp'], 30)),
  });

/** D2: a group; its members are items of their own. */
export const groupItem = (entry: DirectoryEntry, members: number): Item =>
  set({
    objectId: objectId(entry),
    name: nameOf(entry),
    domain: domainOf(entry.dn).slice(0, 255),
    path: pathOf(entry.dn).slice(0, 1_024) || undefined,
    kind: groupKind(integerOf(entry, 'groupType')),
    description: firstText(entry, ['description'], 1_024),
    sid: sidOf(entry),
    gid: integerOf(entry, 'gidNumber'),
    members,
  });

/** D2: an organisational unit. */
export const unitItem = (entry: DirectoryEntry): Item =>
  set({
    objectId: objectId(entry),
    name: (firstText(entry, ['ou', 'name'], 256) ?? rdnValue(entry)).slice(0, 256),
    domain: domainOf(entry.dn).slice(0, 255),
    path: pathOf(entry.dn).slice(0, 1_024) || undefined,
    dn: entry.dn.slice(0, 1_024),
    description: firstText(entry, ['description'], 1_024),
  });

/** D2: a domain; `kind` says by which schema it is kept. */
export const domainItem = (entry: DirectoryEntry): Item =>
  set({
    objectId: objectId(entry),
    name: domainOf(entry.dn).slice(0, 255),
    dn: entry.dn.slice(0, 1_024),
    kind: classesOf(entry).has('domaindns') ? 'active-directory' : 'ldap',
    sid: sidOf(entry),
    description: firstText(entry, ['description'], 1_024),
    createdAt: generalizedTime(firstText(entry, ['whenCreated', 'createTimestamp'], 30)),
  });

export type DirectoryComputer = {
  name: string;
  dnsName: string | undefined;
  os: string;
  serial: string | null;
  macs: string[];
  addresses: string[];
  enabled: boolean;
};

/** A computer that the directory knows. */
export const computerOf = (entry: DirectoryEntry): DirectoryComputer => ({
  name: (firstText(entry, ['cn', 'name'], 255) ?? rdnValue(entry)).slice(0, 255),
  dnsName: firstText(entry, ['dNSHostName'], 255)?.toLowerCase(),
  os: [firstText(entry, ['operatingSystem'], 100), firstText(entry, ['operatingSystemVersion'], 60)]
    .filter((part) => part !== undefined)
    .join(' '),
  serial: firstText(entry, ['serialNumber'], 100) ?? null,
  macs: textsOf(entry, 'macAddress').slice(0, 32),
  addresses: textsOf(entry, 'ipHostNumber').slice(0, 32),
  enabled: isEnabled(entry) !== false,
});

/** How many members a group may have before the rest is counted only. */
const maxMembersPerGroup = 100_000;

/** The names of members as the group holds them: distinguished names, or account names (posixGroup). */
export const memberNames = (entry: DirectoryEntry): { dns: string[]; accounts: string[] } => ({
  dns: ['member', 'uniqueMember'].flatMap((name) => textsOf(entry, name)).slice(0, maxMembersPerGroup),
  accounts: textsOf(entry, 'memberUid').slice(0, maxMembersPerGroup),
});
