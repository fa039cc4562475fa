// Devices: who is behind the wall and may speak for itself.
//
// An agent makes its own key and enrols with a token. What it says about its hardware is only a claim: it decides which
// known device a newcomer resembles, never what it may do. A newcomer that resembles nothing waits for approval (or is
// approved by a token that says `auto`); one that looks like a live device is held as a possible clone. From then on the
// device is its certificate: every request is bound to the certificate's fingerprint, which is looked up each time, so
// that a revocation by another process counts at once. All refusals look alike to the caller; the event has the reason.
//
// A device has one or more sources: its own agent, osquery, a GLPI or OCS agent. Each is a row with what that client calls
// itself and proves itself by; the device's state rules over those of its sources. A device that only others have seen is
// `discovered`: it has no source and may not speak.

import { createHash } from 'node:crypto';
import { randomBytes } from '@sallyport/bundle-tools/platform/ambient';
import type { InventorySource } from '../../engine/inventory/types.ts';
import type { DeviceSet } from '../../platform/device-set.ts';
import type { FilterSqlOptions } from '../../platform/filter/filter-queries.ts';
import type { FilterLanguage } from '../../platform/filter/language.ts';
import type { Filter, Rows } from '../../platform/filter/types.ts';
import type { Chosen } from '../../platform/list/list-queries.ts';
import type { Scope } from '../../platform/scope.ts';
import type { ProtectionReason } from '../rules/types.ts';
import type { BESIDE, Coverage, CoverageState } from '../vulnerabilities/types.ts';
import type { Look } from '../worklist/types.ts';

export const deviceStates = ['discovered', 'pending', 'managed', 'held', 'revoked'] as const;

export type DeviceState = (typeof deviceStates)[number];

/** A `directory` holds the users and groups of a polled directory; lists of devices leave it out. */
export type DeviceKind = 'computer' | 'network' | 'printer' | 'phone' | 'directory';

export type Device = {
  id: number;
  /** Random, the subject of its certificates and the name in addresses. */
  publicId: string;
  state: DeviceState;
  kind: DeviceKind;
  /** A reinstall that waits for approval; the device goes on with its old key meanwhile. */
  reenrolling: boolean;
  uuid: string | null;
  serial: string | null;
  macs: string[];
  hostname: string;
  os: string;
  arch: string;
  agentVersion: string;
  /** The group that its token named. */
  group: string | null;
  heldReason: HeldReason | null;
  /** The device that a held newcomer looks like. */
  resembles: number | null;
  from: string | null;
  createdAt: number;
  approvedAt: number | null;
  enrolledAt: number | null;
  revokedAt: number | null;
  lastSeenAt: number | null;
};

export type HeldReason =
  | 'same-uuid-live'
  | 'same-uuid-other-macs'
  | 'key-with-other-hardware'
  | 'same-id-other-hardware'
  | 'replaced-client-again'
  | 'two-boots';

/** `replaced`: the device enrolled again through this source and speaks by a newer row. */
export type SourceState = 'pending' | 'approved' | 'held' | 'replaced' | 'revoked';

/** One client of a device. */
export type DeviceSource = {
  id: number;
  device: number;
  source: InventorySource;
  /** What the client calls itself; for the native source the digest of its key. */
  clientId: string;
  state: SourceState;
  /** Id of the token that it came with. */
  token: string | null;
  /** Product and version as the client names them. */
  agent: string;
  firstSeenAt: number;
  lastSeenAt: number | null;
  from: string | null;
  /** JSON of what it says of its hardware, while it waits. */
  claim: string | null;
};

/** What a client that waits says of itself; nothing of it is proved. */
export type ClientClaim = { readonly hostname: string; readonly serial: string; readonly macs: readonly string[] };

/** A client that asks a person to be let in, or on. */
export type AskingClient = Pick<DeviceSource, 'source' | 'clientId'> & {
  /** Of the fingerprint of our own agent's key, to compare with what the agent says; other clients have none. */
  words: readonly string[];
  /** It proved the key of a certificate of this device. A hint: who carried the disk off has it as well. */
  byCertificate: boolean;
  from: string;
  /** When it asked first, ms. */
  since: number;
  /** Absent of one that asked before this was kept. */
  claim?: ClientClaim;
};

/** A client that came with a token. */
export type Arrival = Pick<DeviceSource, 'device' | 'source' | 'clientId' | 'from'> & {
  state: Exclude<SourceState, 'replaced'>;
  heardAt: number;
};

/** A client that a request was bound to; only `managed` may have sections stored and work given. */
export type SourceCaller = {
  id: number;
  publicId: string;
  source: InventorySource;
  state: 'managed' | 'pending' | 'held' | 'revoked';
  /** The row of the source. */
  sourceId: number;
  /** A report of everything was kept from this client; what came before its approval was not. */
  hasFull: boolean;
};

/** What a client says about its hardware and system; only a claim. */
export type ClientFacts = {
  uuid?: string | null | undefined;
  serial?: string | null | undefined;
  macs?: readonly string[];
  hostname: string;
  os?: string;
  arch?: string;
  agentVersion?: string;
  kind?: DeviceKind;
};

export type EnrolCall = {
  source: InventorySource;
  /** The enrolment secret as it was sent. */
  token: string;
  clientId: string;
  /** SHA-256 (hex) of the key that the client proves itself by from now on; null where there is none. */
  keyDigest: string | null;
  facts: ClientFacts;
  from: string;
};

export type ClientOutcome = { state: 'pending' | 'approved' | 'held'; device: Device; caller: SourceCaller };

/** A device as others see it. */
export type Discovery = {
  method: 'directory' | 'scan' | 'agent';
  /** Milliseconds. */
  at: number;
  facts: Omit<ClientFacts, 'hostname'> & { hostname?: string };
  addresses?: readonly string[];
  /** Host names; with a dot they are full DNS names. */
  names?: readonly string[];
};

/** What a device claims, cleaned of placeholders. */
export type Identity = { uuid: string | null; serial: string | null; macs: string[] };

/** What a request is bound to once its certificate was found. */
export type Caller = {
  id: number;
  publicId: string;
  fingerprint: string;
  /** The row of its source. */
  sourceId: number | null;
  /** The newest boot ids, JSON as stored: the check-in compares it without parsing. */
  bootIds: string;
};

/** A client certificate of our CA, of the other end of a connection, which has proved the private key. */
export type IssuedCertificate = NewCertificate & {
  /** The device that it names. */
  publicId: string;
  /** When it was issued, ms. */
  issuedAt: number;
};

/**
 * Whether a certificate that the database does not know was issued in a time that it lost by going back. `known`: whatever was
 * taken away since is known, and this device is not among it. `unsure`: that is not known. Undefined: neither.
 */
export type LostCertificates = (publicId: string, issuedAt: number) => 'known' | 'unsure' | undefined;

export type DeviceQuery = {
  state?: readonly DeviceState[];
  kind?: readonly DeviceKind[];
  /** Part of the host name, or of the public id. */
  search?: string;
  /** The `next` of the page before. */
  after?: number;
  limit: number;
};

export type DevicePage = { rows: Device[]; total: number; next?: number };

export type DeviceCertificate = {
  fingerprint: string;
  serial: string;
  state: 'issued' | 'active' | 'superseded' | 'revoked';
  notBefore: number;
  notAfter: number;
  issuedAt: number;
  firstUsedAt: number | null;
};

/** A certificate that the CA has just made. */
export type NewCertificate = {
  fingerprint: string;
  serial: string;
  keyDigest: string;
  notBefore: number;
  notAfter: number;
};

/** `pending`: ask again later. `approved`: issue a certificate and record it. */
export type EnrolOutcome = { state: 'pending' | 'approved'; device: Device };

/** A record that became part of another one. */
export type DeviceMerge = {
  id: number;
  keep: number;
  otherPublicId: string;
  otherName: string;
  at: number;
  actor: string;
};

/** What another feature derives of a device and cannot derive again as it was. */
export type DerivedOfDevice = {
  name: string;
  keep(device: number): unknown;
  putBack(device: number, kept: unknown): void;
  forget(device: number): void;
};

export type MergedSection = { collection: string; source: InventorySource };

/** What a merge does; of a preview, what it would do. */
export type MergeReport = {
  keep: number;
  other: number;
  sources: { source: InventorySource; agent: string; letIn: boolean }[];
  /** `kept`: whose section stays where both have one through the same source. */
  sections: (MergedSection & { from: 'other' | 'both'; kept: 'keep' | 'other' })[];
  changes: number;
  decision: Record<string, unknown>;
  /** Rows of other tables: how many move, how many are set aside. */
  rows: Record<string, { moved: number; aside: number }>;
};

export type DuplicateReason = 'uuid' | 'serial' | 'mac' | 'dns' | 'resembles';

/** Two records that may be one device, the older first, and what they share. */
export type DuplicatePair = { one: number; two: number; why: { reason: DuplicateReason; values: string[] }[] };

/** The last call of a device's own agent: `at` in ms. */
export type Seen = { id: number; sourceId: number | null; at: number; seq: number; agentVersion: string };

/** The last call of another client of a device: `at` in ms. */
export type SourceSeen = { sourceId: number; device: number; at: number; agent: string; from: string };

/** A certificate that was shown for the first time, at a time in ms. */
export type UsedCertificate = { fingerprint: string; device: number; at: number };

/** What a token approves; one for `glpi` serves OCS, too. */
export type TokenPurpose = 'agent' | 'osquery' | 'glpi';

export type EnrolmentToken = {
  id: string;
  group: string | null;
  maxUses: number | null;
  expiresAt: number | null;
  approve: 'manual' | 'auto';
  /** Of the user and password that a GLPI client must give beside the token; null where the token is enough. */
  basicHash: string | null;
  /** Whether it lets a client at this address in by itself. */
  approves(address: string): boolean;
};

/** What who shows the secret of a token that waits after a return to an older database is told. */
export const heldWords =
  'the database was put back to an older state since this token was made: it waits until an administrator lets it live again (the page "Return to an older state", or: sallyport rollback tokens)';

/** A new secret, as it is written into the token file. */
export const newTokenSecret = (purpose: TokenPurpose = 'agent'): string =>
  `sallyport-${purpose}-${Buffer.from(randomBytes(32)).toString('base64url')}`;

/** What is stored of a secret. */
export const tokenHash = (secret: string): string => createHash('sha256').update(secret.trim()).digest('hex');

/** Online: heard within the interval of check-ins and a minute. The others: not heard for so many days, or never. */
export const contacts = ['online', 'not-1d', 'not-7d', 'not-30d'] as const;

export type Contact = (typeof contacts)[number];

export const deviceSorts = ['status', 'name', 'group', 'os', 'address', 'seen', 'act', 'findings'] as const;

export type DeviceSort = (typeof deviceSorts)[number];

export type DeviceListQuery = {
  scope: Scope;
  filter: Filter | undefined;
  sort: DeviceSort;
  descending: boolean;
  /** The `next` of the page before. */
  after?: string;
  limit: number;
};

export type DeviceCoverage = Omit<Coverage, 'system'>;

/** One device with what its list shows of it; nothing derived yet. */
export type DeviceListRow = {
  id: number;
  publicId: string;
  state: DeviceState;
  kind: DeviceKind;
  reenrolling: boolean;
  hostname: string;
  displayName: string | null;
  group: string | null;
  groupName: string | null;
  os: string;
  /** `Debian 13`: what people call it. */
  osText: string;
  arch: string | null;
  /** The first IPv4 address of its newest identity. */
  address: string | null;
  dnsName: string | null;
  heldReason: HeldReason | null;
  restartPending: boolean;
  /** Its newest inventory has software. */
  hasInventory: boolean;
  /** Orders that failed and that no later order took up. */
  failedTasks: number;
  createdAt: number;
  lastSeenAt: number | null;
  /** When the last certificate of its agent ends, or ended; null where it has none. */
  certificateEndsAt: number | null;
  /** What rules say of it, as of their last look; undefined until they have looked. */
  status: { level: number; reasons: string; visible: boolean } | undefined;
  /** Open findings: all, and those that certainly apply by their decision; `worst` is a place in DECISIONS. */
  findings: number;
  act: number;
  attend: number;
  worst: number | null;
  /** By what it is judged, as of the last look of rules; before it, by nothing. */
  coverage: DeviceCoverage;
};

/** Ids in the order of the list. */
export type DeviceListPage = { ids: number[]; total: number; next?: string };

type DeviceCount = { readonly state: string; readonly level: number; readonly devices: number };

/** Pages of devices: which they are, in which order, how many. */
export type DeviceList = {
  /** One page, with the exact number of devices that the filter finds. */
  page(query: DeviceListQuery): DeviceListPage;
  /** Every device that the filter finds now, in order: for actions and files. */
  all(query: Omit<DeviceListQuery, 'after' | 'limit'>): number[];
  count(filter: Filter | undefined, scope: Scope): number;
  /** The first that have a text in what is searched, those whose name begins with it before the others. */
  named(text: string, limit: number, scope: Scope): number[];
  /** Devices by the place in DECISIONS of the worst decision about their findings. */
  worstCounts(scope: Scope): number[];
  /** Devices by what judges them; a device without a look yet is absent. `look`: where their `counts` are read, too. */
  coverageCounts(scope: Scope, look?: Look): Readonly<Record<CoverageState, number>>;
  /** How many managed devices have no certificate any more, since the last one ended. */
  certificateEnded(scope: Scope): number;
  /** How many devices have a list of packages that was not read, or whose source is gone. */
  listsUnread(scope: Scope): number;
  /** How many devices in reach have each reason that security products give, as of the last look of rules. */
  reasonCounts(scope: Scope): Readonly<Record<ProtectionReason, number>>;
  /** Devices in reach with packages beside the system's own that nothing judges, by what it is. */
  besides(scope: Scope): { kind: (typeof BESIDE)[number]; devices: number }[];
  /** How many managed devices ask again to come in, by a new client. */
  askingAgain(scope: Scope): number;
  /** How many devices have open findings, as of the last look at each. */
  withFindings(scope: Scope): number;
  /** Whether half of the managed devices of some group, of so many at least, have a level. */
  isHalfOfAGroup(level: number, atLeast: number, scope: Scope): boolean;
  /** Devices by state and rank of their level; as in a list, directories are none. */
  counts(scope: Scope): DeviceCount[];
};

/** What an object says of devices when a person typed it. */
export type NamedDevices = {
  /** Every device by its public id, with the names that people and it itself give it. */
  called(): readonly { readonly id: string; readonly names: readonly string[] }[];
  /** Those of some texts that are public ids of devices. */
  idsAmong(texts: readonly string[]): ReadonlySet<string>;
};

/** What lists show of devices. */
export type DeviceQueries = {
  /** In the order of the ids. */
  rows(ids: readonly number[]): DeviceListRow[];
  byPublicId(publicId: string, scope: Scope): DeviceListRow | undefined;
  /** Ids of the devices with these public ids. */
  idsOf(publicIds: readonly string[], scope: Scope): number[];
  /** The public ids of some devices, the oldest first. */
  publicIds(ids: readonly number[]): string[];
  /** Those of some devices that are not managed. */
  unmanaged(ids: readonly number[]): number[];
  /** Devices in reach by their group, without directories and revoked ones; a group without any is absent. */
  perGroup(scope: Scope): Map<string, number>;
  /** Names for people of some devices. */
  names(ids: readonly number[]): Map<number, { id: string; name: string }>;
};

/**
 * Which derivation decides a field of a filter: 0 facts and what people say by hand, 1 the group (moving rules), 2 tags (tag
 * rules), 3 visibility (the time-out of the status), 4 the status and what is asked of lists alone, since nothing tells rules
 * that it changed. A rule sees only what comes before it, so none goes in circles.
 */
export const listLayer = 4;

/** What filters compare times with, and the tree of groups that they ask. */
export type Moment = {
  now: number;
  /** A device that was heard after this moment is visible. */
  visibleSince: number;
} & Pick<FilterSqlOptions, 'groupsBelow' | 'groupsNamed'>;

export type Age = { /** SQL of moments, as a query of `value` over the device `d`. */ moments: string; ms: number };

export type Evaluator = {
  /** For each device which of the filters it fits, in their order, and the numbers that were asked for. */
  test(
    filters: readonly Filter[],
    devices: readonly number[],
    moment: Moment,
    numbers?: readonly string[],
  ): Map<number, { fits: boolean[]; numbers: number[] }>;
  /** Every device that fits, by their ids. */
  matching(filter: Filter, moment: Moment): number[];
  /** The devices that have an item of a shared collection that fits. */
  holding(rows: Rows, where: Filter, moment: Moment): DeviceSet;
  /** When the first of some ages of a device will have passed: the next moment at which time alone may matter. */
  turns(ages: readonly Age[], devices: readonly number[], now: number): Map<number, number | null>;
};

/** Groups of a site. */
export const maxGroups = 5_000;

export type GroupTree = {
  /** The id of a group by its id or its name; undefined when there is none or several have the name. */
  find(text: string): string | undefined;
  name(id: string): string;
  /** From the top down to the group itself. */
  pathTo(id: string): string[];
  /** The group and all below it. */
  below(id: string): string[];
  /** The groups with a text in their names, whatever the case, and all below them. */
  named(text: string): string[];
};

/** The language of filters over devices. */
export type DeviceFilters = FilterLanguage & {
  evaluator: Evaluator;
  /** The tree, or what of it is in reach. */
  groups(scope?: Scope): GroupTree;
  /** The devices that a list shows of a filter: without those that it has to ask for. */
  find(filter: Filter): DeviceSet;
  /** The same, in reach; without a filter all but those. */
  chosen(filter: Filter | undefined, scope: Scope): Chosen;
  /** The language for a reader to whom only the groups in reach have names. */
  within(scope: Scope): FilterLanguage;
  /** The groups in reach; undefined: all there are. */
  groupsIn(scope: Scope): ReadonlySet<string> | undefined;
};
